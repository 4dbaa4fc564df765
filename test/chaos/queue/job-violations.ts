import type { Added } from './words.ts';

/** Compares what was acknowledged with what the log says of it. Pure. */

export interface JobHistory {
  /** Adds that were acknowledged; the same id may be there several times. */
  readonly acknowledged: readonly Added[];
  /** In the order of the log. */
  readonly outcomes: readonly Outcome[];
  /** How often each job's effect was recorded, by its id. */
  readonly effects: ReadonlyMap<string, number>;
  /** What still waits, runs or is delayed. */
  readonly left: number;
}

export interface Outcome {
  readonly id: string;
  /** Tells runs of one id apart. */
  readonly incarnation: string;
  readonly state: string;
  /** Why it failed. */
  readonly code?: string;
  /** Who added it, and as which. */
  readonly name: string;
}

export interface JobViolation {
  /** `lost` and `stuck` may pass as long as something is under way; the others stay. */
  readonly kind: 'lost' | 'stuck' | 'repeated' | 'effect lost' | 'effect repeated' | 'wrong outcome' | 'stored twice';
  readonly what: string;
}

export function findJobViolations(history: JobHistory): readonly JobViolation[] {
  const { acknowledged, outcomes, effects, left } = history;
  const found: JobViolation[] = [];
  const add = (kind: JobViolation['kind'], what: string) => found.push({ kind, what });

  const byId = Map.groupBy(outcomes, ({ id }) => id);
  for (const [id, all] of byId) {
    const counts = Map.groupBy(all, ({ incarnation }) => incarnation);
    for (const same of counts.values()) {
      if (same.length > 1) add('repeated', `${id} has the outcomes ${same.map(({ state }) => state).join(', ')}`);
    }
  }

  const checked = new Set<string>();
  for (const { id, sort, by, n } of acknowledged) {
    if (checked.has(id)) continue;
    checked.add(id);
    const outcome = byId.get(id)?.[0];
    const who = `${id} (${by} ${n}, ${sort})`;
    if (outcome === undefined) {
      add('lost', `${who} was acknowledged and has no outcome`);
      continue;
    }
    const wanted = sort === 'poison' ? 'failed AW_JOB_STALLED' : 'completed';
    const is = outcome.code === undefined ? outcome.state : `${outcome.state} ${outcome.code}`;
    if (is !== wanted) add('wrong outcome', `${who} is ${is}, not ${wanted}`);
  }

  for (const [name, same] of Map.groupBy(outcomes, (outcome) => outcome.name)) {
    const ids = new Set(same.map(({ id }) => id));
    if (ids.size > 1) add('stored twice', `${name} was added once and done as ${[...ids].join(' and ')}`);
  }

  for (const [id, all] of byId) {
    const isCompleted = all.some(({ state }) => state === 'completed');
    if (isCompleted && !effects.has(id)) add('effect lost', `${id} has completed and its effect is not there`);
    if (!isCompleted && effects.has(id)) add('effect repeated', `${id} has not completed and has had an effect`);
  }
  for (const [id, count] of effects) {
    if (count > 1) add('effect repeated', `${id} has had its effect ${count} times`);
  }
  if (left > 0) add('stuck', `${left} jobs are left`);
  return found;
}

export function mayHeal({ kind }: JobViolation): boolean {
  return kind === 'lost' || kind === 'stuck' || kind === 'effect lost';
}
