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
];
