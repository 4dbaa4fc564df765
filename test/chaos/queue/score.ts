import { findJobViolations, type JobHistory, type JobViolation } from './job-violations.ts';
import type { Added, Word } from './words.ts';

/** What a trial came to, in numbers. Pure. */
export interface Score {
  /** Jobs whose add was acknowledged. */
  readonly acknowledged: number;
  /** Adds that failed: the caller knows that it has to try again. */
  readonly refused: number;
  /** Acknowledged, and neither done nor failed when all had settled. */
  readonly lost: number;
  /** Acknowledged and failed, though nothing was wrong with the job. */
  readonly failed: number;
  /** Jobs with two outcomes. */
  readonly outcomesTwice: number;
  /** Jobs whose effect was recorded more than once. */
  readonly effectsTwice: number;
  /** Jobs whose processor came to its end more than once. */
  readonly ranTwice: number;
  /** Adds that were made once and became two jobs. */
  readonly storedTwice: number;
  /** Jobs of the one sequential adder that began after one that was added later. */
  readonly reordered: number;
  /** From the end of the fault to the first completion; undefined when none came. */
  readonly firstMs?: number;
  /** From the end of the fault until all was done that had been acknowledged before. */
  readonly caughtUpMs?: number;
}

export interface Trial {
  readonly words: readonly Word[];
  readonly history: JobHistory;
  /** When the fault was over. */
  readonly endedAt: number;
  /** Who added one plain job after the other. */
  readonly sequential: string;
}

/** Two workers that begin at the same time tell of it in any order. */
const JITTER_MS = 50;

export function toScore({ words, history, endedAt, sequential }: Trial): Score {
  const ids = new Set(history.acknowledged.map(({ id }) => id));
  const found = Map.groupBy(findJobViolations(history), ({ kind }) => kind);
  const countOf = (kind: JobViolation['kind']) => found.get(kind)?.length ?? 0;
  const ran = words.filter((word) => word.kind === 'ran');
  const runs = Map.groupBy(ran, ({ id }) => id);
  const after = ran.map(({ at }) => at).filter((at) => at > endedAt);
  const before = history.acknowledged.filter(({ at, sort }) => at <= endedAt && sort !== 'poison');
  const caughtUp = before.map(({ id }) =>
    Math.min(...(runs.get(id)?.map(({ at }) => at) ?? [Number.POSITIVE_INFINITY])),
  );
  const caughtUpAt = Math.max(endedAt, ...caughtUp);
  return {
    acknowledged: ids.size,
    refused: words.filter(({ kind }) => kind === 'refused').length,
    lost: countOf('lost'),
    failed: countOf('wrong outcome'),
    outcomesTwice: countOf('repeated'),
    effectsTwice: [...history.effects.values()].filter((count) => count > 1).length,
    ranTwice: [...runs.values()].filter(({ length }) => length > 1).length,
    storedTwice: countOf('stored twice'),
    reordered: countReordered(words, history.acknowledged, sequential),
    ...(after.length === 0 ? {} : { firstMs: Math.round(Math.min(...after) - endedAt) }),
    ...(Number.isFinite(caughtUpAt) ? { caughtUpMs: Math.round(caughtUpAt - endedAt) } : {}),
  };
}

/** By first begins: what is begun again comes late wherever it is. */
function countReordered(words: readonly Word[], acknowledged: readonly Added[], by: string): number {
  const first = new Map<number, number>();
  for (const word of words) {
    if (word.kind !== 'began' || word.by !== by) continue;
    first.set(word.n, Math.min(word.at, first.get(word.n) ?? Number.POSITIVE_INFINITY));
  }
  const numbers = acknowledged.filter((added) => added.by === by).map(({ n }) => n);
  let earliestLater = Number.POSITIVE_INFINITY;
  let count = 0;
  for (const n of [...numbers].sort((a, b) => b - a)) {
    const at = first.get(n);
    if (at === undefined) continue;
    if (at > earliestLater + JITTER_MS) count++;
    earliestLater = Math.min(earliestLater, at);
  }
  return count;
}
