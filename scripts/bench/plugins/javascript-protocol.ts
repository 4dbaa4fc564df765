import type { GuestFunction } from './guest.ts';

/** Between the plain JavaScript worker and its host. */
export type ToPlugin =
  | { readonly kind: 'call'; readonly id: number; readonly function: GuestFunction; readonly input: Uint8Array }
  | { readonly kind: 'value'; readonly id: number; readonly value: string };

export type FromPlugin =
  | { readonly kind: 'ready' }
  | { readonly kind: 'result'; readonly id: number; readonly output: Uint8Array }
  | { readonly kind: 'get'; readonly id: number; readonly key: string };

/** Shorter input is copied with its message, which is faster; of a longer one, a copy is handed over. */
export const HAND_OVER_BYTES = 4_096;
