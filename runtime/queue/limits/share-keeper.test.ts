import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { connectTestBus } from '../../../test/harness/actor-world.ts';
import { startTestServer, type TestServer } from '../../../test/harness/nats-server.ts';
import { until } from '../../../test/harness/until.ts';
import type { Bus, CommitResult } from '../../bus/bus.ts';
import { systemClock } from '../../clock/system-clock.ts';
import { AutoWeaveError } from '../../errors/errors.ts';
import { noLog } from '../../telemetry/log.ts';
import { createPausable, type Pausable } from './gate-world.ts';
import { holdLease, type Lease } from './lease.ts';
import { startShareKeeper } from './share-keeper.ts';
import { decodeShares, shareOf } from './shares.ts';

/** The rules of shares one by one, each beside a process that breaks it. */

const LEASE_MS = 2_000;
const LIMIT = 4;

let server: TestServer;
let bus: Bus;
let worlds = 0;
before(async () => {
  server = await startTestServer();
  bus = await connectTestBus(server.url);
});
after(async () => {
  await bus[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

interface Seat extends AsyncDisposable {
  /** Holds what the keeper does, and what its lease does. */
  readonly keeping: Pausable;
  readonly leasing: Pausable;
  readonly room: number;
  readonly running: number;
  want(jobs: number): void;
  /** Starts what there is room for. */
  start(): number;
  end(jobs: number): void;
}

interface SeatOptions {
  readonly bus?: Bus;
  /** What breaks a rule. */
  readonly changeLease?: (lease: Lease) => Lease;
}

function openWorld(): { sit(name: string, options?: SeatOptions): Seat; shareOf(name: string): Promise<number> } {
  const world = `w${++worlds}`;
  const subject = `aw.test.queue.${world}.shares`;
  return {
    sit: (name, options = {}) => openSeat(subject, `${world}-${name}`, options),
    async shareOf(name) {
      const stored = await bus.last('CONTROL', subject);
      return shareOf(stored && decodeShares(stored.body), `${world}-${name}`);
    },
  };
}

function openSeat(subject: string, self: string, options: SeatOptions): Seat {
  const keeping = createPausable(options.bus ?? bus, systemClock);
  const leasing = createPausable(bus, systemClock);
  const end = new AbortController();
  const held = holdLease({ ...leasing, log: noLog, self, leaseMs: LEASE_MS });
  const lease = options.changeLease?.(held) ?? held;
  const keeper = startShareKeeper({
    ...keeping,
    log: noLog,
    subject,
    self,
    lease,
    leaseMs: LEASE_MS,
    onRoom: () => {},
    signal: end.signal,
  });
  keeper.setLimit(LIMIT);
  let [running, unmet] = [0, 0];
  return {
    keeping,
    leasing,
    get room() {
      return keeper.room;
    },
    get running() {
      return running;
    },
    want(jobs) {
      unmet = Math.max(0, jobs - running);
      keeper.note(running, unmet);
    },
    start() {
      const started = Math.min(keeper.room, unmet);
      running += started;
      unmet -= started;
      keeper.note(running, unmet);
      return started;
    },
    end(jobs) {
      running -= jobs;
      keeper.note(running, unmet);
    },
    async [Symbol.asyncDispose]() {
      keeping.resume();
      leasing.resume();
      await keeper[Symbol.asyncDispose]();
      end.abort();
      held[Symbol.dispose]();
    },
  };
}

/** A process that had the whole limit, was paused past its lease, and whose successor has it all at work. */
async function overtake(options: SeatOptions): Promise<{ first: Seat; second: Seat } & AsyncDisposable> {
  const world = openWorld();
  const first = world.sit('first', options);
  const second = world.sit('second');
  first.want(LIMIT);
  await until(() => first.room === LIMIT, 'all for the first');
  first.keeping.pause();
  first.leasing.pause();
  second.want(LIMIT);
  await until(() => second.start() > 0 && second.running === LIMIT, 'all for the second');
  return {
    first,
    second,
    async [Symbol.asyncDispose]() {
      await first[Symbol.asyncDispose]();
      await second[Symbol.asyncDispose]();
    },
  };
}

/** Breaks the rule that a lease is measured here. */
const heldForEver = (lease: Lease): Lease => ({ ...lease, term: 1 });
/** Breaks the rule that a lapse ends what was agreed on before. */
const withoutTerms = (lease: Lease): Lease => ({
  ...lease,
  get term() {
    return lease.term === undefined ? undefined : 1;
  },
});

describe('a process that was paused past its lease', () => {
  test('starts nothing when it goes on', async () => {
    await using world = await overtake({});
    assert.equal(world.first.room, 0);
  });

  test('would exceed the limit if it did not measure its lease (control)', async () => {
    await using world = await overtake({ changeLease: heldForEver });
    assert.equal(world.first.room + world.second.running, 2 * LIMIT);
  });

  test('starts nothing when its lease is renewed before it hears of anything', async () => {
    let terms = 0;
    await using world = await overtake({
      changeLease: (lease) => {
        lease.onTerm(() => void terms++);
        return lease;
      },
    });
    const before = terms;
    world.first.leasing.resume();
    await until(() => terms > before, 'its next term');
    assert.equal(world.first.room, 0);
  });

  test('would exceed the limit if its old share came back with its lease (control)', async () => {
    await using world = await overtake({ changeLease: withoutTerms });
    world.first.leasing.resume();
    await until(() => world.first.room === LIMIT, 'its old share');
    assert.equal(world.second.running, LIMIT);
  });

  test('gets its part again, as the others end what is beyond theirs', async () => {
    await using world = await overtake({});
    const { first, second } = world;
    first.keeping.resume();
    first.leasing.resume();
    await until(() => {
      if (second.running > LIMIT / 2) second.end(1);
      return first.start() > 0 && first.running === LIMIT / 2;
    }, 'its part');
    assert.equal(second.room, 0);
  });

  test('uses its share again after a write of its own, though nobody has touched it', async () => {
    const world = openWorld();
    await using seat = world.sit('only');
    seat.want(LIMIT);
    await until(() => seat.room === LIMIT, 'all');
    seat.keeping.pause();
    seat.leasing.pause();
    await until(() => seat.room === 0, 'its lease to lapse');
    assert.equal(await world.shareOf('only'), LIMIT);
    seat.leasing.resume();
    seat.keeping.resume();
    await until(() => seat.room === LIMIT, 'all again');
  });
});

test('a process that gives its share away uses nothing of it while that is on its way, though it wants it again', async () => {
  const world = openWorld();
  let isArmed = false;
  const line: Bus = {
    ...bus,
    commit(...all) {
      const sent = bus.commit(...all);
      // It arrives; its answer does not, nor anything else.
      if (isArmed) first.keeping.pause();
      return sent;
    },
  };
  await using first = world.sit('first', { bus: line });
  await using second = world.sit('second');
  first.want(LIMIT);
  await until(() => first.start() > 0, 'all for the first');
  first.end(LIMIT);
  const idleSince = performance.now();
  await until(() => performance.now() - idleSince > 20, 'its places to count as not wanted');
  isArmed = true;
  second.want(LIMIT);
  await until(() => second.start() > 0, 'what was given away');
  first.want(LIMIT + 1);
  assert.ok(first.room + second.room + second.running <= LIMIT, `${first.room} beside ${second.running}`);
  isArmed = false;
  first.keeping.resume();
  await until(() => {
    if (second.running > LIMIT / 2) second.end(1);
    first.start();
    return first.running === LIMIT / 2;
  }, 'its part');
});

test('a process whose write has an unknown outcome starts nothing until another write has succeeded', async () => {
  const world = openWorld();
  const line = createCuttable(() => first.want(LIMIT));
  await using first = world.sit('first', { bus: line.bus });
  await using second = world.sit('second');
  first.want(LIMIT);
  await until(() => first.start() > 0, 'all for the first');
  line.cut();
  first.end(LIMIT);
  second.want(LIMIT);
  await until(() => line.waiting === 1, 'another write');
  // As it reads, it has all; and the write by which it gives that away is still to come.
  assert.equal(await world.shareOf('first'), LIMIT);
  assert.equal(first.room, 0);
  assert.equal((await line.deliver()).outcome, 'stored');
  await until(() => second.start() > 0, 'what was given away');
  line.mend();
  await until(() => {
    assert.ok(first.running + first.room + second.running + second.room <= LIMIT);
    if (second.running > LIMIT / 2) second.end(1);
    first.start();
    return first.running === LIMIT / 2;
  }, 'its part');
});

interface Cuttable {
  readonly bus: Bus;
  /** Writes that were sent after the lost one. */
  readonly waiting: number;
  /** The next write is lost on its way, as its sender is told; those after it wait. */
  cut(): void;
  /** The lost one arrives after all. */
  deliver(): Promise<CommitResult>;
  mend(): void;
}

function createCuttable(onLost: () => void): Cuttable {
  let lost: (() => Promise<CommitResult>) | undefined;
  let waiting: Array<() => void> | undefined;
  return {
    get waiting() {
      return waiting?.length ?? 0;
    },
    bus: {
      ...bus,
      async commit(...all) {
        if (waiting === undefined) return bus.commit(...all);
        if (lost !== undefined) {
          await new Promise<void>((resolve) => waiting?.push(resolve));
          return bus.commit(...all);
        }
        lost = () => bus.commit(...all);
        onLost();
        throw new AutoWeaveError('AW_BROKER_UNAVAILABLE', 'No answer');
      },
    },
    cut() {
      waiting = [];
    },
    deliver: () => lost!(),
    mend() {
      const all = waiting ?? [];
      waiting = undefined;
      for (const go of all) go();
    },
  };
}

describe('a process that is missing among those whose lease stands', () => {
  /** Finds so many times that nobody is there; the answer takes until `meanwhile` is over. */
  const blind =
    (times: number, meanwhile: () => Promise<void>) =>
    (lease: Lease): Lease => {
      let looks = 0;
      return {
        get term() {
          return lease.term;
        },
        onTerm: lease.onTerm,
        async findHolders() {
          if (looks++ >= times) return lease.findHolders();
          await meanwhile();
          return new Set();
        },
      };
    };

  test('is kept when it has written after we looked', async () => {
    const world = openWorld();
    await using first = world.sit('first');
    first.want(LIMIT);
    await until(() => first.start() > 0, 'all for the first');
    let hasLooked = false;
    await using second = world.sit('second', {
      changeLease: blind(1, async () => {
        first.end(1);
        await until(async () => (await world.shareOf('first')) < LIMIT, 'a write of the first');
        hasLooked = true;
      }),
    });
    second.want(LIMIT);
    await until(() => hasLooked, 'a look');
    await until(() => second.start() > 0, 'a part for the second');
    assert.equal(await world.shareOf('first'), 3);
  });

  test('is removed when it has not (control)', async () => {
    const world = openWorld();
    await using first = world.sit('first');
    first.want(LIMIT);
    await until(() => first.start() > 0, 'all for the first');
    await using second = world.sit('second', { changeLease: blind(Number.POSITIVE_INFINITY, async () => {}) });
    second.want(LIMIT);
    await until(() => second.start() > 0 && first.running + second.running > LIMIT, 'too many');
  });
});
