import type { Figures } from '../collector.ts';
import type { Figure } from '../figures.ts';
import type { ContestantName } from './guest.ts';
import type { Measurement, Shown } from './measurements.ts';
import type { Result } from './order.ts';

/** All turns of one measurement, round by round; undefined where a contestant's turn failed. */
export interface Comparison {
  readonly measurement: Measurement;
  readonly rounds: readonly ReadonlyMap<ContestantName, Result | undefined>[];
}

type Line = Omit<Figure, 'benchmark'>;

/** Ratios first: they depend least on what else the machine does. */
export function figuresOf(comparisons: readonly Comparison[]): Figures {
  const each = comparisons.flatMap((comparison) =>
    comparison.measurement.shown.map((shown) => ({ comparison, shown })),
  );
  return [
    ...each.flatMap(({ comparison, shown }) => ratiosOf(comparison, shown)),
    ...each.flatMap(({ comparison, shown }) => valuesOf(comparison, shown)),
  ];
}

/** The median of each round's ratio: what slows the machine for a while slows both. */
function ratiosOf({ measurement, rounds }: Comparison, shown: Shown): readonly Line[] {
  return (shown.comparedWith ?? []).flatMap((other): Line[] => {
    const ratios = rounds.flatMap((round) => {
      const [ours, theirs] = [round.get('AutoWeave')?.[shown.value], round.get(other)?.[shown.value]];
      return ours === undefined || theirs === undefined ? [] : [ours / theirs];
    });
    if (ratios.length === 0) return [];
    const isPromised = other === 'JavaScript' && shown.ofJavascript !== undefined;
    return [
      {
        name: `AutoWeave / ${other}: ${measurement.title}${shown.title}`,
        value: medianOf(ratios),
        unit: '×',
        ...(isPromised ? { limit: shown.ofJavascript } : {}),
        note: ratios.map(shorten).join(', '),
      },
    ];
  });
}

function valuesOf({ measurement, rounds }: Comparison, shown: Shown): readonly Line[] {
  return (shown.isOnlyCompared ? [] : measurement.contestants).flatMap((name): Line[] => {
    const results = rounds.map((round) => round.get(name)).filter((result) => result?.[shown.value] !== undefined);
    if (results.length === 0) return [];
    const valuesNamed = (value: string) => results.map((result) => result![value]!);
    const values = valuesNamed(shown.value);
    const beside = Object.entries(shown.beside ?? {}).map(
      ([value, unit]) => `${TITLES[value] ?? value} ${shorten(medianOf(valuesNamed(value)))} ${unit}`,
    );
    const { limit, atLeast = false } = shown;
    return [
      {
        name: `${name}: ${measurement.title}${shown.title}`,
        value: medianOf(values),
        unit: shown.unit,
        ...(name === 'AutoWeave' && limit !== undefined ? { limit, atLeast } : {}),
        note: [...(values.length > 1 ? [values.map(shorten).join(', ')] : []), ...beside].join('; '),
      },
    ];
  });
}

const TITLES: Readonly<Record<string, string>> = {
  cpu: 'CPU for each',
  late: 'median',
  quiet: 'without a loop',
  slowest: 'slowest',
};

/** The lower one of the two in the middle. */
export function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? Number.NaN;
}

function shorten(value: number): string {
  return Number(value.toPrecision(3)).toString();
}
