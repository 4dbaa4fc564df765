import { setTimeout as pause } from 'node:timers/promises';
import type { Figure } from '../figures.ts';
import { percentile } from '../figures.ts';
import { cpuSeconds, since } from '../process-cost.ts';
import type { System } from './system.ts';
import type { Result, Workload } from './workload.ts';

/**
 * Parts a, b and c: calls, one-way commands, and one-way commands that emit an event; one-way ones while they are sent,
 * where sender, broker and runtime share the machine, and from a mailbox that was filled before.
 */

export type ThroughputPart = 'calls' | 'oneway' | 'events';

interface Measurement {
  readonly part: ThroughputPart;
  readonly title: string;
  readonly workload: Workload;
  readonly show: readonly Shown[];
  /** For Restate, whose single key is so slow that a full round would take minutes to be done. */
  readonly atMostInRestate?: number;
  readonly onlyAutoweave?: true;
}

/** A value of a {@link Result} that becomes a figure; limits are AutoWeave's. */
interface Shown {
  readonly value: string;
  readonly title: string;
  readonly unit: string;
  readonly limit?: number;
  readonly atLeast?: boolean;
  /** What AutoWeave's may be at most (or with `atLeast`, at least) in units of Restate's. */
  readonly ofRestate?: number;
}

/** Accepting stops after so long; what was accepted is then waited for. */
const MS = 2_000;
/** Senders at once. AutoWeave packs what waits together into one batch, of 500 at most; Restate gets it over 200 connections. */
const SENDERS = 1_000;
const CALLS: Shown = { value: 'perSecond', title: 'calls', unit: '/s' };

const MEASUREMENTS: readonly Measurement[] = [
  {
    part: 'calls',
    title: 'call, one at a time',
    workload: { kind: 'calls', prefix: 'single', keys: 100, inFlight: 1, ms: MS },
    show: [
      { value: 'p50', title: 'p50', unit: 'ms', limit: 2.5, ofRestate: 0.5 },
      { value: 'p99', title: 'p99', unit: 'ms' },
    ],
  },
  {
    part: 'calls',
    title: 'calls, 50 in flight, 1,000 keys',
    workload: { kind: 'calls', prefix: 'many', keys: 1_000, inFlight: 50, ms: MS },
    show: [CALLS],
  },
  {
    part: 'calls',
    title: 'calls, 200 in flight, 1,000 keys',
    workload: { kind: 'calls', prefix: 'many', keys: 1_000, inFlight: 200, ms: MS },
    show: [CALLS],
  },
  {
    part: 'calls',
    title: 'calls, 200 in flight, one key',
    workload: { kind: 'calls', prefix: 'hot', keys: 1, inFlight: 200, ms: MS },
    show: [CALLS],
  },
  {
    part: 'oneway',
    title: 'one-way, 1,000 keys',
    workload: { kind: 'sends', prefix: 'mail', keys: 1_000, inFlight: SENDERS, ms: MS },
    show: [
      { value: 'accepted', title: 'accepted', unit: '/s' },
      { value: 'processed', title: 'processed', unit: '/s', limit: 20_000, atLeast: true, ofRestate: 20 },
    ],
  },
  {
    part: 'oneway',
    title: 'one-way, one key',
    workload: { kind: 'sends', prefix: 'hotmail', keys: 1, inFlight: SENDERS, ms: MS },
    atMostInRestate: 600,
    show: [{ value: 'processed', title: 'processed', unit: '/s', limit: 35_000, atLeast: true }],
  },
  {
    part: 'oneway',
    title: 'from a full mailbox, 1,000 keys',
    workload: { kind: 'sends', prefix: 'held', keys: 1_000, inFlight: SENDERS, ms: MS, isHeld: true },
    onlyAutoweave: true,
    show: [{ value: 'processed', title: 'processed', unit: '/s', limit: 20_000, atLeast: true }],
  },
  {
    part: 'oneway',
    title: 'from a full mailbox, one key',
    workload: { kind: 'sends', prefix: 'heldhot', keys: 1, inFlight: SENDERS, ms: MS, isHeld: true },
    onlyAutoweave: true,
    show: [{ value: 'processed', title: 'processed', unit: '/s', limit: 35_000, atLeast: true }],
  },
  {
    part: 'events',
    title: 'from a full mailbox, one event each, 1,000 keys',
    workload: { kind: 'sends', prefix: 'heldnews', keys: 1_000, inFlight: SENDERS, ms: MS, event: true, isHeld: true },
    onlyAutoweave: true,
    show: [{ value: 'processed', title: 'processed', unit: '/s', limit: 10_000, atLeast: true }],
  },
  {
    part: 'events',
    title: 'one-way with one event each, 1,000 keys',
    workload: { kind: 'sends', prefix: 'news', keys: 1_000, inFlight: SENDERS, ms: MS, event: true },
    onlyAutoweave: true,
    show: [{ value: 'processed', title: 'processed', unit: '/s', limit: 10_000, atLeast: true }],
  },
];

/** Before each turn, so that what the other system still does for its last one is over. */
const REST_MS = 2_000;
const WARM_UPS: readonly Workload[] = [
  { kind: 'calls', prefix: 'warm', keys: 100, inFlight: 50, ms: 1_000 },
  { kind: 'sends', prefix: 'warmer', keys: 1_000, inFlight: SENDERS, ms: 1_000 },
];

/** One run of one measurement, with the CPU that each process used for it. */
interface Run {
  readonly system: System['name'];
  readonly measurement: Measurement;
  readonly result: Result;
  readonly cpu: Readonly<Record<string, number>>;
}

export interface ThroughputOptions {
  readonly parts: ReadonlySet<string>;
  readonly rounds: number;
  readonly progress: (line: string) => void;
}

/** All systems take each measurement in turn, round by round: what disturbs the machine disturbs them alike. */
export async function measureThroughput(
  systems: readonly System[],
  { parts, rounds, progress }: ThroughputOptions,
): Promise<readonly Omit<Figure, 'benchmark'>[]> {
  const chosen = MEASUREMENTS.filter(({ part }) => parts.has(part));
  const runs: Run[] = [];
  for (const { driver } of systems) for (const workload of WARM_UPS) await driver.run(workload);
  for (let round = 1; round <= rounds; round++) {
    for (const measurement of chosen) {
      for (const system of systems) {
        if (measurement.onlyAutoweave && system.name !== 'AutoWeave') continue;
        await pause(REST_MS);
        progress(`round ${round} of ${rounds}: ${system.name}, ${measurement.title}`);
        runs.push(await measure(system, measurement));
      }
    }
  }
  return chosen.flatMap((measurement) => figuresOf(runs.filter((run) => run.measurement === measurement)));
}

async function measure(system: System, measurement: Measurement): Promise<Run> {
  const { workload, atMostInRestate } = measurement;
  const atMost = system.name === 'Restate' ? atMostInRestate : undefined;
  const before = await cpuSeconds(system.processes);
  const result = await system.driver.run(atMost === undefined ? workload : ({ ...workload, atMost } as Workload));
  const cpu = since(before, await cpuSeconds(system.processes));
  return { system: system.name, measurement, result, cpu };
}

function figuresOf(runs: readonly Run[]): readonly Omit<Figure, 'benchmark'>[] {
  const { title, show } = runs[0]!.measurement;
  const systems = [...new Set(runs.map(({ system }) => system))];
  return show.flatMap(({ value, title: what, unit, limit, atLeast = false, ofRestate }) => {
    const valuesOf = (system: System['name']) =>
      runs.filter((run) => run.system === system).map(({ result }) => result.values[value]!);
    const medianOf = (system: System['name']) => percentile(valuesOf(system), 0.5);
    const name = what === 'calls' ? title : `${title}: ${what}`;
    const figures: Omit<Figure, 'benchmark'>[] = systems.map((system) => ({
      name: `${system}: ${name}`,
      value: medianOf(system),
      unit,
      ...(limit === undefined || system !== 'AutoWeave' ? {} : { limit, atLeast }),
      note: `${valuesOf(system).map(shorten).join(', ')}; ${costOf(runs.filter((run) => run.system === system))}`,
    }));
    if (ofRestate !== undefined && systems.includes('Restate')) {
      const ratio = medianOf('AutoWeave') / medianOf('Restate');
      figures.push({ name: `AutoWeave / Restate: ${name}`, value: ratio, unit: '×', limit: ofRestate, atLeast });
    }
    return figures;
  });
}

/** CPU of each process for one command, over all rounds. */
function costOf(runs: readonly Run[]): string {
  const commands = runs.reduce((sum, { result }) => sum + result.count, 0);
  const seconds = runs.reduce((sum, { result }) => sum + result.ms / 1_000, 0);
  const processes = Object.keys(runs[0]!.cpu).map((name) => {
    const used = runs.reduce((sum, { cpu }) => sum + cpu[name]!, 0);
    return `${name} ${Math.round((used * 1e6) / commands)} µs (${Math.round((used / seconds) * 100)} %)`;
  });
  return `CPU for each: ${processes.join(', ')}`;
}

function shorten(value: number): string {
  return value.toFixed(value < 100 ? 1 : 0);
}
