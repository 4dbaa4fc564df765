import type { TraceStep as ShownStep } from '../../../proto/generated/graphql.ts';
import type { TraceStep, TraceStore } from '../../telemetry/trace-store.ts';
import { abortableIterator } from '../abortable-iterator.ts';
import type { QueryResolvers, SubscriptionResolvers } from '../resolver.ts';

const SUBSCRIPTION = { subscription: 'traceSteps' };

export const traceQueries = {
  trace: ({ id }, { services }) => services.traces.get(id)?.map(toStep) ?? null,
} satisfies Pick<QueryResolvers, 'trace'>;

export const traceSubscriptions = {
  traceSteps({ traceId }, { services, instruments, closing }) {
    return abortableIterator(async function* (signal) {
      instruments.subscriptionsOpen.add(1, SUBSCRIPTION);
      try {
        for await (const step of followTrace(services.traces, traceId, signal)) yield toStep(step);
      } finally {
        instruments.subscriptionsOpen.add(-1, SUBSCRIPTION);
      }
    }, closing);
  },
} satisfies Pick<SubscriptionResolvers, 'traceSteps'>;

/** Each step once, as it finishes. What waits is bounded by what the store takes of one trace. */
async function* followTrace(traces: TraceStore, traceId: string, signal: AbortSignal): AsyncGenerator<TraceStep> {
  const waiting: TraceStep[] = [...(traces.get(traceId) ?? [])];
  let wake = () => {};
  const onAbort = () => wake();
  const leave = traces.subscribe(traceId, (step) => {
    waiting.push(step);
    wake();
  });
  signal.addEventListener('abort', onAbort);
  try {
    while (!signal.aborted) {
      const step = waiting.shift();
      if (step !== undefined) {
        yield step;
        continue;
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    leave();
    signal.removeEventListener('abort', onAbort);
  }
}

function toStep(step: TraceStep): ShownStep {
  return {
    ...step,
    parentSpanId: step.parentSpanId ?? null,
    startedAt: new Date(step.startedAt).toISOString(),
    file: step.file ?? null,
  };
}
