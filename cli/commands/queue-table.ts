import { CLIENT_OPTIONS } from '../client-options.ts';
import type { CommandArgument, CommandOption, CommandSpec } from '../command.ts';
import { YES_OPTION } from './confirm.ts';
import { ATTEMPT_OPTIONS } from './job-options.ts';

const QUEUE: readonly CommandArgument[] = [{ name: 'QUEUE', description: 'Name of the queue' }];
const orders = () => import('./queue-orders.ts');

const SETTING_OPTIONS: readonly CommandOption[] = [
  ...ATTEMPT_OPTIONS,
  { name: 'concurrency', value: 'COUNT', description: 'Jobs active at once over all workers; none for no limit' },
  { name: 'rate', value: 'RATE', description: 'Starts over all workers, such as 100/1s; none for no limit' },
  {
    name: 'keep-completed',
    value: 'COUNT',
    description: 'Completed jobs that stay listed; 100/7d: for a week at most',
  },
  { name: 'keep-failed', value: 'COUNT', description: 'Failed jobs that stay listed, likewise' },
  { name: 'types', value: 'LIST', description: 'Job types that it takes, separated by commas; all for all' },
];

/** The commands on queues as data, in the order of help. */
export const QUEUE_COMMANDS: readonly CommandSpec[] = [
  {
    words: ['queue', 'ls'],
    summary: 'List queues and how many jobs each has in which state',
    options: CLIENT_OPTIONS,
    examples: [['autoweave queue ls', 'what waits, runs and has failed']],
    load: async () => ({ run: (await import('./queue.ts')).list }),
  },
  {
    words: ['queue', 'show'],
    summary: 'Show one queue with its counts and settings',
    arguments: QUEUE,
    options: CLIENT_OPTIONS,
    examples: [['autoweave queue show mail --json', 'for a program']],
    load: async () => ({ run: (await import('./queue.ts')).show }),
  },
  {
    words: ['queue', 'pause'],
    summary: 'Let workers take nothing more from a queue',
    description: 'What runs goes on, and what is added waits, until queue resume. A pause outlives restarts.',
    arguments: QUEUE,
    options: CLIENT_OPTIONS,
    examples: [['autoweave queue pause mail', 'its jobs wait']],
    load: async () => ({ run: (await orders()).pause }),
  },
  {
    words: ['queue', 'resume'],
    summary: 'Go on after a pause',
    arguments: QUEUE,
    options: CLIENT_OPTIONS,
    examples: [['autoweave queue resume mail', 'what has come meanwhile is done, in order']],
    load: async () => ({ run: (await orders()).resume }),
  },
  {
    words: ['queue', 'drain'],
    summary: 'Remove all jobs that wait',
    description: 'What runs goes on. On a terminal it asks first; elsewhere, and with --json, it needs --yes.',
    arguments: QUEUE,
    options: [{ name: 'delayed', description: 'Delayed ones, too' }, YES_OPTION, ...CLIENT_OPTIONS],
    examples: [['autoweave queue drain mail --delayed --yes', 'nothing is left to be done']],
    load: async () => ({ run: (await orders()).drain }),
  },
  {
    words: ['queue', 'clean'],
    summary: 'Forget jobs that have completed or failed',
    arguments: QUEUE,
    options: [
      { name: 'state', value: 'STATE', description: 'completed or failed' },
      { name: 'older', value: 'TIME', description: 'Only those that have ended so long ago, such as 1h' },
      { name: 'limit', value: 'COUNT', description: 'At most so many' },
      ...CLIENT_OPTIONS,
    ],
    examples: [['autoweave queue clean mail --state failed --older 7d', 'failures of last week']],
    load: async () => ({ run: (await orders()).clean }),
  },
  {
    words: ['queue', 'obliterate'],
    summary: 'Remove a queue with all it has',
    description: 'It can not be undone. The name must be given a second time, or typed when asked.',
    arguments: QUEUE,
    options: [{ name: 'confirm', value: 'QUEUE', description: 'The name again' }, ...CLIENT_OPTIONS],
    examples: [['autoweave queue obliterate mail --confirm mail', 'as if it had never been']],
    load: async () => ({ run: (await orders()).obliterate }),
  },
  {
    words: ['queue', 'configure'],
    summary: 'Change settings of a queue',
    description: 'What is not given stays as it is. Attempts, back-off and time-outs are for jobs that do not say.',
    arguments: QUEUE,
    options: [...SETTING_OPTIONS, ...CLIENT_OPTIONS],
    examples: [
      ['autoweave queue configure mail --rate 100/1s --concurrency 20', 'limits over all workers'],
      ['autoweave queue configure mail --keep-completed 1000/1d --rate none', 'keep more, and limit less'],
    ],
    load: () => import('./queue-configure.ts'),
  },
];
