import type { ExitReason, Restart } from './child.ts';

/**
 * `one_for_one`: only the child that ended. `one_for_all`: every child.
 * `rest_for_one`: the child that ended and those that were started after it.
 */
export type Strategy = 'one_for_one' | 'one_for_all' | 'rest_for_one';

/** Whether an end of its own calls for a restart. */
export function isRestarted(restart: Restart, reason: ExitReason): boolean {
  switch (restart) {
    case 'permanent':
      return true;
    case 'transient':
      return reason.kind === 'error';
    case 'temporary':
      return false;
  }
}

/** The children, by position, that are stopped and started together with the one that ended; ascending. */
export function affectedBy(strategy: Strategy, index: number, count: number): readonly number[] {
  const all = Array.from({ length: count }, (_, position) => position);
  switch (strategy) {
    case 'one_for_one':
      return [index];
    case 'one_for_all':
      return all;
    case 'rest_for_one':
      return all.slice(index);
  }
}
