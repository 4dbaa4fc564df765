import { randomBytes, randomUUID } from 'node:crypto';

/** Randomness as a port. */
export interface Random {
  /** A random UUID. */
  uuid(): string;
  /** 0 ≤ value < 1. */
  fraction(): number;
  /** Lower-case hexadecimal of so many random bytes. */
  hex(bytes: number): string;
}

export const systemRandom: Random = {
  uuid: () => randomUUID(),
  fraction: () => Math.random(),
  hex: (bytes) => randomBytes(bytes).toString('hex'),
};
