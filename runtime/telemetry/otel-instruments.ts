import type { Meter } from '@opentelemetry/api';
import { type AnyHandle, type InstrumentDeclaration, type Instruments, mapInstruments } from './instruments.ts';

type Labels = Readonly<Record<string, string>>;

/** Series of one instrument, at most: a label that takes any value would otherwise eat the memory. */
const MAX_SERIES = 500;
const OVERFLOW: Labels = { otel_metric_overflow: 'true' };
const NO_LABELS: Labels = {};

/**
 * Handles on meters (one per reader that needs its own provider).
 *
 * Counters and gauges add up here and are observed when somebody reads: OpenTelemetry's own would hash and sort the
 * labels at every call (0.45 µs), this is a look-up. It has no observable histogram, so those go straight to it.
 */
export function createInstruments(meters: readonly Meter[]): Instruments {
  return mapInstruments((declaration) =>
    declaration.kind === 'histogram' ? createHistogram(meters, declaration) : createTally(meters, declaration),
  );
}

function createHistogram(meters: readonly Meter[], { name, description, buckets }: InstrumentDeclaration): AnyHandle {
  const advice = { explicitBucketBoundaries: [...(buckets ?? [])] };
  const histograms = meters.map((meter) => meter.createHistogram(name, { description, advice }));
  return {
    ...wrongKind,
    record(value, labels) {
      for (const histogram of histograms) histogram.record(value, labels);
    },
  };
}

interface Series {
  readonly labels: Labels;
  value: number;
}

function createTally(
  meters: readonly Meter[],
  { kind, name, description, labels: names }: InstrumentDeclaration,
): AnyHandle {
  const series = new Map<string, Series>();
  // An instrument without labels is there from the start: a dashboard's query finds 0, not nothing.
  if (names.length === 0) series.set('', { labels: NO_LABELS, value: 0 });

  const seriesOf = (labels: Labels = NO_LABELS): Series => {
    let key = '';
    for (const label of names) key += `${labels[label]}\u0000`;
    const known = series.get(key);
    if (known !== undefined) return known;
    const isFull = series.size >= MAX_SERIES;
    const made = (isFull ? series.get('overflow') : undefined) ?? {
      labels: isFull ? OVERFLOW : { ...labels },
      value: 0,
    };
    series.set(isFull ? 'overflow' : key, made);
    return made;
  };

  for (const meter of meters) {
    const observable =
      kind === 'counter'
        ? meter.createObservableCounter(name, { description })
        : meter.createObservableGauge(name, { description });
    observable.addCallback((result) => {
      for (const { labels, value } of series.values()) result.observe(value, labels);
    });
  }
  return {
    ...wrongKind,
    add(count, labels) {
      seriesOf(labels).value += count;
    },
    set(value, labels) {
      seriesOf(labels).value = value;
    },
  };
}

/** Types keep callers from these. */
const refuse = () => {
  throw new TypeError('Instrument is of another kind');
};
const wrongKind: AnyHandle = { add: refuse, set: refuse, record: refuse };
