import type { Bus, StreamName } from '../bus/bus.ts';
import { STREAMS } from '../bus/streams.ts';
import type { Clock } from '../clock/clock.ts';
import { compileFilter } from './subject-filter.ts';

/**
 * A *crash point* is a call on a port that gives a promise: there a process may die before the call has had its effect,
 * or after it and before the answer.
 */
export interface PortCall {
  /** Counts from 1 in each process. */
  readonly number: number;
  /** The call and what it is about, such as `bus.commit STATE`. */
  readonly name: string;
}

export type CrashStage = 'before' | 'after';

/** What stands between a process and its ports. */
export interface CrashGate {
  /**
   * Runs one call. A process that dies at it, or was dead before, waits for ever.
   */
  pass<T>(name: string, call: () => Promise<T>): Promise<T>;
  readonly isAlive: boolean;
}

/** The clock of a process: its waits are crash points. */
export function guardClock<Guarded extends Clock>(clock: Guarded, gate: CrashGate): Guarded {
  return {
    ...clock,
    sleep: (delayMs: number, signal?: AbortSignal) => gate.pass('clock.sleep', () => clock.sleep(delayMs, signal)),
    turn: () => gate.pass('clock.turn', () => clock.turn()),
  };
}

/** The bus of a process: every call of it is a crash point, and of a read every bunch. */
export function guardBus(bus: Bus, gate: CrashGate): Bus {
  const about = <T>(method: string, what: string, call: () => Promise<T>) => gate.pass(`bus.${method} ${what}`, call);
  return {
    maxBodyBytes: bus.maxBodyBytes,
    maxEntryBytes: bus.maxEntryBytes,
    get status() {
      return bus.status;
    },
    publish: (message, id, signal) =>
      about('publish', streamOf(message.subject), () => bus.publish(message, id, signal)),
    commit: (stream, messages) => about('commit', stream, () => bus.commit(stream, messages)),
    read: (stream, options) => guardReading(bus.read(stream, options), stream, gate),
    page: (stream, options) => about('page', stream, () => bus.page(stream, options)),
    count: (stream, filter, from) => about('count', stream, () => bus.count(stream, filter, from)),
    last: (stream, subject) => about('last', stream, () => bus.last(stream, subject)),
    subjects: (stream, filter) => about('subjects', stream, () => bus.subjects(stream, filter)),
    at: (stream, sequence) => about('at', stream, () => bus.at(stream, sequence)),
    streamStatus: (stream) => about('streamStatus', stream, () => bus.streamStatus(stream)),
    remove: (stream, sequence) => about('remove', stream, () => bus.remove(stream, sequence)),
    trim: (stream, filter, upTo) => about('trim', stream, () => bus.trim(stream, filter, upTo)),
    ask: (channel, body, timeoutMs) => about('ask', channel.split('.')[0]!, () => bus.ask(channel, body, timeoutMs)),
    openInbox: bus.openInbox,
    answer: (replyTo, headers, body) => {
      if (gate.isAlive) bus.answer(replyTo, headers, body);
    },
    broadcast: (channel, body) => {
      if (gate.isAlive) bus.broadcast(channel, body);
    },
    listen: bus.listen,
    [Symbol.asyncDispose]: () => gate.pass('bus.close', () => Promise.resolve(bus[Symbol.asyncDispose]())),
  };
}

function guardReading<T>(reading: AsyncIterable<T>, stream: StreamName, gate: CrashGate): AsyncIterable<T> {
  return {
    [Symbol.asyncIterator]() {
      const iterator = reading[Symbol.asyncIterator]();
      return {
        next: () => gate.pass(`bus.read ${stream}`, () => iterator.next()),
        return: async (value) => (await iterator.return?.(value)) ?? { done: true, value },
      };
    },
  };
}

const FILTERS = STREAMS.map(({ name, subjects }) => ({ name, filters: subjects.map(compileFilter) }));

function streamOf(subject: string): string {
  return FILTERS.find(({ filters }) => filters.some((filter) => filter(subject)))?.name ?? 'nowhere';
}
