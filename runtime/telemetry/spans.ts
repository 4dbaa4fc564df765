/**
 * Spans as a port. A trace begins in a gateway mutation or in the watcher; every later step continues it by the
 * `traceparent` of its message, and costs next to nothing when that trace is not sampled.
 */

export type Attributes = Readonly<Record<string, string | number | boolean>>;

export interface SpanOptions {
  /** W3C trace context of the step before; a new trace begins without it. */
  readonly parent?: string | undefined;
  /** Source file that does the step, from the root of the repository. */
  readonly file?: string;
  readonly attributes?: Attributes;
  /** When the step began, if that was before the call; milliseconds since 1970. */
  readonly startedAt?: number;
}

export interface Span {
  /** What the next step continues: W3C trace context, or the empty string when there is no trace at all. */
  readonly traceparent: string;
  /** 32 hexadecimal digits, or the empty string when there is no trace at all. */
  readonly traceId: string;
  /** False when nothing is kept of this span: then attributes need not be computed. */
  readonly isRecording: boolean;
  set(attributes: Attributes): void;
  /** Marks the step as failed; it still has to end. */
  fail(error: unknown): void;
  /** Ends the step; a second call does nothing. */
  end(): void;
}

export interface Tracer {
  /** Begins a trace, or a step of the parent's. The sampler decides whether it is kept. */
  startSpan(name: string, options?: SpanOptions): Span;
  /** A step of a sampled parent; otherwise one that carries the parent on and keeps nothing. For hot paths. */
  continueSpan(name: string, options: SpanOptions & { readonly parent: string | undefined }): Span;
}

/** The parts of a `traceparent`. */
export interface TraceContext {
  readonly traceId: string;
  readonly spanId: string;
  readonly flags: number;
}

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;
const TRACEPARENT_LENGTH = 55;
const SAMPLED = 1;

/** The parts, or undefined where it is none that W3C allows (all zeros included). */
export function parseTraceparent(traceparent: string | undefined): TraceContext | undefined {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(traceparent ?? '') ?? [];
  if (!traceId || !spanId || !flags || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, flags: Number.parseInt(flags, 16) };
}

export function formatTraceparent({ traceId, spanId, flags }: TraceContext): string {
  return `00-${traceId}-${spanId}-${flags.toString(16).padStart(2, '0')}`;
}

/** True when the sender keeps this trace. Looks at the last digit alone, since hot paths ask for every message. */
export function isSampled(traceparent: string | undefined): traceparent is string {
  if (traceparent === undefined || traceparent.length !== TRACEPARENT_LENGTH) return false;
  const digit = traceparent.charCodeAt(TRACEPARENT_LENGTH - 1);
  const value = digit > 57 ? digit - 87 : digit - 48;
  return (value & SAMPLED) === SAMPLED;
}

/** A span that keeps nothing and hands its parent's context on. */
export function carriedSpan(parent: string | undefined): Span {
  if (parent === undefined || parent === '') return NO_SPAN;
  return {
    traceparent: parent,
    traceId: parent.slice(3, 35),
    isRecording: false,
    set: nothing,
    fail: nothing,
    end: nothing,
  };
}

const nothing = () => {};
const NO_SPAN: Span = { traceparent: '', traceId: '', isRecording: false, set: nothing, fail: nothing, end: nothing };

/** Keeps nothing: for tests, and for parts that run without telemetry. */
export const noTracer: Tracer = {
  startSpan: (_name, options) => carriedSpan(options?.parent),
  continueSpan: (_name, { parent }) => carriedSpan(parent),
};
