import type { JobEvent } from './job.ts';
import { decodeJobEvents, jobEventFilters } from './job-events.ts';
import type { LiveJobs } from './live-channel.ts';
import type { OneQueue } from './queue-parts.ts';

/** Live events that wait for a slow listener; beyond, the oldest go. */
const MAX_LIVE = 10_000;

/** Stored events after a position, without gap or duplicate, and live ones between them as they come; for ever. */
export async function* followEvents(
  parts: OneQueue,
  after: JobEvent['position'] | undefined,
  signal: AbortSignal,
): AsyncGenerator<JobEvent, void, undefined> {
  const { bus, tenant, queue, live } = parts;
  const ends = AbortSignal.any([signal, parts.signal]);
  const from = after?.sequence ?? (await bus.streamStatus('JOBLOG')).lastSequence + 1;
  const waiting: JobEvent[] = [];
  let wake = () => {};
  let isOver = false;

  using _watching = live.watch((word) => {
    waiting.push(...liveEvents(queue, word));
    if (waiting.length > MAX_LIVE) waiting.splice(0, waiting.length - MAX_LIVE);
    wake();
  });

  const bunches: (readonly JobEvent[])[] = [];
  let taken = () => {};
  const reading = (async () => {
    for await (const bunch of bus.read('JOBLOG', { from, filters: jobEventFilters(tenant, queue), signal: ends })) {
      bunches.push(bunch.flatMap(decodeJobEvents).filter((event) => isAfter(event, after)));
      wake();
      // One bunch at a time: a slow listener holds the log back, not memory.
      await new Promise<void>((resolve) => {
        taken = resolve;
        if (ends.aborted) resolve();
      });
    }
  })();
  const end = () => {
    isOver = true;
    wake();
    taken();
  };
  void reading.catch(() => undefined).finally(end);
  ends.addEventListener('abort', end, { once: true });

  try {
    while (!isOver || bunches.length > 0) {
      const bunch = bunches.shift();
      if (bunch !== undefined) {
        yield* bunch;
        taken();
      } else if (waiting.length > 0) yield* waiting.splice(0);
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
          if (isOver) resolve();
        });
      }
      if (ends.aborted) return;
    }
    if (!ends.aborted) await reading;
  } finally {
    taken();
  }
}

/** What is told live, as events. */
export function liveEvents(queue: string, { kind, at, jobs }: LiveJobs): readonly JobEvent[] {
  return jobs.map(([id, jobType, attempt, traceparent]) => ({
    type: kind,
    queue,
    id,
    jobType,
    at,
    ...(attempt === 0 ? {} : { attempt }),
    ...(traceparent === undefined || traceparent === null ? {} : { traceparent }),
  }));
}

function isAfter({ position }: JobEvent, after: JobEvent['position'] | undefined): boolean {
  if (after === undefined || position === undefined) return true;
  return position.sequence > after.sequence || (position.sequence === after.sequence && position.index > after.index);
}
