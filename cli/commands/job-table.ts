import { CLIENT_OPTIONS } from '../client-options.ts';
import type { CommandArgument, CommandSpec } from '../command.ts';
import { YES_OPTION } from './confirm.ts';
import { ADD_OPTIONS, DATA_FORM } from './job-options.ts';
import { LIMIT_OPTION } from './limit.ts';

const QUEUE: CommandArgument = { name: 'QUEUE', description: 'Name of the queue' };
const ADDRESS: readonly CommandArgument[] = [QUEUE, { name: 'ID', description: 'Its id, as job ls shows it' }];
const STATES = 'waiting, active, delayed, completed or failed';
const orders = () => import('./job-orders.ts');

/** The commands on jobs as data, in the order of help. */
export const JOB_COMMANDS: readonly CommandSpec[] = [
  {
    words: ['job', 'add'],
    summary: 'Add a job to a queue, or many from a file',
    description:
      'Prints the id once the job is stored; a worker does it afterwards. With --wait it prints the result instead, and fails when the job does. A file for --bulk has one job a line: {"type":…,"data":…,"options":{"priority":…,"delayMs":…}}; what its lines do not say comes from the options here.',
    arguments: [
      { ...QUEUE, description: 'Name of the queue; adding one job makes it if there is none' },
      { name: 'TYPE', description: 'Type of the job, such as memory.compact; not with --bulk', isOptional: true },
      { name: 'DATA', description: `Its data ${DATA_FORM}; {} unless told`, isOptional: true },
    ],
    options: [
      ...ADD_OPTIONS,
      { name: 'wait', description: 'Follow it until it has ended, and print its result' },
      { name: 'bulk', value: 'FILE', description: 'Add a job for each line; - reads them from standard input' },
      ...CLIENT_OPTIONS,
    ],
    examples: [
      [`autoweave job add mail mail.send '{"to":"ann"}' --attempts 5 --backoff fixed:10s`, 'tried up to five times'],
      ['autoweave job add reports report.make @march.json --wait', 'with data of a file; prints the result'],
      ['autoweave job add mail mail.digest --delay 5m --dedup debounce:ann:5m', 'five minutes after the last of them'],
      ['autoweave job add mail --bulk jobs.jsonl --priority 10', 'all of a file, behind what is more urgent'],
    ],
    load: () => import('./job-add.ts'),
  },
  {
    words: ['job', 'ls'],
    summary: 'List the jobs of a queue',
    description: 'Waiting ones in the order in which they start, finished ones newest first.',
    arguments: [QUEUE],
    options: [
      { name: 'state', value: 'STATE', description: `Only those that are ${STATES}` },
      LIMIT_OPTION,
      ...CLIENT_OPTIONS,
    ],
    examples: [['autoweave job ls mail --state failed --limit 20', 'the twenty that have failed last']],
    load: () => import('./job-list.ts'),
  },
  {
    words: ['job', 'show'],
    summary: 'Show one job: options, data, result, failed attempts with stacks, log, progress',
    arguments: ADDRESS,
    options: CLIENT_OPTIONS,
    examples: [['autoweave job show mail 3f~0 --json', 'all of it, for a program']],
    load: () => import('./job-show.ts'),
  },
  {
    words: ['job', 'retry'],
    summary: 'Let a failed job wait again, as it was or with other data',
    arguments: [
      ...ADDRESS,
      { name: 'DATA', description: `Other data ${DATA_FORM}; as it was unless given`, isOptional: true },
    ],
    options: CLIENT_OPTIONS,
    examples: [
      ['autoweave job retry mail 3f-0', 'after its cause was corrected'],
      [`autoweave job retry mail 3f-0 '{"to":"ann"}'`, 'with other data'],
    ],
    load: async () => ({ run: (await orders()).retry }),
  },
  {
    words: ['job', 'remove'],
    summary: 'Remove a job that does not run',
    arguments: ADDRESS,
    options: CLIENT_OPTIONS,
    examples: [['autoweave job remove mail 3f-0', 'it is not done, and not listed any more']],
    load: async () => ({ run: (await orders()).remove }),
  },
  {
    words: ['job', 'promote'],
    summary: 'Make a delayed job ready now',
    arguments: ADDRESS,
    options: CLIENT_OPTIONS,
    examples: [['autoweave job promote mail 3f-0', 'its delay is over']],
    load: async () => ({ run: (await orders()).promote }),
  },
  {
    words: ['job', 'cancel'],
    summary: 'End a job that waits or runs',
    description: 'The signal of one that runs aborts, wherever that is; what it has not yet done is not done.',
    arguments: ADDRESS,
    options: [{ name: 'reason', value: 'TEXT', description: 'Why; it stands with the job' }, ...CLIENT_OPTIONS],
    examples: [['autoweave job cancel reports 3f-0 --reason "wrong month"', 'it stops where it is']],
    load: async () => ({ run: (await orders()).cancel }),
  },
  {
    words: ['job', 'bulk'],
    summary: 'Retry, remove, promote or cancel many jobs',
    description:
      'Says how many it concerns and asks before it does it; without a terminal, and with --json, it needs --yes.',
    arguments: [{ name: 'OPERATION', description: 'retry, remove, promote or cancel' }, QUEUE],
    options: [
      { name: 'state', value: 'STATE', description: `Those that are ${STATES}` },
      { name: 'type', value: 'TYPE', description: 'Only jobs of this type' },
      { name: 'older', value: 'TIME', description: 'Only those that were added so long ago, such as 1h' },
      { name: 'limit', value: 'COUNT', description: 'At most so many' },
      { name: 'dry-run', description: 'Only say how many' },
      YES_OPTION,
      ...CLIENT_OPTIONS,
    ],
    examples: [
      ['autoweave job bulk retry mail --state failed --dry-run', 'how many would be tried again?'],
      ['autoweave job bulk remove mail --state waiting --older 1d --yes', 'what has waited for a day is not done'],
    ],
    load: () => import('./job-bulk.ts'),
  },
  {
    words: ['job', 'watch'],
    summary: 'Show what happens to the jobs of a queue, as it happens',
    description:
      'One line for each event, until Ctrl-C. A lost connection is made again from where it was lost; events that the log no longer holds are counted, not passed over. Added and active are told live only.',
    arguments: [QUEUE],
    options: [
      { name: 'after', value: 'CURSOR', description: 'First show what happened since this cursor' },
      { name: 'count', value: 'COUNT', description: 'End after so many events' },
      ...CLIENT_OPTIONS,
    ],
    examples: [['autoweave job watch mail --json', 'one line of JSON for each event, with its cursor']],
    load: () => import('./job-watch.ts'),
  },
  {
    words: ['job', 'types'],
    summary: 'List the types that jobs may have',
    arguments: [{ name: 'TYPE', description: 'Only this one, with the schema of its data', isOptional: true }],
    options: CLIENT_OPTIONS,
    examples: [['autoweave job types memory.compact', 'what its data must look like']],
    load: () => import('./job-types.ts'),
  },
];
