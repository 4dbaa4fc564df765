import { CONTESTANT_NAMES, type ContestantName } from './guest.ts';
import type { Order } from './order.ts';

/** A value of a turn as a line of the table, and what was promised of AutoWeave's. */
export interface Shown {
  /** Of {@link Result}. */
  readonly value: string;
  readonly title: string;
  readonly unit: string;
  readonly limit?: number;
  readonly atLeast?: boolean;
  /** AutoWeave's in parts of theirs are lines as well. */
  readonly comparedWith?: readonly ContestantName[];
  /** Only the comparisons are lines; the values stand in the notes of others. */
  readonly isOnlyCompared?: boolean;
  /** At most, in parts of the plain JavaScript worker's. */
  readonly ofJavascript?: number;
  /** Values that stand in the note, with their units. */
  readonly beside?: Readonly<Record<string, string>>;
}

export interface Measurement {
  readonly title: string;
  readonly order: Order;
  readonly contestants: readonly ContestantName[];
  readonly rounds: number;
  readonly shown: readonly Shown[];
}

const THREADED = CONTESTANT_NAMES.filter((name) => name !== 'raw');
const PEERS = THREADED.filter((name) => name !== 'AutoWeave');
const OTHERS = CONTESTANT_NAMES.filter((name) => name !== 'AutoWeave');
const CALL_ROUNDS = 5;
const ROUNDS = 3;
const CALLS_MS = 300;
const DEADLINE_MS = 300;
const SIZES = [
  { size: '100 B', bytes: 100, ofJavascript: 1.5 },
  { size: '10 KB', bytes: 10_000, ofJavascript: 1.3 },
  { size: '1 MB', bytes: 1_000_000, ofJavascript: 1.3 },
] as const;

const ONE_AT_A_TIME = SIZES.map(
  ({ size, bytes, ofJavascript }): Measurement => ({
    title: `call of ${size}`,
    order: { part: 'calls', bytes, inFlight: 1, ms: CALLS_MS },
    contestants: CONTESTANT_NAMES,
    rounds: CALL_ROUNDS,
    shown: [
      {
        value: 'p50',
        title: ', p50',
        unit: 'µs',
        comparedWith: OTHERS,
        ofJavascript,
        beside: { p99: 'µs', cpu: 'µs' },
      },
    ],
  }),
);

const IN_FLIGHT = SIZES.map(
  ({ size, bytes }): Measurement => ({
    title: `calls of ${size}, 32 in flight`,
    order: { part: 'calls', bytes, inFlight: 32, ms: CALLS_MS },
    contestants: CONTESTANT_NAMES,
    rounds: CALL_ROUNDS,
    shown: [
      {
        value: 'perSecond',
        title: '',
        unit: '/s',
        comparedWith: PEERS,
        beside: { cpu: 'µs' },
        ...(bytes === 100 ? { limit: 30_000, atLeast: true } : {}),
      },
      { value: 'cpu', title: ': CPU for each', unit: 'µs', comparedWith: PEERS, isOnlyCompared: true },
    ],
  }),
);

export const MEASUREMENTS: readonly Measurement[] = [
  ...ONE_AT_A_TIME,
  ...IN_FLIGHT,
  {
    title: 'asking the host for a key within a call',
    order: { part: 'asking', ms: CALLS_MS },
    contestants: CONTESTANT_NAMES,
    rounds: ROUNDS,
    shown: [{ value: 'cost', title: '', unit: 'µs', comparedWith: PEERS }],
  },
  {
    title: 'load',
    order: { part: 'loading', count: 3 },
    contestants: CONTESTANT_NAMES,
    rounds: ROUNDS,
    shown: [
      { value: 'cold', title: ', no thread ready', unit: 'ms', comparedWith: PEERS },
      { value: 'warm', title: ', a thread ready', unit: 'ms' },
      { value: 'reload', title: ' again', unit: 'ms', limit: 5 },
    ],
  },
  {
    title: 'endless loop',
    order: { part: 'looping', count: 3, deadlineMs: DEADLINE_MS },
    contestants: THREADED,
    rounds: ROUNDS,
    shown: [
      { value: 'latest', title: ': rejected after its deadline', unit: 'ms', limit: 20, beside: { late: 'ms' } },
      { value: 'back', title: ': then until the plugin answers', unit: 'ms' },
      {
        value: 'beside',
        title: ": another plugin's calls beside it, p99",
        unit: 'ms',
        comparedWith: PEERS,
        beside: { quiet: 'ms', slowest: 'ms' },
      },
      { value: 'slowest', title: ': the slowest of them', unit: 'ms', limit: DEADLINE_MS / 3 },
    ],
  },
];

export const MEMORY: Measurement = {
  title: 'memory of one more instance',
  order: { part: 'memory', instances: 8 },
  contestants: CONTESTANT_NAMES,
  rounds: 1,
  shown: [{ value: 'mb', title: '', unit: 'MB', comparedWith: PEERS }],
};

/** The same in a moment: to see that it works, not to quote. */
export function shorten(measurement: Measurement): Measurement {
  const { order } = measurement;
  const short = { ...measurement, rounds: 1 };
  switch (order.part) {
    case 'calls':
    case 'asking':
      return { ...short, order: { ...order, ms: 100 } };
    case 'loading':
    case 'looping':
      return { ...short, order: { ...order, count: 1 } };
    case 'memory':
      return { ...short, order: { ...order, instances: 2 } };
  }
}
