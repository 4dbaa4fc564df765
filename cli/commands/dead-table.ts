import { CLIENT_OPTIONS } from '../client-options.ts';
import type { CommandArgument, CommandSpec } from '../command.ts';
import { LIMIT_OPTION } from './limit.ts';

const ID: CommandArgument = { name: 'ID', description: 'Its id, as dead ls shows it' };

/** The commands on dead letters as data. */
export const DEAD_COMMANDS: readonly CommandSpec[] = [
  {
    words: ['dead', 'ls'],
    summary: 'List what could not be handled, newest first',
    options: [LIMIT_OPTION, ...CLIENT_OPTIONS],
    examples: [['autoweave dead ls --limit 10', 'the ten newest']],
    load: async () => ({ run: (await import('./dead.ts')).list }),
  },
  {
    words: ['dead', 'show'],
    summary: 'Show one dead letter with its error, headers and data',
    arguments: [ID],
    options: CLIENT_OPTIONS,
    examples: [['autoweave dead show 17 --json', 'all of it, for a program']],
    load: async () => ({ run: (await import('./dead.ts')).show }),
  },
  {
    words: ['dead', 'resend'],
    summary: 'Send a dead letter again, as it was or with other data',
    description:
      'A new message with a new id goes to where the letter was going; its header aw-resent-from names the letter. Prints the new id once it is stored. The letter stays until its age, unless --remove.',
    arguments: [
      ID,
      {
        name: 'DATA',
        description: 'Other data as JSON; - reads it from standard input; as it was unless given',
        isOptional: true,
      },
    ],
    options: [{ name: 'remove', description: 'Remove the letter once it was sent again' }, ...CLIENT_OPTIONS],
    examples: [
      ['autoweave dead resend 17', 'after its cause was corrected'],
      [`autoweave dead resend 17 '{"add":1}' --remove`, 'with other data, and without the letter'],
    ],
    load: async () => ({ run: (await import('./dead.ts')).resend }),
  },
];
