import type { Attributes } from './spans.ts';

/** A finished step of a trace; shape of `TraceStep` in `proto/gateway.graphql`. */
export interface TraceStep {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly name: string;
  /** Milliseconds since 1970, with fractions. */
  readonly startedAt: number;
  /** Start, in microseconds since the first start known of this trace. */
  readonly offsetUs: number;
  readonly durationUs: number;
  readonly ok: boolean;
  /** Source file that does the step, from the root of the repository. */
  readonly file: string | undefined;
  readonly attributes: Attributes;
}

export interface TraceStore {
  /** Finished steps in the order of their start, or undefined when the trace is not known (any more). */
  get(traceId: string): readonly TraceStep[] | undefined;
  /** Hears of every step that finishes from now on; the trace need not be known yet. */
  subscribe(traceId: string, listener: (step: TraceStep) => void): () => void;
}

/** What feeds the store: the tracer, at both ends of every recorded span. */
export interface TraceRecorder {
  started(traceId: string, startedAt: number): void;
  ended(step: Omit<TraceStep, 'offsetUs'>): void;
}

export interface TraceStoreLimits {
  readonly traces: number;
  readonly stepsPerTrace: number;
  /** Of one name in one trace: an event that goes to a thousand sockets must not crowd out how it came about. */
  readonly stepsPerName: number;
  /** Of all traces together; the oldest trace goes first. */
  readonly steps: number;
}

/** About 6 MB when full: a step takes 500 to 700 bytes. */
const LIMITS: TraceStoreLimits = { traces: 512, stepsPerTrace: 200, stepsPerName: 32, steps: 10_000 };

interface KnownTrace {
  firstStart: number;
  readonly steps: TraceStep[];
  readonly named: Map<string, number>;
}

/** Recent traces in memory, bounded: the oldest trace makes room, and a trace that is full takes no more steps. */
export function createTraceStore(limits: TraceStoreLimits = LIMITS): TraceStore & TraceRecorder {
  const traces = new Map<string, KnownTrace>();
  const listeners = new Map<string, Set<(step: TraceStep) => void>>();
  let steps = 0;

  const evictOldest = () => {
    for (const [traceId, oldest] of traces) {
      traces.delete(traceId);
      steps -= oldest.steps.length;
      return;
    }
  };

  const know = (traceId: string, startedAt: number): KnownTrace => {
    const known = traces.get(traceId);
    if (known !== undefined) {
      known.firstStart = Math.min(known.firstStart, startedAt);
      return known;
    }
    if (traces.size >= limits.traces) evictOldest();
    const trace: KnownTrace = { firstStart: startedAt, steps: [], named: new Map() };
    traces.set(traceId, trace);
    return trace;
  };

  const place = (step: Omit<TraceStep, 'offsetUs'>, firstStart: number): TraceStep => ({
    ...step,
    offsetUs: Math.round((step.startedAt - firstStart) * 1000),
  });

  return {
    get(traceId) {
      const trace = traces.get(traceId);
      return trace?.steps
        .map((step) => place(step, trace.firstStart))
        .sort((left, right) => left.startedAt - right.startedAt);
    },
    subscribe(traceId, listener) {
      const interested = listeners.get(traceId) ?? new Set();
      listeners.set(traceId, interested.add(listener));
      return () => {
        interested.delete(listener);
        if (interested.size === 0 && listeners.get(traceId) === interested) listeners.delete(traceId);
      };
    },
    started(traceId, startedAt) {
      know(traceId, startedAt);
    },
    ended(finished) {
      const trace = know(finished.traceId, finished.startedAt);
      const named = (trace.named.get(finished.name) ?? 0) + 1;
      if (trace.steps.length >= limits.stepsPerTrace || named > limits.stepsPerName) return;
      trace.named.set(finished.name, named);
      const step = place(finished, trace.firstStart);
      trace.steps.push(step);
      steps++;
      while (steps > limits.steps && traces.size > 1) evictOldest();
      for (const listener of [...(listeners.get(finished.traceId) ?? [])]) listener(step);
    },
  };
}

/** Knows no trace. */
export const noTraces: TraceStore = { get: () => undefined, subscribe: () => () => {} };
