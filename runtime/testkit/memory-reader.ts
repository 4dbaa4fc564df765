import type { ReadOptions, Stored } from '../bus/bus.ts';
import type { BrokerLink } from './broker-link.ts';
import type { MemoryStream } from './memory-stream.ts';
import { compileFilter } from './subject-filter.ts';

/** Messages on the way and not yet taken by the caller, as the real reader bounds them. */
const CREDIT = 1_000;

/**
 * An ordered, gapless read, for ever. The server sends what is stored as it is stored; a reader that is behind, or has
 * no room, is sent the rest from the stream when it asks again. What was sent stays sent: a paused reader finds
 * messages that were trimmed or replaced meanwhile.
 */
export async function* readMemoryStream(
  link: BrokerLink,
  stream: MemoryStream,
  { from, filters, signal }: ReadOptions,
): AsyncGenerator<readonly Stored[], void, undefined> {
  const matchers = filters?.map(compileFilter);
  const label = `messages of ${stream.definition.name}`;
  /** The first sequence that the client has not got. */
  let next = Math.max(1, from);
  let buffer: Stored[] = [];
  let wake = () => {};
  /** Of the server: where it has got to, what is on the way, and whether there may be more in the stream. */
  let position = next;
  let flight: Stored[] | undefined;
  let isBehind = true;
  let stops: Array<() => void> = [];
  let attachments = 0;

  const room = () => CREDIT - buffer.length - (flight?.length ?? 0);

  const sendMessages = (messages: readonly Stored[]): void => {
    position = messages.at(-1)!.sequence + 1;
    if (flight !== undefined) return void flight.push(...messages);
    const own: Stored[] = [...messages];
    flight = own;
    link.down(() => {
      if (flight === own) flight = undefined;
      next = own.at(-1)!.sequence + 1;
      buffer.push(...own);
      wake();
    }, label);
  };

  const sendHistory = (): void => {
    const free = room();
    if (!isBehind || free <= 0 || !stream.hasLeader) return;
    const found = collect(stream, filters, position, free);
    isBehind = found.length === free;
    if (found.length > 0) sendMessages(found);
  };

  const onStored = (stored: Stored): void => {
    if (isBehind || stored.sequence < position) return;
    if (matchers !== undefined && !matchers.some((matches) => matches(stored.subject))) return;
    if (room() > 0) sendMessages([stored]);
    else isBehind = true;
  };

  const detach = (): void => {
    for (const stop of stops) stop();
    stops = [];
    flight = undefined;
  };

  const attach = (): void => {
    const start = next;
    const own = ++attachments;
    link.up(() => {
      // One that comes late, out of a connection that has died, would be answered there.
      if (signal.aborted || own !== attachments) return;
      detach();
      position = start;
      isBehind = true;
      stops = [stream.onStored(onStored), stream.onLeader(sendHistory)];
      sendHistory();
    }, `reader of ${stream.definition.name}`);
  };

  const stopBroken = link.onBroken(() => {
    attachments++;
    detach();
    wake();
  });
  const stopReconnect = link.onReconnect(attach);
  const onAbort = () => wake();
  signal.addEventListener('abort', onAbort);
  try {
    attach();
    while (!signal.aborted) {
      if (buffer.length > 0) {
        const bunch = buffer;
        buffer = [];
        yield bunch;
        if (isBehind) link.up(sendHistory, `reader of ${stream.definition.name}`);
      } else if (link.isClosed) {
        return;
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    stopBroken();
    stopReconnect();
    detach();
  }
}

function collect(
  { content }: MemoryStream,
  filters: readonly string[] = ['>'],
  from: number,
  limit: number,
): readonly Stored[] {
  if (filters.length === 1) return content.page(filters[0]!, from, limit);
  const found = new Map(
    filters.flatMap((filter) => content.page(filter, from, limit)).map((each) => [each.sequence, each]),
  );
  return [...found.values()].sort((left, right) => left.sequence - right.sequence).slice(0, limit);
}
