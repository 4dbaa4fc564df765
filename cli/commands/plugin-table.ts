import { CLIENT_OPTIONS } from '../client-options.ts';
import type { CommandArgument, CommandOption, CommandSpec } from '../command.ts';
import { YES_OPTION } from './confirm.ts';
import { DATA_FORM } from './job-options.ts';

const FOLDER: CommandArgument = {
  name: 'DIR',
  description: 'Folder of the plugin, with its plugin.json; the one you are in unless told',
  isOptional: true,
};
const NAME: CommandArgument = { name: 'NAME', description: 'Its name, as plugin ls shows it' };
const ID: CommandArgument = { name: 'ID', description: 'Its name, or <name>@<version>' };
const orders = () => import('./plugin-orders.ts');
const SOURCE: CommandArgument = { name: 'DIR', description: 'Its folder, or its plugin.json' };
const LANGUAGE: CommandOption = { name: 'language', value: 'LANGUAGE', description: 'assemblyscript or c' };

/** The commands on plugins as data, in the order of help: first those of authors, which need no running AutoWeave. */
export const PLUGIN_COMMANDS: readonly CommandSpec[] = [
  {
    words: ['plugin', 'new'],
    summary: 'Write a small plugin that works, to go on from',
    description:
      'It says hello when a device is attached, has a function greet, and a test of it. An existing folder must be empty.',
    arguments: [{ name: 'NAME', description: 'Its name: 3 to 50 lower-case letters, digits and hyphens' }],
    options: [
      { ...LANGUAGE, description: 'assemblyscript (unless told), or c, which needs clang and wasm-ld' },
      { name: 'folder', value: 'DIR', description: 'Where it goes; a folder of its name here unless told' },
    ],
    examples: [['autoweave plugin new hello', 'a folder hello with a plugin in AssemblyScript']],
    load: () => import('./plugin-new.ts'),
  },
  {
    words: ['plugin', 'build'],
    summary: 'Compile a plugin to its module',
    description:
      'An index.ts is AssemblyScript, a *.c file is C. The module goes where the entry of plugin.json says, and only where the two can be loaded together.',
    arguments: [FOLDER],
    options: [
      { ...LANGUAGE, description: 'assemblyscript or c, where a folder has files of both' },
      { name: 'hash', description: 'Write the SHA-256 of manifest and module into plugin.json' },
    ],
    examples: [['autoweave plugin build hello --hash', 'hello/plugin.wasm, and its hash in hello/plugin.json']],
    load: () => import('./plugin-build.ts'),
  },
  {
    words: ['plugin', 'test'],
    summary: 'Build a plugin and run the cases of its tests folder in the sandbox',
    description:
      'Each tests/*.json is one case or a list of them: {"name","function","input","kv","expect":{"output","effects","error"}}. Every permission that the plugin asks for is granted. Fails (exit code 1) when a case does; the module is written only when all pass, so that a plugin that is loaded goes on.',
    arguments: [FOLDER],
    options: [{ name: 'no-build', description: 'Take the module as it lies there' }],
    examples: [['autoweave plugin test hello', 'all cases of hello/tests']],
    load: () => import('./plugin-test.ts'),
  },
  {
    words: ['plugin', 'dev'],
    summary: 'Build, test and load a plugin, and again after each change of its files',
    description:
      'Loads into the running AutoWeave, and asks once whether the plugin may do what it asks for. What does not build or fails a test is not loaded; the one before goes on. Ctrl-C stops it; the plugin stays loaded.',
    arguments: [FOLDER],
    options: [YES_OPTION, ...CLIENT_OPTIONS],
    examples: [['autoweave plugin dev hello', 'edit hello/index.ts and see what it does']],
    load: () => import('./plugin-dev.ts'),
  },
  {
    words: ['plugin', 'ls'],
    summary: 'List plugins: loaded ones, those that were loaded before, and those in folders that are looked at',
    options: CLIENT_OPTIONS,
    examples: [['autoweave plugin ls', 'what each does, and how much of what it asks for was granted']],
    load: async () => ({ run: (await import('./plugin.ts')).list }),
  },
  {
    words: ['plugin', 'show'],
    summary: 'Show one plugin with its permissions, functions, calls and denials',
    arguments: [NAME],
    options: CLIENT_OPTIONS,
    examples: [['autoweave plugin show hello --json', 'all of it, for a program']],
    load: async () => ({ run: (await import('./plugin.ts')).show }),
  },
  {
    words: ['plugin', 'inspect'],
    summary: 'Show what a plugin in a folder is and asks for, without loading it',
    arguments: [SOURCE],
    options: CLIENT_OPTIONS,
    examples: [['autoweave plugin inspect ./hello', 'before you load it']],
    load: async () => ({ run: (await import('./plugin.ts')).inspect }),
  },
  {
    words: ['plugin', 'load'],
    summary: 'Load a plugin, or the one of this name anew',
    description:
      'What it asks for and nobody has granted yet is shown, and you are asked; elsewhere, and with --json, it needs --grant or --grant-only. What was granted is remembered.',
    arguments: [{ ...SOURCE, description: `${SOURCE.description}; or the name of one that plugin ls shows` }],
    options: [
      { name: 'grant', description: 'Grant all that it asks for' },
      {
        name: 'grant-only',
        value: 'CAPABILITY',
        description: 'Grant only this of what it asks for, as plugin inspect names it: kv, or queue:labels,events',
        isRepeatable: true,
      },
      { name: 'options', value: 'JSON', description: 'What its onLoad is given; - reads it from standard input' },
      ...CLIENT_OPTIONS,
    ],
    examples: [
      ['autoweave plugin load ./hello', 'asks before it grants anything'],
      [`autoweave plugin load ./hello --grant-only usb,queue --options '{"loud":true}'`, 'a part of it, unasked'],
    ],
    load: () => import('./plugin-load.ts'),
  },
  {
    words: ['plugin', 'reload'],
    summary: 'Load a plugin again from where it came from',
    arguments: [ID],
    options: CLIENT_OPTIONS,
    examples: [['autoweave plugin reload hello', 'after its module was built anew']],
    load: async () => ({ run: (await orders()).reload }),
  },
  {
    words: ['plugin', 'unload'],
    summary: 'Unload a plugin',
    description: 'Calls at work are finished. What was granted is remembered for the next load.',
    arguments: [ID],
    options: CLIENT_OPTIONS,
    examples: [['autoweave plugin unload hello', 'it is told of nothing any more']],
    load: async () => ({ run: (await orders()).unload }),
  },
  {
    words: ['plugin', 'grant'],
    summary: 'Grant a plugin what it asks for, all of it or some capabilities',
    description:
      'Effective at once, besides what was granted before; revoke takes back. What a loaded plugin cannot be linked with changes nothing.',
    arguments: [
      NAME,
      {
        name: 'CAPABILITY',
        description:
          'As plugin show names it: kv, queue:labels:add, events:label.printed; queue:labels or queue is all that begins so. All that it asks for unless given',
        isOptional: true,
        isRepeatable: true,
      },
    ],
    options: CLIENT_OPTIONS,
    examples: [
      ['autoweave plugin grant hello', 'all that it asks for'],
      ['autoweave plugin grant hello usb kv', 'these two, too'],
    ],
    load: async () => ({ run: (await orders()).grant }),
  },
  {
    words: ['plugin', 'revoke'],
    summary: 'Take back what was granted to a plugin: all of it, which unloads it, or some capabilities',
    description:
      'Effective at once, also in calls that run. With capabilities the plugin goes on with the rest, and is refused what was taken back.',
    arguments: [
      NAME,
      {
        name: 'CAPABILITY',
        description:
          'As plugin show names it: kv, queue:labels:add, events:label.printed; queue:labels or queue is all that begins so. All, and the consent, unless given',
        isOptional: true,
        isRepeatable: true,
      },
    ],
    options: CLIENT_OPTIONS,
    examples: [
      ['autoweave plugin revoke hello', 'it is unloaded, and the next load asks again'],
      ['autoweave plugin revoke hello kv queue:labels', 'these two; it keeps the rest'],
    ],
    load: async () => ({ run: (await orders()).revoke }),
  },
  {
    words: ['plugin', 'call'],
    summary: 'Call a function of a plugin and print its output',
    description: 'The call is a job of the queue plugin-<name>: what it does happens once, and job ls shows it.',
    arguments: [
      NAME,
      { name: 'FUNCTION', description: 'A function that it exports' },
      { name: 'DATA', description: `Its input ${DATA_FORM}; none unless given`, isOptional: true },
    ],
    options: [
      { name: 'timeout', value: 'TIME', description: 'How long to wait, at most 1m; 10s unless told' },
      ...CLIENT_OPTIONS,
    ],
    examples: [[`autoweave plugin call hello greet '{"name":"Ann"}'`, 'what it answers']],
    load: async () => ({ run: (await orders()).call }),
  },
];
