import type { QueueSettings, Retention } from '../../proto/generated/graphql.ts';
import type * as queue from '../queue/job.ts';
import type { JobQueue } from '../queue/queue-api.ts';
import type { QueueParent } from './job-resolver.ts';

/** A queue as `proto/gateway.graphql` shows it; counts and settings are asked for when a client selects them. */
export function toQueue(found: JobQueue): QueueParent {
  return {
    name: found.name,
    counts: () => found.counts(),
    settings: async () => toQueueSettings(await found.settings()),
  };
}

function toQueueSettings(settings: queue.QueueSettings): QueueSettings {
  const { attempts, backoff, attemptTimeoutMs, totalTimeoutMs, completed, failed, types } = settings;
  const { globalConcurrency, rateLimit } = settings;
  return {
    attempts,
    backoff,
    attemptTimeoutMs,
    totalTimeoutMs,
    completed: toRetention(completed),
    failed: toRetention(failed),
    globalConcurrency,
    rateLimit,
    types,
  };
}

function toRetention({ count, ageMs }: queue.Retention): Retention {
  return { count, ageMs: ageMs ?? null };
}
