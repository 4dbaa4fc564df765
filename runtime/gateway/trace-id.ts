import { isSampled } from '../telemetry/spans.ts';

/** The trace of a `traceparent`; null where nobody keeps it. */
export function traceIdOf(traceparent: string | undefined): string | null {
  return isSampled(traceparent) ? traceparent.slice(3, 35) : null;
}
