import type { Figures } from '../collector.ts';
import { type Figure, percentile } from '../figures.ts';
import type { Measurement, Promises } from './measurements.ts';
import type { Level, SystemName } from './system.ts';
import type { Turn } from './turn.ts';

/** All turns of one measurement at one level. A system whose turns all failed is not among them. */
export interface Comparison {
  readonly level: Level;
  readonly measurement: Measurement;
  readonly turns: ReadonlyMap<SystemName, readonly Turn[]>;
}

interface Shown {
  /** Of {@link Result.values}, or what all processes together used. */
  readonly value: 'perSecond' | 'p50' | 'p99' | 'cpu';
  readonly title: string;
  readonly unit: string;
  readonly limit?: number | undefined;
  /** What AutoWeave's may be in parts of BullMQ's: at most, and at least where more is better. */
  readonly ofBullmq?: number | undefined;
  readonly atLeast?: boolean;
  /** Only the comparison is a line; the values stand in the notes of other lines. */
  readonly isOnlyCompared?: boolean;
}

export function figuresOf({ level, measurement, turns }: Comparison): Figures {
  const promises = measurement.promises?.[level] ?? {};
  return shownOf(measurement, promises).flatMap(
    ({ value, title, unit, limit, ofBullmq, atLeast = false, isOnlyCompared = false }) => {
      const name = `${measurement.title}${title}`;
      const medians = new Map([...turns].map(([system, taken]) => [system, medianOf(taken, value)]));
      const figures: Omit<Figure, 'benchmark'>[] = [];
      for (const [system, taken] of isOnlyCompared ? [] : turns) {
        const all = taken.map((turn) => shorten(readValue(turn, value))).join(', ');
        figures.push({
          name: `${level}, ${system}: ${name}`,
          value: medians.get(system)!,
          unit,
          ...(limit === undefined || system !== 'AutoWeave' ? {} : { limit, atLeast }),
          note: `${all}; ${costOf(taken)}`,
        });
      }
      const [ours, theirs] = [medians.get('AutoWeave'), medians.get('BullMQ')];
      if (ours === undefined || theirs === undefined) return figures;
      const note = isOnlyCompared ? { note: `${shorten(ours)} and ${shorten(theirs)} ${unit}` } : {};
      const promised = ofBullmq === undefined ? {} : { limit: ofBullmq, atLeast };
      figures.push({ name: `${level}, ratio: ${name}`, value: ours / theirs, unit: '×', ...promised, ...note });
      return figures;
    },
  );
}

function shownOf({ part }: Measurement, { ofRate, ofCpu, p50, ofP99 }: Promises): readonly Shown[] {
  const cpu: Shown = { value: 'cpu', title: ': CPU', unit: 'µs', ofBullmq: ofCpu, isOnlyCompared: true };
  if (part === 'latency' || part === 'delayed') {
    return [
      { value: 'p50', title: ', p50', unit: 'ms', limit: p50 },
      { value: 'p99', title: ', p99', unit: 'ms', ofBullmq: ofP99 },
      cpu,
    ];
  }
  return [{ value: 'perSecond', title: '', unit: '/s', ofBullmq: ofRate, atLeast: true }, cpu];
}

function medianOf(turns: readonly Turn[], value: Shown['value']): number {
  return percentile(
    turns.map((turn) => readValue(turn, value)),
    0.5,
  );
}

function readValue(turn: Turn, value: Shown['value']): number {
  return value === 'cpu' ? cpuOf(turn) : turn.result.values[value]!;
}

/** Microseconds for one job, all processes together. */
export function cpuOf({ result, cpu }: Turn): number {
  return (Object.values(cpu).reduce((sum, seconds) => sum + seconds, 0) / result.count) * 1e6;
}

/** CPU of each process for one job, over all rounds. */
export function costOf(turns: readonly Turn[]): string {
  const jobs = turns.reduce((sum, { result }) => sum + result.count, 0);
  const processes = Object.keys(turns[0]!.cpu).map((name) => {
    const used = turns.reduce((sum, { cpu }) => sum + cpu[name]!, 0);
    return `${name} ${Math.round((used * 1e6) / jobs)}`;
  });
  return `CPU for each: ${processes.join(', ')} µs`;
}

export function shorten(value: number): string {
  return value.toFixed(value < 100 ? 1 : 0);
}

export function thousands(count: number): string {
  return count.toLocaleString('en');
}
