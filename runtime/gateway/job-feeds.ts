import type { Bus, Stored } from '../bus/bus.ts';
import type { JobEvent } from '../queue/job.ts';
import type { RingLimits } from './event-ring.ts';
import type { FeedUpdate } from './event-subscription.ts';
import type { FeedSource } from './feed-source.ts';
import { createFeeds, type FeedsOptions } from './feeds.ts';

/** The feeds of what happens to jobs: one per queue while anybody follows it. */
export interface JobFeeds extends Disposable {
  /**
   * Follows a queue; see {@link FeedUpdate}. Ends by `return()`, at any time, and when the feeds close.
   *
   * @throws AW_CURSOR_INVALID
   */
  follow(queue: QueueAddress, after: string | undefined): AsyncGenerator<FeedUpdate<JobEvent>, void, undefined>;
}

/** A queue, and whose it is. */
export interface QueueAddress {
  readonly tenant: string;
  readonly queue: string;
}

export interface JobFeedsOptions extends FeedsOptions {
  /** What a message of JOBLOG says; nothing for one that concerns no reader. */
  readonly decode: (stored: Stored) => readonly JobEvent[];
  /** Hears of jobs that are added and begun. */
  readonly listen: (queue: QueueAddress, onEvent: (event: JobEvent) => void) => Disposable;
}

/** A second of a busy queue. */
const RING: RingLimits = { events: 16_384, bytes: 8 * 1024 * 1024 };
/** Where the newest message of a queue is looked for first. */
const NEAR = 64;

export function createJobFeeds(options: JobFeedsOptions): JobFeeds {
  const feeds = createFeeds<JobEvent>({ ring: RING, ...options });
  return {
    follow: (queue, after) => feeds.follow(jobSource(queue, options), after),
    [Symbol.dispose]: () => feeds[Symbol.dispose](),
  };
}

function jobSource(address: QueueAddress, { bus, decode, listen }: JobFeedsOptions): FeedSource<JobEvent> {
  const { tenant, queue } = address;
  // Outcomes (`out`) and what happens on the way (`jev`): JOBLOG has nothing else of a queue.
  const subject = `aw.${tenant}.*.${queue}.>`;
  return {
    name: `${tenant}/${queue}`,
    stream: 'JOBLOG',
    subject,
    decode(stored) {
      const events = decode(stored);
      return events.length === 0 ? { outcome: 'unwanted' } : { outcome: 'events', events };
    },
    newest: (lastSequence) => newestMessage(bus, subject, lastSequence),
    listen: (onEvent) => listen(address, onEvent),
  };
}

/**
 * The server walks all subjects that match when it is asked for the last one, and holds the stream meanwhile: with a
 * million outcomes for half a second. So a busy queue's is looked for at the end, where it is; only that of a queue
 * with nothing there, which has few subjects as a rule, is asked for.
 */
async function newestMessage(bus: Bus, subject: string, lastSequence: number): Promise<number> {
  const near = await bus.page('JOBLOG', { from: Math.max(1, lastSequence - NEAR + 1), filter: subject, limit: NEAR });
  return near.at(-1)?.sequence ?? (await bus.last('JOBLOG', subject))?.sequence ?? 0;
}
