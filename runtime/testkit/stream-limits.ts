import type { Stored } from '../bus/bus.ts';
import type { StreamDefinition } from '../bus/streams.ts';
import type { Headers } from '../message/message.ts';

/** How full a stream is, by size and age. */
export interface StreamLimits {
  readonly isFull: boolean;
  isTooOld(message: Stored, now: number): boolean;
  came(message: Stored): void;
  left(message: Stored): void;
}

export function createStreamLimits({ maxBytes, maxAgeMs }: StreamDefinition): StreamLimits {
  let bytes = 0;
  return {
    get isFull() {
      return maxBytes !== undefined && bytes > maxBytes;
    },
    isTooOld: ({ storedAt }, now) => maxAgeMs !== undefined && now - storedAt >= maxAgeMs,
    came(message) {
      if (maxBytes !== undefined) bytes += bytesOnDisk(message);
    },
    left(message) {
      if (maxBytes !== undefined) bytes -= bytesOnDisk(message);
    },
  };
}

/** A record of the server's file store: 22 bytes before it, 8 of checksum after it, 4 for the length of headers. */
export function bytesOnDisk({ subject, headers, body }: Stored): number {
  const header = headerBytes(headers);
  return 22 + subject.length + body.length + 8 + (header === 0 ? 0 : 4 + header);
}

/** Length of the header block on the wire: `NATS/1.0`, a line for each, an empty one at the end. */
export function headerBytes(headers: Headers): number {
  let bytes = 0;
  for (const name in headers) bytes += name.length + headers[name]!.length + 4;
  return bytes === 0 ? 0 : bytes + 12;
}
