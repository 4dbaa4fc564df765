import type { Bus, Stored, StreamName } from '../bus/bus.ts';

/** First look, in sequences; each further one goes back four times as far. */
const FIRST_WINDOW = 256;
const PAGE = 1_000;

/**
 * The newest messages under a filter, newest first. The log is read forward only, so that windows from its end are
 * looked through, wider and wider.
 *
 * @param enough told of all that was found so far; true ends the search
 * @param before only messages with a smaller sequence
 */
export async function readTail(
  bus: Bus,
  stream: StreamName,
  filter: string,
  enough: (found: readonly Stored[]) => boolean,
  { before = Number.POSITIVE_INFINITY, downTo = 0, windows = 10 } = {},
): Promise<readonly Stored[]> {
  const { firstSequence, lastSequence } = await bus.streamStatus(stream);
  const first = Math.max(firstSequence, downTo + 1);
  const found: Stored[] = [];
  let end = Math.min(before - 1, lastSequence);
  let size = FIRST_WINDOW;
  for (let window = 0; window < windows && end >= first; window++, size *= 4) {
    const from = Math.max(first, end - size + 1);
    found.push(...(await readBetween(bus, stream, filter, from, end)).reverse());
    if (enough(found)) break;
    end = from - 1;
  }
  return found;
}

async function readBetween(bus: Bus, stream: StreamName, filter: string, from: number, to: number): Promise<Stored[]> {
  const found: Stored[] = [];
  let next = from;
  while (next <= to) {
    const page = await bus.page(stream, { from: next, filter, limit: Math.min(PAGE, to - next + 1) });
    for (const stored of page) if (stored.sequence <= to) found.push(stored);
    const last = page.at(-1)?.sequence;
    if (last === undefined || last >= to) break;
    next = last + 1;
  }
  return found;
}
