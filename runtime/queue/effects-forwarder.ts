import { type Cursor, commitWithCursors, readCursor } from '../actor/cursor-batch.ts';
import type { PrepareJobs } from '../actor/outbox-sender.ts';
import type { Bus, Outgoing, Stored } from '../bus/bus.ts';
import { isPassing } from '../bus/bus-errors.ts';
import type { Clock } from '../clock/clock.ts';
import { toFailure } from '../errors/errors.ts';
import type { Log } from '../telemetry/log.ts';
import { openBeats } from './beats.ts';
import { decodeOutcome, type Effect } from './outcome-record.ts';

/**
 * Sends on what jobs have sent: reads the outcomes in JOBLOG that have effects, in order, and puts each effect into its
 * stream. How far it has come stands in the targets, moved by the same batches, so that an effect is stored once,
 * whoever else forwards at the same time and whenever one of them is killed.
 *
 * Every process with queues has one. It is *active*, or *stands by* while it hears another that is: it stands by when
 * that one has moved a cursor, or has the smaller id; when all has been silent for a while it is active again. That may
 * be wrong at any moment, and costs no more than work done twice.
 */
export interface EffectsForwarder extends AsyncDisposable {
  readonly isActive: boolean;
  /** Sequence in JOBLOG up to which all effects are sent, as far as this process knows. */
  readonly position: number;
}

export interface EffectsForwarderParts {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  /** Id of this process. */
  readonly self: string;
  readonly prepareJobs?: PrepareJobs | undefined;
}

/**
 * Effects of one record, at most: a batch holds them all. What sends more in one record sends some of them again when
 * it is killed between two batches.
 */
export const MAX_EFFECTS = 800;

export const EFFECTS_SOURCE = 'effects';

const FILTER = 'aw.*.out.*.*.x.*';
const SOURCE = EFFECTS_SOURCE;
/** Of a batch, with its cursor under the server's 1,000. */
const MAX_MESSAGES = 900;
/** MAILBOX is last: it discards nothing, so its cursor tells what has gone everywhere. */
const TARGETS = ['EVENTS', 'JOBS', 'MAILBOX'] as const;
const PAUSE_MS = 100;
const LONG_PAUSE_MS = 5_000;
/** How often the position is stored while nothing has effects: much less than JOBLOG keeps. */
const IDLE_MS = 5 * 60_000;
const encoder = new TextEncoder();

/** What records have for each target. */
interface Load {
  readonly effects: { readonly sequence: number; readonly effect: Effect }[];
  bytes: number;
  /** Sequence of the last record. */
  upTo: number;
}

type Cursors = ReadonlyMap<Effect['to'], Cursor>;

export function startEffectsForwarder(parts: EffectsForwarderParts): EffectsForwarder {
  const { bus, clock, log, self } = parts;
  const closing = new AbortController();
  const beats = openBeats({ bus, clock, self, channel: 'effects', signal: closing.signal });
  let position = 0;
  let isActive = false;

  const run = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      const term = new AbortController();
      const signal = AbortSignal.any([closing.signal, term.signal]);
      isActive = true;
      const lead = beats.lead(() => term.abort());
      try {
        await forward(signal);
      } catch (error) {
        if (!signal.aborted && !isPassing(error)) log.error('effects.failed', { error: toFailure(error) });
        if (!signal.aborted) {
          await clock.sleep(isPassing(error) ? PAUSE_MS : LONG_PAUSE_MS, closing.signal).catch(() => undefined);
          continue;
        }
      } finally {
        lead[Symbol.dispose]();
        term.abort();
      }
      isActive = false;
      await beats.whenSilent();
    }
  };

  /** Resolves when another has moved a cursor. */
  const forward = async (signal: AbortSignal): Promise<void> => {
    const { incarnation, firstSequence } = await bus.streamStatus('JOBLOG');
    const cursors: Cursors = new Map(
      await Promise.all(
        TARGETS.map(async (target) => [target, await readCursor(bus, target, SOURCE, incarnation)] as const),
      ),
    );
    const mark = cursors.get('MAILBOX')!;
    for (const cursor of cursors.values()) cursor.at = Math.max(cursor.at, mark.at);
    tellLost(mark, firstSequence);
    position = mark.at;
    const target = { bus, clock, signal, writer: self, incarnation };
    /** One at a time moves cursors. */
    let turn: Promise<unknown> = Promise.resolve();
    const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
      const done = turn.then(work);
      turn = done.catch(() => undefined);
      return done;
    };

    const send = async (to: Effect['to'], load: Load): Promise<boolean> => {
      const cursor = cursors.get(to)!;
      const items = load.effects.filter(({ sequence, effect }) => effect.to === to && sequence > cursor.at);
      if (items.length === 0 && to !== 'MAILBOX') return true;
      const effects = items.map(({ effect }) => effect);
      if (to === 'JOBS') await parts.prepareJobs?.(effects);
      for (let from = 0; from === 0 || from < effects.length; from += MAX_MESSAGES) {
        const isLast = from + MAX_MESSAGES >= effects.length;
        const batch = effects.slice(from, from + MAX_MESSAGES).map(toOutgoing);
        const move = { source: SOURCE, cursor, to: isLast ? Math.max(load.upTo, cursor.at) : cursor.at };
        if (!(await commitWithCursors({ ...target, target: to }, [move], batch))) return false;
      }
      return true;
    };

    const store = (load: Load): Promise<boolean> =>
      inTurn(async () => {
        for (const to of TARGETS) if (!(await send(to, load))) return false;
        position = mark.at;
        return true;
      });

    const keepUp = async (): Promise<void> => {
      while (!signal.aborted) {
        await clock.sleep(IDLE_MS, signal);
        const status = await bus.streamStatus('JOBLOG');
        const [waiting] = await bus.page('JOBLOG', { from: mark.at + 1, filter: FILTER, limit: 1 });
        const upTo = waiting === undefined ? status.lastSequence : waiting.sequence - 1;
        if (upTo > mark.at && !(await store({ effects: [], bytes: 0, upTo }))) return;
      }
    };
    // It may fail while the broker is away; then the position is stored later.
    void keepUp().catch(() => undefined);

    for await (const bunch of bus.read('JOBLOG', { from: mark.at + 1, filters: [FILTER], signal })) {
      let load: Load = { effects: [], bytes: 0, upTo: 0 };
      for (const stored of bunch) {
        const effects = read(stored);
        const bytes = effects.reduce((sum, { body }) => sum + body.length, 0);
        const isFull = load.effects.length + effects.length > MAX_MESSAGES || load.bytes + bytes > bus.maxEntryBytes;
        if (isFull && load.effects.length > 0) {
          if (!(await store(load))) return;
          load = { effects: [], bytes: 0, upTo: 0 };
        }
        for (const effect of effects) load.effects.push({ sequence: stored.sequence, effect });
        load.bytes += bytes;
        load.upTo = stored.sequence;
      }
      if (load.upTo > 0 && !(await store(load))) return;
    }
  };

  const read = (stored: Stored): readonly Effect[] => {
    const effects = decodeOutcome(stored.body)?.x;
    if (Array.isArray(effects)) return effects.filter(({ to }: Effect) => TARGETS.includes(to));
    log.error('effects.corrupt', { subject: stored.subject, sequence: stored.sequence });
    return [];
  };

  /** What has left JOBLOG before it was looked at may have had effects. */
  const tellLost = (mark: Cursor, firstSequence: number): void => {
    if (mark.sequence === 0 || firstSequence <= mark.at + 1) return;
    log.error('effects.lost', { from: mark.at + 1, upTo: firstSequence - 1 });
    mark.at = firstSequence - 1;
  };

  const running = run();
  return {
    get isActive() {
      return isActive;
    },
    get position() {
      return position;
    },
    async [Symbol.asyncDispose]() {
      closing.abort();
      beats[Symbol.dispose]();
      await running;
    },
  };
}

function toOutgoing({ subject, headers, body, deliver }: Effect): Outgoing {
  return { subject, headers, body: encoder.encode(body), ...(deliver ? { deliver } : {}) };
}
