/**
 * Names of the runs that were begun under a name, by the minute. An order may come again (a job whose process was
 * killed, say) when the run that it has begun is long forgotten: it must not begin another one, whose steps would wait
 * for jobs that have ended before.
 */
export interface StartedMinute {
  /** When its first run began; milliseconds since 1970. */
  readonly at: number;
  readonly names: string[];
}

const MINUTE_MS = 60_000;
/** As long as a job is known to have ended: what comes again later would begin anew anyway. */
const KEPT_MS = 60 * MINUTE_MS;
/** Of 16 characters each: some 40 KB of the agent's state. */
export const MAX_STARTED = 2_000;

export function hasStarted(started: readonly StartedMinute[], name: string): boolean {
  return started.some(({ names }) => names.includes(name));
}

/** The same with one more name, without those that are too old or too many. */
export function withStarted(started: readonly StartedMinute[], name: string, now: number): StartedMinute[] {
  const kept = started.filter(({ at }) => at > now - KEPT_MS);
  const last = kept.at(-1);
  if (last !== undefined && now < last.at + MINUTE_MS) last.names.push(name);
  else kept.push({ at: now, names: [name] });
  const count = kept.reduce((sum, { names }) => sum + names.length, 0);
  if (count > MAX_STARTED) kept[0]!.names.shift();
  return kept.filter(({ names }) => names.length > 0);
}
