import type { Bus, Stored } from '../bus/bus.ts';
import { isName, parseState } from '../message/subjects.ts';
import type { ActorRecord } from './inspection.ts';

export interface ListNewestOptions {
  readonly name?: string | undefined;
  /** What the key begins with. */
  readonly prefix?: string | undefined;
  readonly first: number;
  /** Where the page before ended: its `next`, or the position of any of its actors. */
  readonly before?: number | undefined;
}

/** An actor with its place in the order of changes. */
export interface ListedActor extends ActorRecord {
  readonly position: number;
}

export interface ListNewestParts {
  readonly bus: Bus;
  readonly tenant: string;
  /** Undefined for what is no actor's state. */
  readonly toRecord: (stored: Stored) => ActorRecord | undefined;
}

/** The largest page of a bus. */
const MAX_PAGE = 1_000;
/** Of the states of one page. */
export const MAX_PAGE_BYTES = 8 * 1024 * 1024;
/** States that are read for one page, at most: a prefix that few keys have must not read the whole stream. */
const MAX_READ = 5_000;

/**
 * The latest change first. A key that changes while one pages is at the beginning by then, and may be in no page.
 * `next` is absent at the end only; a page with a prefix, or of large states, may hold fewer than asked for and have one.
 */
export async function listNewest(
  { bus, tenant, toRecord }: ListNewestParts,
  { name, prefix = '', first, before }: ListNewestOptions,
): Promise<{ readonly actors: readonly ListedActor[]; readonly next?: number }> {
  if (name !== undefined && !isName(name)) return { actors: [] };
  const filter = name === undefined ? `aw.${tenant}.state.>` : `aw.${tenant}.state.*.${name}.>`;
  const { lastSequence } = await bus.streamStatus('STATE');
  let upTo = before === undefined ? lastSequence : Math.min(lastSequence, before - 1);
  let window = Math.max(first, 1);
  let read = 0;
  let bytes = 0;
  const actors: ListedActor[] = [];
  while (upTo > 0) {
    const from = Math.max(1, upTo - window + 1);
    const limit = Math.min(window, MAX_PAGE);
    const page = await bus.page('STATE', { from, filter, limit, maxBytes: MAX_PAGE_BYTES });
    const last = page.at(-1);
    // More than one page stands in the window: its newest end is missing. A window of one message always fits.
    if (isFull(page, limit) && last!.sequence < upTo) {
      window = Math.max(1, Math.floor(Math.min(window / 4, (last!.sequence - from + 1) / 2)));
      continue;
    }
    for (const stored of page.filter(({ sequence }) => sequence <= upTo).reverse()) {
      read++;
      bytes += stored.body.length;
      const record = parseState(stored.subject)?.key.startsWith(prefix) ? toRecord(stored) : undefined;
      if (record !== undefined) actors.push({ ...record, position: stored.sequence });
      if (actors.length === first || read === MAX_READ || bytes >= MAX_PAGE_BYTES)
        return { actors, next: stored.sequence };
    }
    upTo = from - 1;
    // States that are large are so in the next window, too.
    if (bytes < MAX_PAGE_BYTES / 4) window *= 4;
  }
  return { actors };
}

/** True for a page after which there may be more. */
export function isFull(page: readonly Stored[], limit: number): boolean {
  return page.length === limit || page.reduce((bytes, { body }) => bytes + body.length, 0) >= MAX_PAGE_BYTES;
}
