import { CLIENT_OPTIONS } from '../client-options.ts';
import type { CommandArgument, CommandOption, CommandSpec } from '../command.ts';
import { LIMIT_OPTION } from './limit.ts';

const ID: CommandArgument = { name: 'ID', description: 'Its id, as memory ls shows it' };
const OF_AGENT: CommandOption = { name: 'agent', value: 'ID', description: 'Only those of this agent, by id or name' };
const commands = () => import('./memory.ts');

/** The commands on memories as data, in the order of help. */
export const MEMORY_COMMANDS: readonly CommandSpec[] = [
  {
    words: ['memory', 'search'],
    summary: 'Find memories by words, the best first',
    description: 'The words that were found stand between [ and ].',
    arguments: [{ name: 'WORD', description: 'What is looked for', isRepeatable: true }],
    options: [OF_AGENT, LIMIT_OPTION, ...CLIENT_OPTIONS],
    examples: [['autoweave memory search label printer', 'what is remembered of it']],
    load: async () => ({ run: (await commands()).search }),
  },
  {
    words: ['memory', 'ls'],
    summary: 'List memories, newest first',
    options: [OF_AGENT, LIMIT_OPTION, ...CLIENT_OPTIONS],
    examples: [['autoweave memory ls --agent greeter', 'what this agent has remembered']],
    load: async () => ({ run: (await commands()).list }),
  },
  {
    words: ['memory', 'show'],
    summary: 'Show one memory with its whole text',
    arguments: [ID],
    options: CLIENT_OPTIONS,
    examples: [['autoweave memory show 3f6c --json', 'for a program']],
    load: async () => ({ run: (await commands()).show }),
  },
  {
    words: ['memory', 'remember'],
    summary: 'Remember a text',
    description: 'Prints its id. Under an id that is there, the text takes the place of the one before.',
    arguments: [{ name: 'TEXT', description: 'What is to be found later; - reads it from standard input' }],
    options: [
      { name: 'id', value: 'ID', description: 'An id of your own' },
      { name: 'agent', value: 'ID', description: 'For this agent, by id or name' },
      { name: 'metadata', value: 'JSON', description: 'What is kept beside it; - reads it from standard input' },
      ...CLIENT_OPTIONS,
    ],
    examples: [
      ['autoweave memory remember "The printer in room 7 needs blue labels"', 'found by each of its words'],
      [
        `autoweave memory remember "Ann likes tea" --id ann --metadata '{"from":"Bob"}'`,
        'replaced by the next of this id',
      ],
    ],
    load: async () => ({ run: (await commands()).remember }),
  },
  {
    words: ['memory', 'forget'],
    summary: 'Forget a memory',
    description: 'It can not be undone. docs/guide/memory.md says where traces of it stay, and for how long.',
    arguments: [ID],
    options: CLIENT_OPTIONS,
    examples: [['autoweave memory forget ann', 'it is not found any more']],
    load: async () => ({ run: (await commands()).forget }),
  },
];
