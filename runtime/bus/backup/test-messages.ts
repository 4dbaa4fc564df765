import type { Bus, Outgoing, StreamName } from '../bus.ts';

/** Messages for the tests of this folder. */

const BATCH = 500;

/** Stores in batches of one stream. */
export async function storeAll(bus: Bus, stream: StreamName, messages: readonly Outgoing[]): Promise<void> {
  for (let at = 0; at < messages.length; at += BATCH) await bus.commit(stream, messages.slice(at, at + BATCH));
}

export function message(subject: string, text: string, rest: Partial<Outgoing> = {}): Outgoing {
  return { subject, body: new TextEncoder().encode(text), headers: { 'aw-note': `of ${subject}` }, ...rest };
}
