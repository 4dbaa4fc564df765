import type { CommitResult, Outgoing, Stored } from '../bus/bus.ts';
import { unavailable } from '../bus/bus-errors.ts';
import type { StreamDefinition } from '../bus/streams.ts';
import type { Clock } from '../clock/clock.ts';
import type { SeededRandom } from '../clock/seeded-random.ts';
import { createDuplicateWindow, DEFAULT_WINDOW_MS } from './duplicate-window.ts';
import { createScheduleTable } from './schedule-table.ts';
import {
  type Candidate,
  deliveredHeaders,
  judgeBatch,
  judgeOne,
  type RuleParts,
  refuse,
  replaces,
  storedHeaders,
  type Verdict,
} from './store-rules.ts';
import { createStreamContent, type StreamContent } from './stream-content.ts';
import { compileFilter } from './subject-filter.ts';
import { compileTransform } from './subject-transform.ts';

/**
 * Deliberately wrong brokers, for controls: a test of what a broker guarantees must fail on the one that does not.
 * `forgetsIds` stores a message again under the same id, `ignoresExpectations` stores whatever is expected,
 * `tearsBatches` stores a batch as far as its first message that is refused, or a part of it when a connection breaks;
 * of what is to be delivered later, `forgetsSchedules` knows nothing after a restart, `deliversEarly` does not wait, and
 * `deliversTwice` does it again.
 */
export type WrongMode =
  | 'forgetsIds'
  | 'ignoresExpectations'
  | 'tearsBatches'
  | 'forgetsSchedules'
  | 'deliversEarly'
  | 'deliversTwice';

/** One stream as a server runs it: what it holds, which ids it knows, what is to be delivered later, who listens. */
export interface MemoryStream {
  readonly definition: StreamDefinition;
  /** @throws AW_BROKER_UNAVAILABLE while it has no leader */
  readonly content: StreamContent;
  /** The content, whether or not the server could be asked for it. */
  readonly raw: StreamContent;
  takes(subject: string): boolean;
  /** @throws what the real bus throws */
  storeOne(message: Outgoing): { readonly sequence: number; readonly isDuplicate: boolean } | 'conflict' | 'duplicate';
  /** @throws what the real bus throws */
  storeBatch(messages: readonly Outgoing[]): CommitResult;
  trim(filter: string, upTo: number): void;
  remove(sequence: number): void;
  /** Hears each message as it is stored; the returned function ends that. */
  onStored(listener: (stored: Stored) => void): () => void;
  /** Hears that the stream answers again. */
  onLeader(listener: () => void): () => void;
  readonly hasLeader: boolean;
  setLeader(hasLeader: boolean): void;
  /** The server dies, and comes back with what is on its disk. */
  stop(): void;
  start(): void;
}

export interface MemoryStreamParts {
  readonly clock: Clock;
  readonly random: SeededRandom;
  readonly incarnation: string;
  readonly maxMessageBytes: number;
  readonly scheduleLatenessMs: number;
  readonly wrong: ReadonlySet<WrongMode>;
}

export function createMemoryStream(definition: StreamDefinition, parts: MemoryStreamParts): MemoryStream {
  const { clock, random, wrong } = parts;
  const content = createStreamContent(definition, parts.incarnation);
  const ids = createDuplicateWindow(definition.duplicateWindowMs ?? DEFAULT_WINDOW_MS);
  const schedules = createScheduleTable((sequence) => content.at(sequence) !== undefined);
  const transform = definition.subjectTransform ? compileTransform(definition.subjectTransform) : undefined;
  const filters = definition.subjects.map(compileFilter);
  const listeners = new Set<(stored: Stored) => void>();
  const leaderListeners = new Set<() => void>();
  let hasLeader = true;
  let isRunning = true;
  let tick: { readonly at: number; readonly cancel: () => void } | undefined;

  const requireLeader = (): void => {
    if (!hasLeader) throw unavailable(`${definition.name}: JetStream system temporarily unavailable`);
    if (definition.maxAgeMs !== undefined) content.expire(clock.now());
  };

  const rules = (): RuleParts => ({
    definition,
    content,
    ids,
    now: clock.now(),
    maxMessageBytes: parts.maxMessageBytes,
    knowsIds: !wrong.has('forgetsIds'),
    heedsExpectations: !wrong.has('ignoresExpectations'),
  });

  const candidateOf = (message: Outgoing): Candidate => ({
    message,
    subject: transform?.(message.subject) ?? message.subject,
    headers: storedHeaders(message),
  });

  const store = ({ message, subject, headers }: Candidate): number => {
    const now = clock.now();
    const stored = content.append({ subject, headers, body: message.body, storedAt: now });
    if (replaces(message)) content.removeBefore(subject, stored.sequence);
    if (message.id !== undefined) ids.add(message.id, stored.sequence, now);
    if (definition.hasSchedules) {
      schedules.onStored(stored);
      planTick();
    }
    for (const listener of listeners) listener(stored);
    return stored.sequence;
  };

  /** The server looks for due schedules in steps of its own: late, never early. */
  const planTick = (): void => {
    const { nextAt } = schedules;
    if (nextAt === undefined || !isRunning || !hasLeader) return;
    const now = clock.now();
    const at = wrong.has('deliversEarly') ? now : Math.max(nextAt, now);
    if (tick !== undefined && tick.at <= at) return;
    tick?.cancel();
    const cancel = clock.schedule(at - now + random.fraction() * parts.scheduleLatenessMs, deliverDue);
    tick = { at, cancel };
  };

  const deliverDue = (): void => {
    tick = undefined;
    const now = wrong.has('deliversEarly') ? Number.MAX_SAFE_INTEGER : clock.now();
    for (const { message, to } of schedules.takeDue(now)) {
      content.remove(message.sequence);
      const delivered = { subject: to, body: message.body, headers: deliveredHeaders(message) };
      const times = wrong.has('deliversTwice') ? 2 : 1;
      for (let count = 0; count < times; count++) store({ ...candidateOf(delivered), headers: delivered.headers });
    }
    planTick();
  };

  const stopTick = (): void => {
    tick?.cancel();
    tick = undefined;
  };

  return {
    definition,
    raw: content,
    get content() {
      requireLeader();
      return content;
    },
    takes: (subject) => filters.some((filter) => filter(subject)),
    storeOne(message) {
      requireLeader();
      const candidate = candidateOf(message);
      const verdict = judgeOne(rules(), candidate);
      if (verdict !== 'ok') return thrown(definition.name, verdict);
      const known = message.id === undefined ? undefined : ids.find(message.id, clock.now());
      if (known !== undefined && !wrong.has('forgetsIds')) return { sequence: known, isDuplicate: true };
      return { sequence: store(candidate), isDuplicate: false };
    },
    storeBatch(messages) {
      requireLeader();
      const batch = messages.map(candidateOf);
      const verdicts = judgeBatch(rules(), batch);
      const verdict = verdicts.at(-1) ?? 'ok';
      if (verdict === 'ok') return { outcome: 'stored', sequences: batch.map(store) };
      if (wrong.has('tearsBatches')) batch.slice(0, verdicts.length - 1).map(store);
      return { outcome: thrown(definition.name, verdict) };
    },
    trim(filter, upTo) {
      requireLeader();
      content.trim(filter, upTo);
    },
    remove(sequence) {
      requireLeader();
      content.remove(sequence);
    },
    onStored(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    onLeader(listener) {
      leaderListeners.add(listener);
      return () => void leaderListeners.delete(listener);
    },
    get hasLeader() {
      return hasLeader;
    },
    setLeader(has) {
      if (hasLeader === has) return;
      hasLeader = has;
      if (!has) return stopTick();
      planTick();
      for (const listener of leaderListeners) listener();
    },
    stop() {
      isRunning = false;
      stopTick();
    },
    start() {
      isRunning = true;
      ids.rebuild(content.all(), clock.now());
      schedules.rebuild(wrong.has('forgetsSchedules') ? [] : content.all());
      planTick();
    },
  };
}

function thrown(stream: string, verdict: Exclude<Verdict, 'ok'>): 'conflict' | 'duplicate' {
  const refusal = refuse(stream, verdict);
  if (typeof refusal === 'string') return refusal;
  throw refusal;
}
