/** One trace as the browser begins it. */
export interface TraceContext {
  readonly traceId: string;
  readonly spanId: string;
  /** The header, version 00 with the sampled flag. */
  readonly traceparent: string;
}

/**
 * Begins a sampled trace (https://www.w3.org/TR/trace-context/#traceparent-header).
 *
 * @param random fills the array with random bytes and returns it
 */
export function makeTraceContext(random: (bytes: Uint8Array) => Uint8Array): TraceContext {
  const traceId = hexId(random, 16);
  const spanId = hexId(random, 8);
  return { traceId, spanId, traceparent: `00-${traceId}-${spanId}-01` };
}

/** An id of all zeros is invalid by the specification. */
function hexId(random: (bytes: Uint8Array) => Uint8Array, length: number): string {
  const bytes = random(new Uint8Array(length));
  if (bytes.every((byte) => byte === 0)) bytes[length - 1] = 1;
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
