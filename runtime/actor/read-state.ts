import type { Bus } from '../bus/bus.ts';
import { encodeKey } from '../message/key.ts';
import type { Address } from '../message/subjects.ts';
import { decodeEntry } from './entry.ts';

/** The state that a key has committed, or undefined when it has none; one request. */
export async function readState(bus: Bus, { tenant, actor, key }: Address): Promise<unknown> {
  const stored = await bus.last('STATE', `aw.${tenant}.state.*.${actor}.${encodeKey(key)}`);
  return stored === undefined ? undefined : (decodeEntry(stored.subject, stored.body).state ?? undefined);
}
