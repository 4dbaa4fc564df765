import type { Bus } from '../bus/bus.ts';
import type { Clock } from '../clock/clock.ts';
import { RetryableError, toFailure } from '../errors/errors.ts';
import type { PartitionedAddress } from '../message/subjects.ts';
import { stateSubject } from '../message/subjects.ts';
import type { Span, Tracer } from '../telemetry/spans.ts';
import { MESSAGE_BACKOFF } from './backoff.ts';
import type { Life } from './bunch.ts';
import type { Committer, Fenced } from './committer.ts';
import type { ActorDefinition } from './definition.ts';
import { type DatedItem, datedItems, decodeEntry, encodeEntry, type OutboxItem, type StateEntry } from './entry.ts';
import type { Gate } from './gate.ts';
import type { Outbox } from './outbox.ts';

/** Loads and commits the entry of one key. */
export interface KeyStore {
  /**
   * @param isRaw leaves the state as it is, whatever its version: for who replaces it
   * @throws AW_STATE_VERSION, AW_STATE_CORRUPT, AW_MIGRATION_FAILED; what the bus throws
   */
  load(isRaw?: boolean): Promise<Loaded>;
  /** @throws AW_OUTBOX_FULL when too much of what it has sent is not where it goes; before anything is run for it */
  checkRoom(from: Loaded): void;
  /** @throws AW_OUTBOX_FULL, AW_OWNER_LOST; the broker's refusal of this entry */
  commit(from: Loaded, change: Change, spans?: readonly Span[]): Promise<Loaded>;
}

/** A key as committed. */
export interface Loaded extends Life {
  readonly lastSeq: number;
  readonly attempt: number;
  readonly isPaused: boolean;
  readonly outbox: readonly DatedItem[];
}

/** What a commit changes; the rest stays. */
export interface Change {
  readonly life?: Life;
  readonly items?: readonly OutboxItem[];
  readonly lastSeq?: number;
  readonly attempt?: number;
  readonly isPaused?: boolean;
}

export interface KeyStoreParts {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly committer: Committer;
  readonly tracer: Tracer;
  /** Incarnation of the mailbox: a `lastSeq` from another one counts as 0. */
  readonly incarnation: string;
  readonly writer: string;
  /** Numbers the commits of this process. */
  readonly nextCommit: () => number;
  readonly outbox: Pick<Outbox, 'isSent' | 'send'>;
  readonly partition: Fenced;
  readonly gate: Gate;
  /** The key has no state any more: its entry can go once nothing needs it. */
  readonly onTombstone: (tombstone: Tombstone) => void;
}

export interface Tombstone {
  readonly subject: string;
  /** Sequence in STATE. */
  readonly sequence: number;
  /** Messages up to here must be handled before it may go. */
  readonly lastSeq: number;
  /** When it was written, on the clock's monotonic scale. */
  readonly at: number;
}

/** Between two looks whether there is room again. */
const ROOM_MS = 250;

export const NEW_KEY: Loaded = {
  stateText: undefined,
  timers: {},
  since: 0,
  lastSeq: 0,
  attempt: 0,
  isPaused: false,
  outbox: [],
};

export function createKeyStore(
  parts: KeyStoreParts,
  definition: ActorDefinition,
  address: PartitionedAddress,
): KeyStore {
  return new EntryStore(parts, definition, stateSubject(address));
}

/** A class, since there is one for each key that is awake. */
class EntryStore implements KeyStore {
  readonly #parts: KeyStoreParts;
  readonly #definition: ActorDefinition;
  readonly #subject: string;

  constructor(parts: KeyStoreParts, definition: ActorDefinition, subject: string) {
    this.#parts = parts;
    this.#definition = definition;
    this.#subject = subject;
  }

  checkRoom(from: Loaded): void {
    this.#unsent(from);
  }

  async load(isRaw = false): Promise<Loaded> {
    const stored = await this.#parts.bus.last('STATE', this.#subject);
    if (stored === undefined) return NEW_KEY;
    const entry = decodeEntry(this.#subject, stored.body);
    const isSame = entry.incarnation === this.#parts.incarnation;
    return {
      stateText: entry.state === undefined ? undefined : JSON.stringify(isRaw ? entry.state : this.#migrated(entry)),
      timers: entry.timers ?? {},
      since: entry.since ?? 0,
      lastSeq: isSame ? entry.lastSeq : 0,
      attempt: isSame ? entry.attempt : 0,
      isPaused: entry.isPaused ?? false,
      outbox: datedItems(entry.outbox, stored.sequence),
    };
  }

  async commit(from: Loaded, change: Change, spans: readonly Span[] = []): Promise<Loaded> {
    const { incarnation, writer, nextCommit, tracer, outbox, partition, gate, committer, clock } = this.#parts;
    const subject = this.#subject;
    const { stateText, timers, since } = change.life ?? from;
    const { items = [], lastSeq = from.lastSeq, attempt = from.attempt, isPaused = from.isPaused } = change;
    const carried = this.#unsent(from);
    const body = encodeEntry({
      stateText,
      version: this.#definition.version ?? 1,
      incarnation,
      lastSeq,
      attempt,
      since,
      ...(isPaused ? { isPaused } : {}),
      ...(Object.keys(timers).length === 0 ? {} : { timers }),
      outbox: [...carried, ...items],
      writer,
      commit: nextCommit(),
    });
    const commitSpans = spans.map(({ traceparent }) =>
      tracer.continueSpan('actor.commit', { parent: traceparent, file: 'runtime/actor/committer.ts' }),
    );
    const onStored = (sequence: number) => outbox.send(partition, datedItems(items, sequence), sequence);
    const result = await gate.pass(() => committer.commit({ subject, partition, body, onStored }));
    for (const span of commitSpans) span.end();
    if (result.outcome === 'lost') {
      throw new RetryableError('AW_OWNER_LOST', `Another process owns "${subject}"`, { retryAfterMs: 0 });
    }
    const { sequence } = result;
    if (stateText === undefined && !isPaused) {
      this.#parts.onTombstone({ subject, sequence, lastSeq, at: clock.monotonic() });
    }
    return {
      stateText,
      timers,
      since,
      lastSeq,
      attempt,
      isPaused,
      outbox: [...carried, ...datedItems(items, sequence)],
    };
  }

  /** @throws AW_OUTBOX_FULL */
  #unsent(from: Loaded): readonly DatedItem[] {
    const { bus, outbox, partition } = this.#parts;
    const carried = from.outbox.filter((item) => !outbox.isSent(partition, item));
    const bytes = carried.reduce((sum, { body }) => sum + body.length, 0);
    if (bytes <= bus.maxEntryBytes / 4) return carried;
    // It goes on when its targets have taken some of it.
    throw new RetryableError('AW_OUTBOX_FULL', `${bytes} bytes wait to be sent`, { retryAfterMs: ROOM_MS });
  }

  #migrated(entry: StateEntry): unknown {
    return migrate(this.#definition, entry.version, entry.state);
  }
}

/**
 * The state as the definition's version has it.
 *
 * @throws AW_STATE_VERSION when no migration leads there, AW_MIGRATION_FAILED. Both keep the key waiting, since another
 *   version of the actor may know better.
 */
export function migrate(definition: ActorDefinition, from: number, state: unknown): unknown {
  const { name, version = 1, migrations = {} } = definition;
  const wait = { retryAfterMs: MESSAGE_BACKOFF.longestMs };
  let migrated = state;
  for (let at = from; at !== version; at++) {
    const step = at < version ? migrations[at] : undefined;
    if (step === undefined) {
      throw new RetryableError('AW_STATE_VERSION', `State of "${name}" has version ${from}, not ${version}`, {
        ...wait,
        hint:
          from > version
            ? 'run the version of the actor that wrote it'
            : `give the actor a migration from version ${at}`,
      });
    }
    try {
      migrated = step(migrated);
    } catch (cause) {
      const { message } = toFailure(cause);
      throw new RetryableError(
        'AW_MIGRATION_FAILED',
        `Cannot migrate state of "${name}" from version ${at}: ${message}`,
        {
          ...wait,
          cause,
        },
      );
    }
  }
  return migrated;
}
