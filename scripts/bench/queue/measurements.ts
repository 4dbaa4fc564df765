import type { Level } from './system.ts';

/** What is measured at both levels of durability, and what was promised of it. */

export const MEASURED_PARTS = ['add', 'bulk', 'process', 'latency', 'delayed'] as const;
export type MeasuredPart = (typeof MEASURED_PARTS)[number];

export type Measurement = { readonly title: string; readonly promises?: Partial<Record<Level, Promises>> } & Kind;

type Kind =
  | { readonly part: 'add'; readonly inFlight: number; readonly ms: number }
  | { readonly part: 'bulk'; readonly batch: number; readonly inFlight: number; readonly ms: number }
  | { readonly part: 'process'; readonly concurrency: number; readonly ms: number; readonly isAddedSingly?: true }
  | { readonly part: 'latency'; readonly perSecond: number; readonly ms: number; readonly concurrency: number }
  | { readonly part: 'delayed'; readonly count: number; readonly dueMs: number; readonly concurrency: number };

/** Limits of AutoWeave's own values, and (`of…`) of what they are in parts of BullMQ's. */
export interface Promises {
  /** At least. */
  readonly ofRate?: number;
  /** At most. */
  readonly ofCpu?: number;
  readonly p50?: number;
  readonly ofP99?: number;
}

/** Batches at once. */
export const BATCHES = 4;
/** Jobs of a batch. */
export const BATCH = 1_000;
const ADD_MS = 2_000;
/** About; how many jobs that are is found out before. */
export const PROCESS_MS = 1_500;
const CPU = 0.45;

export const MEASUREMENTS: readonly Measurement[] = [
  { part: 'add', title: 'add, 1 in flight', inFlight: 1, ms: ADD_MS },
  { part: 'add', title: 'add, 10 in flight', inFlight: 10, ms: ADD_MS },
  { part: 'add', title: 'add, 100 in flight', inFlight: 100, ms: ADD_MS },
  {
    part: 'add',
    title: 'add, 200 in flight',
    inFlight: 200,
    ms: ADD_MS,
    promises: { interval: { ofRate: 4, ofCpu: CPU }, fsync: { ofRate: 2 } },
  },
  {
    part: 'bulk',
    title: 'add in batches of 1,000, 4 at once',
    batch: BATCH,
    inFlight: BATCHES,
    ms: ADD_MS,
    promises: { interval: { ofRate: 3, ofCpu: CPU }, fsync: { ofRate: 2.5 } },
  },
  { part: 'process', title: 'process, 1 at once', concurrency: 1, ms: PROCESS_MS },
  {
    part: 'process',
    title: 'process, 10 at once',
    concurrency: 10,
    ms: PROCESS_MS,
    promises: { interval: { ofRate: 6, ofCpu: CPU }, fsync: { ofRate: 1 } },
  },
  {
    part: 'process',
    title: 'process, 100 at once',
    concurrency: 100,
    ms: PROCESS_MS,
    promises: { interval: { ofRate: 4, ofCpu: CPU }, fsync: { ofRate: 2.5 } },
  },
  {
    part: 'process',
    title: 'process, 10 at once, jobs that came one by one',
    concurrency: 10,
    ms: PROCESS_MS,
    isAddedSingly: true,
  },
  {
    part: 'latency',
    title: 'from add to begin at 200 jobs/s',
    perSecond: 200,
    ms: 10_000,
    concurrency: 10,
    promises: { interval: { p50: 1.5, ofP99: 0.5 } },
  },
  {
    part: 'delayed',
    title: 'lateness of 10,000 jobs due together',
    count: 10_000,
    dueMs: 10_000,
    concurrency: 100,
  },
];

/** The same in a moment: to see that it works, not to quote. */
export function shorten(measurement: Measurement): Measurement {
  switch (measurement.part) {
    case 'add':
    case 'bulk':
    case 'process':
      return { ...measurement, ms: 500 };
    case 'latency':
      return { ...measurement, ms: 2_000 };
    case 'delayed':
      return { ...measurement, title: 'lateness of 2,000 jobs due together', count: 2_000, dueMs: 3_000 };
  }
}
