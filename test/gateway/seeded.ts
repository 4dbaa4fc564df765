/** Random numbers that a seed repeats (mulberry32). */
export interface Seeded {
  /** 0 ≤ value < 1. */
  fraction(): number;
  /** 0 ≤ value < bound, whole. */
  below(bound: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
}

export function createSeeded(seed: number): Seeded {
  let state = seed >>> 0;
  const fraction = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    fraction,
    below: (bound) => Math.floor(fraction() * bound),
    chance: (probability) => fraction() < probability,
  };
}
