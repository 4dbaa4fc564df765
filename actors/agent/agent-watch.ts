import type { ActorContext } from '../../runtime/actor/definition.ts';
import { AGENT_RUN } from './agent-names.ts';

/**
 * While an agent has runs at work, it looks after them now and then: a run that waits for a job that is lost would wait
 * for ever, and one that is lost itself would count as at work for ever. One timer is there for all of its runs, since
 * most of them end long before it is due.
 */
export interface Watching {
  readonly running: readonly string[];
  /** How far off the next look was when it was decided on, in ms; 0 when there is none to come. */
  watchMs: number;
}

const TIMER = 'watch';
const FIRST_MS = 60_000;
const MAX_MS = 10 * 60_000;

/** A run has begun. */
export function watchSoon(ctx: ActorContext, state: Watching): void {
  if (state.watchMs !== FIRST_MS) setTimer(ctx, state, FIRST_MS);
}

/** The timer's turn: each run says what is to be said, and looks for the job that it waits for. */
export function lookAfter(ctx: ActorContext, state: Watching): void {
  for (const runId of state.running) ctx.cast(AGENT_RUN, runId, 'agent-run.check', {});
  if (state.running.length === 0) state.watchMs = 0;
  else setTimer(ctx, state, Math.min(2 * state.watchMs, MAX_MS));
}

function setTimer(ctx: ActorContext, state: Watching, delayMs: number): void {
  state.watchMs = delayMs;
  ctx.schedule({ id: TIMER, delayMs, type: 'agent.watch' });
}
