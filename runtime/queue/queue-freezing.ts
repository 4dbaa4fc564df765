import { type FreezeAnswer, type FreezeOrder, THAW_CHANNEL } from '../actor/freezing.ts';
import { createGate } from '../actor/gate.ts';
import type { Bus } from '../bus/bus.ts';
import type { JobBus } from '../bus/jobs/job-bus.ts';
import type { NatsBus } from '../bus/nats-bus.ts';
import type { Clock } from '../clock/clock.ts';
import type { Random } from '../clock/random.ts';
import { AutoWeaveError, toFailure } from '../errors/errors.ts';
import type { Log } from '../telemetry/log.ts';

/**
 * Standing still for a backup, as `actor/freezing.ts` has it for actors: workers begin nothing new, and whatever this
 * process would change in the streams waits until it may go on. Acknowledgements do not: they follow an outcome that is
 * stored, and so come to an end by themselves. Nor do new jobs: JOBS may grow while it is saved, as the mailbox may.
 *
 * Processes with queues need not know of each other, and some have no actors. So there is a roll call: whoever is asked
 * tells all, hears who is there, and answers for all that have said so. One that does not hear it for a while, because
 * a processor blocks it, may go on to write; the backup sees that, and takes its cut again.
 */

/** Where whoever makes a backup asks the queues, any of which answers for all, with a {@link FreezeAnswer}. */
export const QUEUES_FREEZE_CHANNEL = 'freeze.queues';
const ROLL_CHANNEL = 'freeze.queues.roll';

export interface QueueFreezing extends Disposable {
  readonly isFrozen: boolean;
  /** The broker as everything here uses it that changes something: it waits meanwhile. */
  readonly bus: Bus;
  readonly jobs: JobBus;
  /** Calls each time that it goes on. */
  onThaw(listener: () => void): Disposable;
}

export interface QueueFreezingParts {
  readonly bus: NatsBus;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Id of this process. */
  readonly self: string;
}

/** How long is waited for those that are there to say so. */
const ROLL_MS = 500;
/** For what they have begun to write. */
const STILL_MS = 15_000;

type Word =
  | ({ readonly is: 'call'; readonly round: string } & FreezeOrder)
  | { readonly is: 'here'; readonly round: string; readonly process: string }
  | { readonly is: 'still'; readonly round: string; readonly process: string; readonly why?: string };

/** A roll call of ours. */
interface Round {
  /** Those that are there, and do not stand still yet. */
  readonly moving: Set<string>;
  why?: string;
  onWord(): void;
}

export function openQueueFreezing({ bus, clock, random, log, self }: QueueFreezingParts): QueueFreezing {
  const gate = createGate();
  const listeners = new Set<() => void>();
  const rounds = new Map<string, Round>();
  let cancel = () => {};

  const thaw = (): void => {
    cancel();
    cancel = () => {};
    if (!gate.isClosed) return;
    gate.open();
    for (const listener of [...listeners]) listener();
  };

  const freeze = async (holdMs: number): Promise<void> => {
    if (holdMs === 0) return;
    cancel();
    cancel = clock.schedule(holdMs, () => {
      log.warn('freeze.over', { why: 'nobody has said that it is to go on' });
      thaw();
    });
    await gate.close();
    // What was stored last is acknowledged now, and has reached the broker when that answers on the same connection.
    await clock.turn();
    await bus.streamStatus('JOBS');
    if (!gate.isClosed) throw new AutoWeaveError('AW_BACKUP_UNFROZEN', 'it took longer than it was to last');
  };

  const tell = (word: Word): void => bus.broadcast(ROLL_CHANNEL, encode(word));

  const hear = (word: Word): void => {
    if (word.is === 'call') {
      const { round, holdMs } = word;
      tell({ is: 'here', round, process: self });
      freeze(holdMs).then(
        () => tell({ is: 'still', round, process: self }),
        (error: unknown) => tell({ is: 'still', round, process: self, why: toFailure(error).message }),
      );
      return;
    }
    const round = rounds.get(word.round);
    if (round === undefined) return;
    if (word.is === 'here') round.moving.add(word.process);
    else {
      round.moving.delete(word.process);
      if (word.why !== undefined) round.why ??= word.why;
    }
    round.onWord();
  };

  const freezeAll = async (holdMs: number): Promise<void> => {
    const round: Round = { moving: new Set([self]), onWord() {} };
    const id = random.hex(8);
    rounds.set(id, round);
    try {
      tell({ is: 'call', round: id, holdMs });
      if (holdMs > 0) await clock.sleep(ROLL_MS);
      const until = clock.monotonic() + STILL_MS;
      while (round.moving.size > 0 && clock.monotonic() < until) await nextWord(round, until - clock.monotonic());
    } finally {
      rounds.delete(id);
    }
    if (round.moving.size > 0) round.why ??= `${round.moving.size} of the processes with queues still write`;
    if (round.why !== undefined) throw new AutoWeaveError('AW_BACKUP_UNFROZEN', round.why);
  };

  const nextWord = (round: Round, patienceMs: number): Promise<void> =>
    new Promise((resolve) => {
      const giveUp = clock.schedule(patienceMs, resolve);
      round.onWord = () => {
        giveUp();
        resolve();
      };
    });

  const ears = [
    bus.listen(QUEUES_FREEZE_CHANNEL, ({ body, reply }) => {
      const holdMs = decode<FreezeOrder>(body)?.holdMs;
      if (typeof holdMs !== 'number') return;
      freezeAll(holdMs).then(
        () => reply(encode({ isFrozen: true } satisfies FreezeAnswer)),
        (error: unknown) => reply(encode({ isFrozen: false, why: toFailure(error).message } satisfies FreezeAnswer)),
      );
    }),
    bus.listen(ROLL_CHANNEL, ({ body }) => {
      const word = decode<Word>(body);
      if (word !== undefined) hear(word);
    }),
    bus.listen(THAW_CHANNEL, thaw),
  ];

  return {
    get isFrozen() {
      return gate.isClosed;
    },
    ...behind(gate, bus),
    onThaw(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    [Symbol.dispose]() {
      thaw();
      for (const ear of ears) ear[Symbol.dispose]();
    },
  };
}

/** The same broker, with every change behind the gate. */
function behind({ pass }: ReturnType<typeof createGate>, bus: NatsBus): { readonly bus: Bus; readonly jobs: JobBus } {
  const { jobs } = bus;
  const changes: Pick<Bus, 'publish' | 'commit' | 'trim' | 'remove'> = {
    publish: (...all) => pass(() => bus.publish(...all)),
    commit: (...all) => pass(() => bus.commit(...all)),
    trim: (...all) => pass(() => bus.trim(...all)),
    remove: (...all) => pass(() => bus.remove(...all)),
  };
  return {
    bus: Object.assign(Object.create(bus) as Bus, changes),
    jobs: {
      ...jobs,
      ensureConsumer: (...all) => pass(() => jobs.ensureConsumer(...all)),
      removeConsumer: (...all) => pass(() => jobs.removeConsumer(...all)),
      pauseConsumer: (...all) => pass(() => jobs.pauseConsumer(...all)),
      resumeConsumer: (...all) => pass(() => jobs.resumeConsumer(...all)),
      fetch: (...all) => pass(() => jobs.fetch(...all)),
      purge: (...all) => pass(() => jobs.purge(...all)),
    },
  };
}

function encode(value: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

function decode<Value>(body: Uint8Array): Value | undefined {
  try {
    return JSON.parse(new TextDecoder().decode(body)) as Value;
  } catch {
    return undefined;
  }
}
