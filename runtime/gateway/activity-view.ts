import type { ActorActivity, ActorTimer } from '../../proto/generated/graphql.ts';
import type { KeyActivity, TimerRecord } from '../actor/control.ts';

const MISSED = { skip: 'SKIP', once: 'ONCE', all: 'ALL' } as const;

/** What a key does, as `proto/gateway.graphql` shows it. */
export function toActivity(activity: KeyActivity | undefined): ActorActivity | null {
  if (activity === undefined) return null;
  const { status, depth, lagMs, current, problem, timers, owner } = activity;
  return {
    status,
    depth,
    lagMs,
    current: current ?? null,
    problem: problem ?? null,
    timers: timers.map(toTimer),
    owner,
  };
}

function toTimer({ id, due, recurrence, missed, type, data }: TimerRecord): ActorTimer {
  return { id, due: new Date(due).toISOString(), recurrence, missed: MISSED[missed], type, data: data ?? null };
}
