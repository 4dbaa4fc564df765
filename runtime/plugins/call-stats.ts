import type { Denial } from './host-api.ts';

/** What calls came to, with the durations of the last ones. */
export interface CallStats {
  calls: number;
  failures: number;
  timeouts: number;
  denials: number;
  lastCallAt: number | undefined;
  took(ms: number): void;
  denied(denial: Denial): void;
  readonly recentDenials: readonly Denial[];
  /** Of the last calls; undefined before the first. */
  percentile(share: number): number | undefined;
}

const MAX_SAMPLES = 512;
const MAX_DENIALS = 20;

export function createCallStats(): CallStats {
  const samples = new Float64Array(MAX_SAMPLES);
  let recent: readonly Denial[] = [];
  let count = 0;
  return {
    calls: 0,
    failures: 0,
    timeouts: 0,
    denials: 0,
    lastCallAt: undefined,
    took(ms) {
      samples[count++ % MAX_SAMPLES] = ms;
    },
    denied(denial) {
      this.denials++;
      recent = [denial, ...recent].slice(0, MAX_DENIALS);
    },
    get recentDenials() {
      return recent;
    },
    percentile(share) {
      if (count === 0) return undefined;
      const sorted = samples.slice(0, Math.min(count, MAX_SAMPLES)).sort();
      return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
    },
  };
}
