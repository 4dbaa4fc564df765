import type { CrashStage } from './crash-points.ts';

/**
 * Which crash points processes have come past, and at which they were killed, over any number of runs: a claim that
 * every step survives a crash is worth what this record shows.
 */
export interface CrashCoverage {
  passed(name: string): void;
  killed(name: string, stage: CrashStage): void;
  /** By name, in alphabetical order. */
  readonly table: readonly CrashRow[];
  /** Points that were passed and never killed at, such as `before bus.commit STATE`. */
  readonly missing: readonly string[];
}

export interface CrashRow {
  readonly name: string;
  readonly passed: number;
  readonly before: number;
  readonly after: number;
}

export function createCrashCoverage(): CrashCoverage {
  const rows = new Map<string, { name: string; passed: number; before: number; after: number }>();
  const rowOf = (name: string) => {
    const row = rows.get(name) ?? { name, passed: 0, before: 0, after: 0 };
    rows.set(name, row);
    return row;
  };
  const table = () =>
    [...rows.values()].map((row) => ({ ...row })).sort((left, right) => (left.name < right.name ? -1 : 1));
  return {
    passed(name) {
      rowOf(name).passed++;
    },
    killed(name, stage) {
      rowOf(name)[stage]++;
    },
    get table() {
      return table();
    },
    get missing() {
      return table().flatMap(({ name, before, after }) => [
        ...(before === 0 ? [`before ${name}`] : []),
        ...(after === 0 ? [`after ${name}`] : []),
      ]);
    },
  };
}
