import type { Bus, Heard, PageOptions, ReadOptions, Stored, StreamName, StreamStatus } from '../../runtime/bus/bus.ts';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import { encodeData, encodeHeaders } from '../../runtime/message/message.ts';
import { eventSubject } from '../../runtime/message/subjects.ts';

/**
 * One stream in memory, as the gateway's tests need it: what it holds can be trimmed, replaced and made unreachable.
 * Whatever stream is asked for, it is this one. What is broadcast is heard at once.
 */
export interface MemoryBus extends Bus {
  /** Everything ever stored in this incarnation, whether still kept or not. */
  readonly everything: readonly Stored[];
  readonly firstSequence: number;
  readonly lastSequence: number;
  /** Questions that were asked in vain while it was away. */
  readonly refused: number;
  append(subject: string, headers?: Record<string, string>, body?: Uint8Array): number;
  appendEvent(
    type: string,
    key: string,
    data: unknown,
    more?: { id?: string; traceparent?: string; tenant?: string },
  ): number;
  /** Forgets what stands up to and including a sequence. */
  forget(upTo: number): void;
  /** Makes the stream anew. */
  replace(incarnation: string): void;
  setConnected(isConnected: boolean): void;
}

export interface MemoryBusOptions {
  /** Called within every answer: where it takes its time, and may change what it answers. */
  readonly turn?: () => Promise<void>;
  /** True for a page that a replica gives which is behind. */
  readonly isStale?: () => boolean;
}

export function createMemoryBus({ turn = async () => {}, isStale = () => false }: MemoryBusOptions = {}): MemoryBus {
  let log: Stored[] = [];
  let firstKept = 1;
  let incarnation = 'one';
  let isConnected = true;
  let refused = 0;
  const waiting = new Set<() => void>();
  const listeners = new Map<string, Set<(heard: Heard) => void>>();

  const wake = () => {
    for (const one of [...waiting]) one();
  };
  const answer = async () => {
    await turn();
    if (isConnected) return;
    refused++;
    throw new AutoWeaveError('AW_BROKER_UNAVAILABLE', 'Cannot reach broker: it is away');
  };
  const kept = () => log.filter(({ sequence }) => sequence >= firstKept);
  const absent = (): never => {
    throw new Error('Not in memory');
  };

  const bus: MemoryBus = {
    maxBodyBytes: 1024 * 1024,
    maxEntryBytes: 2 * 1024 * 1024,
    get status() {
      return { isConnected, url: 'memory', serverVersion: '2.15.1' };
    },
    get everything() {
      return log;
    },
    get firstSequence() {
      return Math.min(firstKept, log.length + 1);
    },
    get lastSequence() {
      return log.length;
    },
    get refused() {
      return refused;
    },
    append(subject, headers = {}, body = encodeData(null)) {
      const sequence = log.length + 1;
      log.push({ stream: 'EVENTS', sequence, subject, headers, body, storedAt: sequence });
      wake();
      return sequence;
    },
    appendEvent(type, key, data, { id = `event-${log.length + 1}`, tenant = 'default', traceparent } = {}) {
      const message = {
        id,
        type,
        source: 'test',
        subject: key,
        time: '2026-01-02T03:04:05.006Z',
        data,
        ...(traceparent === undefined ? {} : { traceparent }),
      };
      return bus.append(eventSubject(tenant, type, key), { ...encodeHeaders(message) }, encodeData(data));
    },
    forget(upTo) {
      firstKept = Math.max(firstKept, upTo + 1);
    },
    replace(other) {
      log = [];
      firstKept = 1;
      incarnation = other;
      wake();
    },
    setConnected(connected) {
      isConnected = connected;
      wake();
    },

    async *read(_stream: StreamName, { from, filters = ['>'], signal }: ReadOptions) {
      let next = from;
      while (!signal.aborted) {
        await turn();
        const bunch = kept().filter(
          ({ sequence, subject }) => sequence >= next && filters.some((filter) => matches(filter, subject)),
        );
        if (bunch.length > 0 && isConnected) {
          next = bunch.at(-1)!.sequence + 1;
          yield bunch;
          continue;
        }
        await new Promise<void>((resolve) => {
          const done = () => {
            waiting.delete(done);
            signal.removeEventListener('abort', done);
            resolve();
          };
          waiting.add(done);
          signal.addEventListener('abort', done);
        });
      }
    },
    async page(_stream: StreamName, { from, filter, limit }: PageOptions) {
      await answer();
      const matching = kept().filter(({ sequence, subject }) => sequence >= from && matches(filter, subject));
      const shown = isStale() ? matching.slice(0, Math.floor(matching.length / 2)) : matching;
      return shown.slice(0, limit);
    },
    async count(_stream, filter, from) {
      await answer();
      return kept().filter(({ sequence, subject }) => sequence >= from && matches(filter, subject)).length;
    },
    async last(_stream, filter) {
      await answer();
      return kept().findLast(({ subject }) => matches(filter, subject));
    },
    async at(_stream, sequence) {
      await answer();
      return sequence >= firstKept ? log[sequence - 1] : undefined;
    },
    async streamStatus(): Promise<StreamStatus> {
      await answer();
      const { firstSequence, lastSequence } = bus;
      return { messages: kept().length, firstSequence, lastSequence, incarnation };
    },
    publish: absent,
    commit: absent,
    trim: absent,
    remove: absent,
    openInbox: absent,
    answer: absent,
    subjects: absent,
    broadcast(channel, body) {
      for (const heard of [...(listeners.get(channel) ?? [])]) heard({ body, reply: () => {} });
    },
    listen(channel, onHeard) {
      const all = listeners.get(channel) ?? new Set();
      listeners.set(channel, all.add(onHeard));
      return { [Symbol.dispose]: () => void all.delete(onHeard) };
    },
    ask: absent,
    async [Symbol.asyncDispose]() {},
  };
  return bus;
}

/** NATS subject matching: `*` is one token, `>` the rest. */
function matches(filter: string, subject: string): boolean {
  const wanted = filter.split('.');
  const tokens = subject.split('.');
  for (const [at, token] of wanted.entries()) {
    if (token === '>') return tokens.length > at;
    if (tokens[at] === undefined || (token !== '*' && token !== tokens[at])) return false;
  }
  return wanted.length === tokens.length;
}
