import type { HostFunction } from './host-functions.ts';

/**
 * What the host and a plugin's thread say to each other. A thread holds one instance at most, and does one call at a
 * time, in the order in which they came.
 *
 * Beside the messages they share {@link SharedCells}: there the thread says which call it is at, so that the host knows
 * what it ends when it ends the thread; and there the thread waits, blocked, for the answer of a host function. Blocked
 * is right: it has nothing else to do, and half as slow as suspending the stack (docs/decisions/0011-plugin-host.md).
 */

export interface LoadMessage {
  readonly kind: 'load';
  /** Compiled and clamped. */
  readonly module: WebAssembly.Module;
  /** Host functions that are linked. */
  readonly links: readonly string[];
  /** True when it reads its input by the classic interface. */
  readonly readsClassicInput: boolean;
  readonly maxOutputBytes: number;
  /** Most of what the classic `alloc` gives within one call. */
  readonly maxHeapBytes: number;
}

export interface CallMessage {
  /** Counts up from 1 within the thread. */
  readonly number: number;
  readonly function: string;
  readonly input: Uint8Array;
}

export interface CallsMessage {
  readonly kind: 'calls';
  readonly calls: readonly CallMessage[];
}

export type ToThread = LoadMessage | CallsMessage;

export interface ThreadFailure {
  readonly code: 'AW_PLUGIN_ERROR' | 'AW_PLUGIN_TRAPPED' | 'AW_PLUGIN_OUTPUT_TOO_LARGE' | 'AW_PLUGIN_MEMORY_EXCEEDED';
  readonly message: string;
}

export type FromThread =
  | { readonly kind: 'ready' }
  /** `functions`: what it exports and that needs no arguments. */
  | { readonly kind: 'loaded'; readonly functions: readonly string[]; readonly failure?: ThreadFailure }
  | {
      readonly kind: 'result';
      readonly number: number;
      readonly output?: Uint8Array;
      readonly failure?: ThreadFailure;
      /** What is left in its memory can't be trusted: it has to be made anew. */
      readonly isBroken?: true;
    }
  | { readonly kind: 'log'; readonly level: LogLevelNumber; readonly text: string };

export type LogLevelNumber = 0 | 1 | 2 | 3;

/** Over a port of its own, which the thread reads without its event loop. */
export interface HostCallMessage {
  /** Of the call that asks. */
  readonly number: number;
  readonly function: HostFunction;
  readonly arguments: readonly Uint8Array[];
}

export interface HostReply {
  /** Absent: there is no such thing. */
  readonly data?: Uint8Array;
  /** In the place of data: why not. */
  readonly refusal?: string;
}

export interface ThreadData {
  readonly cells: SharedArrayBuffer;
  readonly hostCalls: import('node:worker_threads').MessagePort;
}

const ANSWERED = 0;
const NUMBER = 1;
/** Nanoseconds: when the call began, how long it has waited for the host, and since when it does so now; 0 for not. */
const START = 0;
const WAITED = 1;
const WAITS = 2;
const BYTES = 32;

export interface SharedCells {
  readonly buffer: SharedArrayBuffer;
  /** In the thread: it begins this call. */
  begin(number: number): void;
  /** In the thread: it does nothing. */
  rest(): void;
  /** The call at work, its age in milliseconds, and how much of that it has waited for the host; or undefined. */
  current(): { readonly number: number; readonly ageMs: number; readonly waitedMs: number } | undefined;
  /** In the thread: before a host function is asked. */
  expect(): void;
  /** In the thread: blocks until {@link answer}. */
  wait(): void;
  answer(): void;
}

export function openCells(buffer: SharedArrayBuffer = new SharedArrayBuffer(BYTES)): SharedCells {
  const numbers = new Int32Array(buffer, 0, 2);
  const times = new BigInt64Array(buffer, 8, 3);
  return {
    buffer,
    begin(number) {
      Atomics.store(times, WAITED, 0n);
      Atomics.store(times, START, process.hrtime.bigint());
      Atomics.store(numbers, NUMBER, number);
    },
    rest() {
      Atomics.store(numbers, NUMBER, 0);
    },
    current() {
      const number = Atomics.load(numbers, NUMBER);
      if (number === 0) return undefined;
      // Both threads read the same clock of the process; the port's has another origin in each.
      const now = process.hrtime.bigint();
      const since = Atomics.load(times, WAITS);
      const waited = Atomics.load(times, WAITED) + (since === 0n ? 0n : now - since);
      return { number, ageMs: Number(now - Atomics.load(times, START)) / 1e6, waitedMs: Number(waited) / 1e6 };
    },
    expect() {
      Atomics.store(numbers, ANSWERED, 0);
      Atomics.store(times, WAITS, process.hrtime.bigint());
    },
    wait() {
      Atomics.wait(numbers, ANSWERED, 0);
      const since = Atomics.load(times, WAITS);
      Atomics.store(times, WAITS, 0n);
      Atomics.store(times, WAITED, Atomics.load(times, WAITED) + process.hrtime.bigint() - since);
    },
    answer() {
      Atomics.store(numbers, ANSWERED, 1);
      Atomics.notify(numbers, ANSWERED);
    },
  };
}
