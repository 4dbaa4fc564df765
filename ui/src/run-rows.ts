import type { LogEvent, LogRow } from './event-log.ts';
import { type EventStory, eventStory, triggerText } from './event-text.ts';
import { isRecord } from './gateway-error.ts';
import { durationText } from './time-text.ts';

/** All that was told of one run of an agent, in one line that stands where its newest event does. */
export interface RunRow {
  readonly kind: 'run';
  readonly runId: string;
  readonly cursor: string;
  /** Newest first; one at least. */
  readonly events: readonly LogEvent[];
  readonly isLive: boolean;
}

const OF_RUN = ['agent.run_started', 'agent.step_finished', 'agent.run_finished'];

/**
 * Folds the events of each run into one row. That its agent is at work for as long, and then is no more, goes without
 * saying.
 *
 * @param rows newest first
 */
export function foldRuns(rows: readonly LogRow[]): readonly (LogRow | RunRow)[] {
  const byRun = new Map<string, LogEvent[]>();
  const workedIn = new Set<string>();
  for (const row of rows) {
    const runId = runOf(row);
    if (runId === null || row.kind !== 'logged') continue;
    const events = byRun.get(runId);
    if (events === undefined) byRun.set(runId, [row.event]);
    else events.push(row.event);
    workedIn.add(workKey(row.event));
  }
  const folded = new Set<string>();
  return rows.flatMap((row): readonly (LogRow | RunRow)[] => {
    if (row.kind !== 'logged') return [row];
    const runId = runOf(row);
    if (runId === null) return isWorkOf(row.event, workedIn) ? [] : [row];
    if (folded.has(runId)) return [];
    folded.add(runId);
    return [{ kind: 'run', runId, cursor: row.cursor, events: byRun.get(runId) ?? [], isLive: row.isLive }];
  });
}

/** `run done, 4 steps, 70.0 ms`; of one that is under way how far it has come. */
export function runStory({ events }: RunRow, agents: ReadonlyMap<string, string>): EventStory {
  const [newest] = events;
  const started = events.find(({ type }) => type === 'agent.run_started');
  const finished = events.find(({ type }) => type === 'agent.run_finished');
  const steps = stepsText(events);
  const { title, href, ...story } = eventStory(finished ?? newest!, agents);
  if (finished === undefined) {
    const begun = started === undefined ? '' : ` ${triggerText(dataOf(started)['trigger'])}`;
    return { ...story, title, href, sentence: `run begun${begun}${steps}` };
  }
  const took = started === undefined ? '' : `, ${durationText(Date.parse(finished.at) - Date.parse(started.at))}`;
  switch (dataOf(finished)['status']) {
    case 'FAILED':
      // `the run failed: …`, without the article that a row has no room for.
      return { ...story, title, href, sentence: `${story.sentence.replace(/^the /, '')}${steps}${took}` };
    case 'STOPPED':
      return { ...story, title, href, sentence: `run stopped${steps}${took}` };
    default:
      return { ...story, title, href, sentence: `run done${steps}${took}` };
  }
}

function runOf(row: LogRow): string | null {
  if (row.kind !== 'logged' || !OF_RUN.includes(row.event.type)) return null;
  const { runId } = dataOf(row.event);
  return typeof runId === 'string' ? runId : null;
}

/** Whether it says no more than that an agent has begun or ended the work of a run that has a row. */
function isWorkOf(event: LogEvent, workedIn: ReadonlySet<string>): boolean {
  const { status, before } = dataOf(event);
  const isTurn = event.type === 'agent.status_changed' && (status === 'RUNNING' || before === 'RUNNING');
  // Stopped while at work: that is somebody's order.
  return isTurn && status !== 'STOPPED' && event.traceId !== null && workedIn.has(workKey(event));
}

function workKey({ subject, traceId }: LogEvent): string {
  return `${traceId} ${subject}`;
}

/** Steps are counted from their places: the first ones may lie before what is kept. */
function stepsText(events: readonly LogEvent[]): string {
  const count = events.reduce((most, { type, data }) => {
    const step = type === 'agent.step_finished' && isRecord(data) ? data['step'] : undefined;
    return typeof step === 'number' ? Math.max(most, step + 1) : most;
  }, 0);
  return count === 0 ? '' : `, ${count} ${count === 1 ? 'step' : 'steps'}`;
}

function dataOf({ data }: LogEvent): Readonly<Record<string, unknown>> {
  return isRecord(data) ? data : {};
}
