import { CLIENT_OPTIONS } from '../client-options.ts';
import type { CommandSpec } from '../command.ts';

/** The commands on what happens as data, in the order of help. */
export const TRACE_COMMANDS: readonly CommandSpec[] = [
  {
    words: ['events'],
    summary: 'Show what happens, of all kinds or some, as it happens',
    description:
      'One line for each event, until Ctrl-C, with its number: autoweave trace NUMBER shows what led to it. A lost connection is made again from where it was lost; events that the log no longer holds are counted, not passed over. With --json each has its data, its cursor and its trace.',
    arguments: [
      {
        name: 'TYPE',
        description: 'Only events of this type, such as plugin.loaded or agent.*',
        isOptional: true,
        isRepeatable: true,
      },
    ],
    options: [
      { name: 'after', value: 'CURSOR', description: 'First show what happened since this cursor' },
      { name: 'count', value: 'COUNT', description: 'End after so many events' },
      { name: 'last', value: 'COUNT', description: 'First show so many that have happened, 1 to 1000' },
      { name: 'no-follow', description: 'Show those of --last and end; 50 unless told' },
      ...CLIENT_OPTIONS,
    ],
    examples: [
      ['autoweave events', 'devices, plugins, agents, memories'],
      ['autoweave events agent.run_finished --last 5 --no-follow', 'how the last runs have ended'],
      [`autoweave events 'agent.*' memory.remembered --json`, 'one line of JSON for each of these'],
    ],
    load: () => import('./events.ts'),
  },
  {
    words: ['trace'],
    summary: 'Show the steps of a recent trace, with the file that does each',
    description: 'A terminal of fewer than 120 columns has no room for the files.',
    arguments: [
      {
        name: 'ID',
        description:
          'Id of a trace, id or number of a recent event, id of a run of an agent, or with --queue of a job; or a type such as memory.remembered, for its last event',
      },
    ],
    options: [{ name: 'queue', value: 'QUEUE', description: 'The queue whose job it is' }, ...CLIENT_OPTIONS],
    examples: [
      ['autoweave trace 0af7651916cd43dd8448eb211c80319c', 'from the plug to the pushed event'],
      ['autoweave trace memory.remembered', 'what led to the last memory'],
      ['autoweave trace 3f~0 --queue mail', 'what this job has led to'],
    ],
    load: () => import('./trace.ts'),
  },
];
