import type { Stored } from '../bus/bus.ts';
import { parseTraceparent } from '../telemetry/spans.ts';
import { type EndedJob, findJob, isPossibleId, type StandingJob } from './finding.ts';
import type { JobDetail, JobFailure, JobSummary } from './job.ts';
import { idOf, resultOf } from './job-events.ts';
import { rulesOf, toJobOptions } from './job-options.ts';
import { decodeFact, factSubject } from './outcome-record.ts';
import type { OneQueue } from './queue-parts.ts';

const MAX_FACTS = 1_000;
const SCHEDULE_HEADER = 'Nats-Schedule';

/** Everything that is known of a job; undefined when nothing is. */
export async function lookAt(parts: OneQueue, id: string): Promise<JobDetail | undefined> {
  const { bus, tenant, queue } = parts;
  if (!isPossibleId(id)) return undefined;
  const [found, progress, logs, partials] = await Promise.all([
    findJob(parts, id),
    bus.last('JOBLOG', factSubject(tenant, queue, 'progress', id)),
    bus.page('JOBLOG', { from: 1, filter: factSubject(tenant, queue, 'log', id), limit: MAX_FACTS }),
    bus.page('JOBLOG', { from: 1, filter: factSubject(tenant, queue, 'partial', id), limit: MAX_FACTS }),
  ]);
  if (found === undefined) return undefined;
  const told = {
    ...(progress === undefined ? {} : { progress: decodeFact(progress.body)?.d }),
    logs: logs.map(({ body }) => String(decodeFact(body)?.d ?? '')),
    partials: partials.map(({ body }) => decodeFact(body)?.d),
  };
  if (found.stands) {
    const { entry } = found;
    return {
      ...standingSummary(parts, found.stored, found, id),
      data: entry.d,
      failures: entry.e ?? [],
      stalledCount: entry.s ?? 0,
      options: toJobOptions(entry),
      ...told,
    };
  }
  const { entry, stored } = found;
  const data = entry.job?.d ?? entry.d;
  const failures: readonly JobFailure[] = entry.job?.e ?? (entry.e === undefined ? [] : [entry.e]);
  return {
    ...endedSummary(parts, found.state, found.home, entry, stored),
    ...(data === undefined ? {} : { data }),
    ...(found.state === 'completed' || found.state === 'failed' ? { result: resultOf(entry, stored.storedAt) } : {}),
    failures,
    stalledCount: entry.job?.s ?? 0,
    options: entry.job === undefined ? {} : toJobOptions(entry.job),
    ...told,
  };
}

/** A job that stands in JOBS, as lists show it. */
export function standingSummary(
  parts: OneQueue,
  stored: Stored,
  { entry, jobClass }: Pick<StandingJob, 'entry' | 'jobClass'>,
  id: string,
): JobSummary {
  const active = findActive(parts, id);
  const dueAt =
    jobClass === 'd' ? Date.parse((stored.headers[SCHEDULE_HEADER] ?? '').replace(/^@at /, '')) : Number.NaN;
  const last = entry.e?.at(-1);
  const traceId = parseTraceparent(entry.p)?.traceId;
  return {
    id,
    queue: parts.queue,
    type: entry.t,
    state: active ? 'active' : jobClass === 'd' ? 'delayed' : 'waiting',
    priority: entry.o?.pr ?? 0,
    attemptsMade: (entry.n ?? 0) + (active ? 1 : 0),
    attempts: rulesOf(entry, parts.settings()).attempts,
    addedAt: entry.a ?? stored.storedAt,
    ...(Number.isNaN(dueAt) ? {} : { dueAt }),
    ...(last === undefined ? {} : { error: last.message }),
    ...(traceId === undefined ? {} : { traceId }),
  };
}

/** A job that has ended, as lists show it. */
export function endedSummary(
  parts: OneQueue,
  state: EndedJob['state'],
  home: string,
  entry: EndedJob['entry'],
  stored: Stored,
): JobSummary {
  const { attempts } = entry.job === undefined ? parts.settings() : rulesOf(entry.job, parts.settings());
  const finishedAt = entry.at ?? stored.storedAt;
  const traceId = parseTraceparent(entry.p)?.traceId;
  return {
    id: idOf(home, entry),
    queue: parts.queue,
    type: entry.t,
    state,
    priority: entry.job?.o?.pr ?? 0,
    attemptsMade: entry.n ?? 0,
    attempts,
    addedAt: entry.a ?? finishedAt,
    finishedAt,
    ...(entry.ms === undefined ? {} : { durationMs: entry.ms }),
    ...(entry.e === undefined ? {} : { error: entry.e.message }),
    ...(traceId === undefined ? {} : { traceId }),
  };
}

/** What a worker says that it runs. */
export function findActive({ live }: OneQueue, id: string) {
  for (const { jobs } of live.workers.values()) {
    const found = jobs.find((job) => job.id === id);
    if (found !== undefined) return found;
  }
  return undefined;
}
