import type { ActorRecord } from '../actor/inspection.ts';
import type { GatewayServices } from './services.ts';

/** Reads every key of an actor that has a state, each once; the longest unchanged first. */
export type EveryActor = (name: string) => Promise<readonly ActorRecord[]>;

const PAGE = 500;
/** Keys that are looked at, at most: what is made of them has no pages. */
const MAX_KNOWN = 10_000;

/** For one operation, which reads each actor once however often it is asked for. */
export function createEveryActor(services: GatewayServices): EveryActor {
  const known = new Map<string, Promise<readonly ActorRecord[]>>();
  return (name) => {
    const before = known.get(name);
    if (before !== undefined) return before;
    const all = everyActor(services, name);
    known.set(name, all);
    return all;
  };
}

/**
 * @param shorten makes of a state what is kept of it, where many states were large before it
 */
export async function everyActor(
  services: GatewayServices,
  name: string,
  shorten = (state: unknown): unknown => state,
): Promise<readonly ActorRecord[]> {
  const all = new Map<string, ActorRecord>();
  let after: string | undefined;
  let pages = 0;
  do {
    const page = await services.listActors({ name, first: PAGE, ...(after === undefined ? {} : { after }) });
    for (const record of page.actors) {
      // One that has changed since the page before comes again, and later.
      all.delete(record.key);
      all.set(record.key, pages < WHOLE_PAGES ? record : { ...record, state: shorten(record.state) });
    }
    pages++;
    after = page.next;
  } while (after !== undefined && all.size < MAX_KNOWN);
  return [...all.values()];
}

/** A page of states has 8 MiB at most. */
const WHOLE_PAGES = 4;
