import { type Tracer as OtelTracer, ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import { toFailure } from '../errors/errors.ts';
import {
  type Attributes,
  carriedSpan,
  formatTraceparent,
  isSampled,
  parseTraceparent,
  type Span,
  type SpanOptions,
  type Tracer,
} from './spans.ts';
import type { TraceRecorder } from './trace-store.ts';

/** Longest attribute value, in characters: attributes name things, payloads stay out of traces. */
const MAX_VALUE = 512;
const FILE = 'code.file.path';

/**
 * Spans kept by OpenTelemetry's tracer, whose sampler decides, and told to the recorder at both ends.
 *
 * @param time milliseconds since 1970, with fractions
 */
export function createTracer(otel: OtelTracer, recorder: TraceRecorder, time: () => number): Tracer {
  const startSpan = (name: string, options: SpanOptions = {}): Span => {
    const parent = parseTraceparent(options.parent);
    const context =
      parent === undefined
        ? ROOT_CONTEXT
        : trace.setSpanContext(ROOT_CONTEXT, {
            traceId: parent.traceId,
            spanId: parent.spanId,
            traceFlags: parent.flags,
            isRemote: true,
          });
    const startedAt = options.startedAt ?? time();
    const attributes = shorten(options.attributes ?? {});
    const span = otel.startSpan(
      name,
      {
        startTime: startedAt,
        attributes: options.file === undefined ? attributes : { ...attributes, [FILE]: options.file },
      },
      context,
    );
    const { traceId, spanId, traceFlags } = span.spanContext();
    const traceparent = formatTraceparent({ traceId, spanId, flags: traceFlags });
    if (!span.isRecording())
      return carriedSpan(parseTraceparent(traceparent) === undefined ? options.parent : traceparent);

    recorder.started(traceId, startedAt);
    let ok = true;
    let hasEnded = false;
    const set = (more: Attributes) => {
      const short = shorten(more);
      Object.assign(attributes, short);
      span.setAttributes(short);
    };
    return {
      traceparent,
      traceId,
      isRecording: true,
      set,
      fail(error) {
        const { code, message } = toFailure(error);
        ok = false;
        set({ 'error.type': code, 'error.message': message });
        span.setStatus({ code: SpanStatusCode.ERROR, message: message.slice(0, MAX_VALUE) });
      },
      end() {
        if (hasEnded) return;
        hasEnded = true;
        // A step that began on another host may have begun later than this clock says it is now.
        const endedAt = Math.max(time(), startedAt);
        span.end(endedAt);
        recorder.ended({
          traceId,
          spanId,
          parentSpanId: parent?.spanId,
          name,
          startedAt,
          durationUs: Math.round((endedAt - startedAt) * 1000),
          ok,
          file: options.file,
          attributes,
        });
      },
    };
  };

  return {
    startSpan,
    continueSpan: (name, options) =>
      isSampled(options.parent) ? startSpan(name, options) : carriedSpan(options.parent),
  };
}

function shorten(attributes: Attributes): Record<string, string | number | boolean> {
  const short: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(attributes)) {
    short[name] = typeof value === 'string' ? value.slice(0, MAX_VALUE) : value;
  }
  return short;
}
