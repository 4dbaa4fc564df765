import type { Random } from './random.ts';

/** Randomness that a seed decides: the same seed gives the same values in the same order, on every machine. */
export interface SeededRandom extends Random {
  /** A whole number, 0 ≤ value < `below`. */
  integer(below: number): number;
  /** True with this probability, 0 to 1. Always draws one value, so that a changed probability changes nothing else. */
  chance(probability: number): boolean;
  /** One of the items, of which there must be one. */
  pick<Item>(items: readonly Item[]): Item;
  /** A source of its own, decided by this one's seed and the name: what is drawn from one leaves the others alone. */
  fork(name: string): SeededRandom;
}

/**
 * The generator is sfc32 (Chris Doty-Humphrey, PractRand), its state filled by splitmix32 from the FNV-1a hash of the
 * seed. Good enough to choose faults with; not for secrets.
 */
export function createSeededRandom(seed: number | string): SeededRandom {
  const next = sfc32(String(seed));
  const byte = () => next() >>> 24;
  const hex = (bytes: number) => Array.from({ length: bytes }, () => byte().toString(16).padStart(2, '0')).join('');
  const fraction = () => next() / 2 ** 32;
  return {
    fraction,
    hex,
    uuid() {
      const digits = hex(16);
      const variant = '89ab'[Number.parseInt(digits[16]!, 16) & 3];
      return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-${variant}${digits.slice(17, 20)}-${digits.slice(20)}`;
    },
    integer: (below) => Math.floor(fraction() * below),
    chance: (probability) => fraction() < probability,
    pick: (items) => items[Math.floor(fraction() * items.length)]!,
    fork: (name) => createSeededRandom(`${seed}/${name}`),
  };
}

/** Steps thrown away at the start, as its author advises: until then the state still shows the seed. */
const WARM_UP = 12;

function sfc32(seed: string): () => number {
  const fill = splitmix32(fnv1a32(seed));
  let a = fill();
  let b = fill();
  let c = fill();
  let counter = 1;
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let step = 0; step < WARM_UP; step++) next();
  return next;
}

function splitmix32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) | 0;
  };
}

/** FNV-1a of the UTF-8 bytes, 32 bits, unsigned. */
export function fnv1a32(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of utf8.encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

const utf8 = new TextEncoder();
