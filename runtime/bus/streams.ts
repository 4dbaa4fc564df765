import type { StreamName } from './bus.ts';

/** How many partitions the keys of actors are spread over. Fixed when the MAILBOX stream is made. */
export const PARTITIONS = 64;

const DAY_MS = 24 * 60 * 60 * 1000;

/** What the runtime asks of a stream; whatever is not named here is the server's default. */
export interface StreamDefinition {
  readonly name: StreamName;
  readonly description: string;
  readonly subjects: readonly string[];
  /** Messages older than this go; kept for ever when absent. */
  readonly maxAgeMs?: number;
  /** Oldest messages go beyond this; unbounded when absent. */
  readonly maxBytes?: number;
  readonly maxMessagesPerSubject?: number;
  /** A sender's repetition is recognised by its id for this long. */
  readonly duplicateWindowMs?: number;
  /** True when the body limit of messages holds here; the other streams carry wrapped messages, which are larger. */
  readonly isLimited: boolean;
  /** True when messages may be kept until their time. */
  readonly hasSchedules?: boolean;
  readonly subjectTransform?: { readonly src: string; readonly dest: string };
  /** What is acknowledged is gone. */
  readonly isWorkQueue?: boolean;
  /** True when a message may say how long it stays. */
  readonly hasTtl?: boolean;
  /** Messages beyond so many go, oldest first. */
  readonly maxMessages?: number;
  /** Copies what another stream stores under this filter. */
  readonly source?: { readonly name: StreamName; readonly filter: string };
}

/** The streams as data; `ensure-streams.ts` makes or updates them. MAILBOX and STATE discard nothing: see DESIGN. */
export const STREAMS: readonly StreamDefinition[] = [
  {
    name: 'EVENTS',
    description: 'Facts: what subscriptions and dashboards read',
    subjects: ['aw.*.evt.>', 'aw._sys.cursor.events.>'],
    maxAgeMs: 7 * DAY_MS,
    maxBytes: 4 * 1024 ** 3,
    duplicateWindowMs: 120_000,
    isLimited: true,
  },
  {
    name: 'MAILBOX',
    description: 'Commands to actors, in order, down to the checkpoints',
    subjects: ['aw.*.cmd.*.*', 'aw.*.parked.*.*.*', 'aw.*.timer.*.*.*.*', 'aw._sys.cursor.mailbox.>'],
    // The server keeps the id of every command for so long in memory.
    duplicateWindowMs: 60_000,
    hasSchedules: true,
    isLimited: true,
    subjectTransform: {
      src: 'aw.*.cmd.*.*',
      dest: `aw.{{wildcard(1)}}.cmd.{{partition(${PARTITIONS},1,2,3)}}.{{wildcard(2)}}.{{wildcard(3)}}`,
    },
  },
  {
    name: 'STATE',
    description: 'The state of each actor, with its outbox',
    subjects: ['aw.*.state.>'],
    maxMessagesPerSubject: 1,
    isLimited: false,
  },
  {
    name: 'DEAD',
    description: 'What could not be handled, with its cause',
    subjects: ['aw.*.dead.>', 'aw._sys.cursor.dead.>'],
    maxAgeMs: 30 * DAY_MS,
    maxBytes: 1024 ** 3,
    isLimited: false,
  },
  {
    name: 'HISTORY',
    description: 'What a replay needs beside the commands: clock reads, and archived commands',
    subjects: ['aw.*.history.*.*.*', 'aw._sys.cursor.history.>'],
    maxAgeMs: 30 * DAY_MS,
    maxBytes: 4 * 1024 ** 3,
    isLimited: false,
  },
  {
    name: 'JOBS',
    description: 'Jobs that wait or run, in packs and singles; gone when they are done',
    subjects: ['aw.*.job.*.*.*.*', 'aw._sys.cursor.jobs.>'],
    duplicateWindowMs: 120_000,
    hasSchedules: true,
    isWorkQueue: true,
    isLimited: true,
  },
  {
    name: 'JOBLOG',
    description: 'What became of jobs, and what they told on the way',
    subjects: ['aw.*.out.*.*.*.*', 'aw.*.jev.*.*.*'],
    maxAgeMs: DAY_MS / 24,
    maxBytes: 4 * 1024 ** 3,
    // A unique subject costs the server 166 bytes of memory: 330 MB at most.
    maxMessages: 2_000_000,
    isLimited: false,
  },
  {
    name: 'FAILED',
    description: 'Failed jobs with their data, until they are tried again or removed',
    subjects: [],
    maxBytes: 4 * 1024 ** 3,
    isLimited: false,
    source: { name: 'JOBLOG', filter: 'aw.*.out.*.failed.*.*' },
  },
  {
    name: 'CONTROL',
    description: 'What processes agree on about queues: settings, shares, windows, leases',
    subjects: ['aw.*.queue.*.*', 'aw.*.dedup.*.*', 'aw.*.gone.*.*', 'aw._sys.lease.*'],
    maxMessagesPerSubject: 1,
    hasTtl: true,
    isLimited: false,
  },
];
