import { BACKUP, RESTORE } from './backup/commands.ts';
import { CLIENT_OPTIONS } from './client-options.ts';
import type { CommandSpec } from './command.ts';
import { ACTOR_COMMANDS } from './commands/actor-table.ts';
import { AGENT_COMMANDS } from './commands/agent-table.ts';
import { DEAD_COMMANDS } from './commands/dead-table.ts';
import { JOB_COMMANDS } from './commands/job-table.ts';
import { MEMORY_COMMANDS } from './commands/memory-table.ts';
import { PLUGIN_COMMANDS } from './commands/plugin-table.ts';
import { QUEUE_COMMANDS } from './commands/queue-table.ts';
import { SCHEDULE_COMMANDS } from './commands/schedule-table.ts';
import { TRACE_COMMANDS } from './commands/trace-table.ts';
import { CONFIG_OPTIONS } from './config-options.ts';

/** Every command as data, in the order of help. What runs them is loaded when it is needed. */
export const COMMANDS: readonly CommandSpec[] = [
  {
    words: ['up'],
    summary: 'Run AutoWeave on this machine',
    description:
      'Starts the broker, the actors, the device watcher and the gateway, and prints the address when everything answers. Ctrl-C stops it in order. With --json the log is JSON.',
    options: CONFIG_OPTIONS,
    examples: [
      ['autoweave up', 'with everything from the environment and defaults; npm start does the same'],
      ['autoweave up --port 8080 --actor ./thermostat.ts', 'on another port, with an actor of your own'],
    ],
    load: () => import('./commands/up.ts'),
  },
  {
    words: ['doctor'],
    summary: 'Look what is there and what is missing, and say what to do',
    description: 'Works whether or not AutoWeave runs. Fails (exit code 1) when something that is needed is missing.',
    options: CONFIG_OPTIONS,
    examples: [['autoweave doctor --json', 'the same for a program']],
    load: () => import('./commands/doctor.ts'),
  },
  {
    words: ['config'],
    summary: 'Show every value of the configuration and where it comes from',
    description: 'Takes the flags of up, and shows what up would run with. Secrets are not shown.',
    options: CONFIG_OPTIONS,
    examples: [['autoweave config --port 8080', 'what would change with this flag']],
    load: () => import('./commands/config.ts'),
  },
  BACKUP,
  RESTORE,
  {
    words: ['device', 'ls'],
    summary: 'List devices that are attached, and those known from before',
    options: [{ name: 'attached', description: 'Only those that are attached now' }, ...CLIENT_OPTIONS],
    examples: [['autoweave device ls --attached --json', 'what is attached, for a program']],
    load: async () => ({ run: (await import('./commands/device.ts')).list }),
  },
  {
    words: ['device', 'plug'],
    summary: 'Plug a virtual device',
    description: 'It takes the way of a real one through broker and actor to the screen, and is marked virtual.',
    arguments: [{ name: 'VID:PID', description: 'Vendor and product id, hexadecimal' }],
    options: [
      { name: 'serial', value: 'TEXT', description: 'Serial number; a device without one is known by its port' },
      { name: 'manufacturer', value: 'TEXT', description: 'What it calls its maker' },
      { name: 'product', value: 'TEXT', description: 'What it calls itself' },
      ...CLIENT_OPTIONS,
    ],
    examples: [
      ['autoweave device plug 1209:0001 --serial A1 --product "Label printer"', 'a printer that is not there'],
    ],
    load: async () => ({ run: (await import('./commands/device.ts')).plug }),
  },
  {
    words: ['device', 'unplug'],
    summary: 'Unplug a virtual device',
    arguments: [{ name: 'ID', description: 'Its id, as device ls shows it, or its name where no other has it' }],
    options: CLIENT_OPTIONS,
    examples: [['autoweave device unplug 1209:0001:A1', 'the printer from the example of plug']],
    load: async () => ({ run: (await import('./commands/device.ts')).unplug }),
  },
  {
    words: ['device', 'watch'],
    summary: 'Show each attach and detach as it happens',
    description:
      'Goes on until Ctrl-C. A lost connection is made again from where it was lost; events that the log no longer holds are counted, not passed over.',
    options: [
      { name: 'after', value: 'CURSOR', description: 'First show what happened since this cursor' },
      { name: 'count', value: 'COUNT', description: 'End after so many events' },
      ...CLIENT_OPTIONS,
    ],
    examples: [['autoweave device watch --json', 'one line of JSON for each event, with its cursor']],
    load: () => import('./commands/device-watch.ts'),
  },
  ...ACTOR_COMMANDS,
  ...AGENT_COMMANDS,
  ...DEAD_COMMANDS,
  ...JOB_COMMANDS,
  ...MEMORY_COMMANDS,
  ...PLUGIN_COMMANDS,
  ...QUEUE_COMMANDS,
  ...SCHEDULE_COMMANDS,
  ...TRACE_COMMANDS,
];
