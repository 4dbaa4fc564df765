import { CLIENT_OPTIONS } from '../client-options.ts';
import type { CommandArgument, CommandSpec } from '../command.ts';
import { DATA_FORM, JOB_OPTIONS } from './job-options.ts';

const ID: CommandArgument = { name: 'ID', description: 'Its id, as schedule ls shows it' };

/** The commands on schedules as data, in the order of help. */
export const SCHEDULE_COMMANDS: readonly CommandSpec[] = [
  {
    words: ['schedule', 'ls'],
    summary: 'List schedules and when each adds its next job',
    options: CLIENT_OPTIONS,
    examples: [['autoweave schedule ls', 'also those that AutoWeave brings itself']],
    load: async () => ({ run: (await import('./schedule.ts')).list }),
  },
  {
    words: ['schedule', 'show'],
    summary: 'Show one schedule with its next times and last jobs',
    arguments: [ID],
    options: [
      { name: 'next', value: 'COUNT', description: 'How many of its next times, at most 100; 5 unless told' },
      ...CLIENT_OPTIONS,
    ],
    examples: [['autoweave schedule show nightly --next 10', 'its next ten times']],
    load: async () => ({ run: (await import('./schedule.ts')).show }),
  },
  {
    words: ['schedule', 'set'],
    summary: 'Add jobs by cron or at an interval; changes the schedule of this id',
    description:
      'Either --cron or --every. A cron expression has five fields, or six with the second first. Shows the next times.',
    arguments: [
      { name: 'ID', description: 'An id of your own' },
      { name: 'DATA', description: `Data of its jobs ${DATA_FORM}; {} unless told`, isOptional: true },
    ],
    options: [
      { name: 'queue', value: 'QUEUE', description: 'Where it adds its jobs' },
      { name: 'type', value: 'TYPE', description: 'Type of its jobs' },
      { name: 'cron', value: 'EXPRESSION', description: 'When, such as "0 3 * * *"' },
      { name: 'timezone', value: 'ZONE', description: 'IANA name, such as Europe/Berlin; UTC unless told' },
      { name: 'every', value: 'TIME', description: 'How often, such as 10m' },
      { name: 'from', value: 'INSTANT', description: 'Not before, such as 2027-01-31T09:00:00Z' },
      { name: 'until', value: 'INSTANT', description: 'Not after' },
      { name: 'limit', value: 'COUNT', description: 'Ends after so many turns' },
      {
        name: 'overlap',
        value: 'POLICY',
        description: 'While the job before is not finished: skip leaves a turn out, queue (unless told) adds it',
      },
      {
        name: 'missed',
        value: 'POLICY',
        description: 'For turns while nothing ran: skip, once (unless told) or all',
      },
      ...JOB_OPTIONS,
      ...CLIENT_OPTIONS,
    ],
    examples: [
      [`autoweave schedule set nightly --queue reports --type report.make --cron '0 3 * * *'`, 'every night at three'],
      [
        `autoweave schedule set poll '{"of":"x"}' --queue q --type feed.poll --every 10m --overlap skip`,
        'one at a time',
      ],
    ],
    load: () => import('./schedule-set.ts'),
  },
  {
    words: ['schedule', 'rm'],
    summary: 'Remove a schedule',
    description: 'Jobs that it has added stay.',
    arguments: [ID],
    options: CLIENT_OPTIONS,
    examples: [['autoweave schedule rm nightly', 'it adds no more jobs']],
    load: async () => ({ run: (await import('./schedule.ts')).remove }),
  },
];
