import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { connectTestBus } from '../../../test/harness/actor-world.ts';
import { startTestServer, type TestServer } from '../../../test/harness/nats-server.ts';
import { until } from '../../../test/harness/until.ts';
import type { Bus } from '../../bus/bus.ts';
import { systemClock } from '../../clock/system-clock.ts';
import { noLog } from '../../telemetry/log.ts';
import {
  createLedger,
  createPausable,
  type FakeWorker,
  type Ledger,
  type Pausable,
  startFakeWorker,
} from './gate-world.ts';
import { processOf } from './lease.ts';
import { decodeShares, type Shares } from './shares.ts';
import { openStartGate, type StartGate, type StartLimits } from './start-gate.ts';

const LEASE_MS = 2_000;

interface Process extends Pausable {
  readonly name: string;
  readonly gate: StartGate;
  readonly worker: FakeWorker;
  /** Ends it as a crash would. */
  kill(): void;
}

interface World extends AsyncDisposable {
  readonly ledger: Ledger;
  readonly processes: readonly Process[];
  shares(): Promise<Shares | undefined>;
  shareOf(process: Process): Promise<number>;
}

let server: TestServer;
let queues = 0;
before(async () => {
  server = await startTestServer();
});
after(() => server[Symbol.asyncDispose]());

interface WorldOptions {
  readonly names?: readonly string[];
  readonly concurrency?: number;
  readonly jobMs?: number;
  readonly leaseMs?: number;
  /** Control: each process has a queue of its own, and knows nothing of the others. */
  readonly isApart?: boolean;
}

/** Processes with a connection each, one worker in each, on a queue of their own. */
async function openWorld(limits: StartLimits, options: WorldOptions = {}): Promise<World> {
  const queue = `q${++queues}`;
  const ledger = createLedger();
  const ends: Array<() => PromiseLike<void>> = [];
  const processes = await Promise.all(
    (options.names ?? ['a', 'b', 'c']).map(async (each): Promise<Process> => {
      const name = `${queue}-${each}`;
      const connection = await connectTestBus(server.url);
      const pausable = createPausable(connection, systemClock);
      const killed = new AbortController();
      const gate = openStartGate({
        ...pausable,
        log: noLog,
        tenant: 'test',
        queue: options.isApart ? name : queue,
        self: name,
        onOpen: () => worker.wake(),
        signal: killed.signal,
        leaseMs: options.leaseMs ?? LEASE_MS,
      });
      const worker = startFakeWorker(name, () => gate, ledger, pausable.clock, { concurrency: 0, ...options });
      gate.configure(limits);
      ends.push(async () => {
        worker.kill();
        pausable.resume();
        await gate[Symbol.asyncDispose]();
        killed.abort();
        await connection[Symbol.asyncDispose]();
      });
      const kill = () => {
        ledger.forget(worker.running);
        worker.kill();
        killed.abort();
      };
      return { ...pausable, name, gate, worker, kill };
    }),
  );
  const looking = await connectTestBus(server.url);
  ends.push(() => looking[Symbol.asyncDispose]());
  for (const { worker } of processes) worker.wake();
  return {
    ledger,
    processes,
    shares: () => sharesOf(looking, queue),
    async shareOf({ name }) {
      const portions = (await sharesOf(looking, queue))?.portions ?? [];
      return portions.find(({ process }) => processOf(process) === name)?.share ?? 0;
    },
    [Symbol.asyncDispose]: () => endAll(ends),
  };
}

async function endAll(ends: ReadonlyArray<() => PromiseLike<void>>): Promise<void> {
  await Promise.all(ends.map((end) => end()));
}

async function sharesOf(bus: Bus, queue: string): Promise<Shares | undefined> {
  const stored = await bus.last('CONTROL', `aw.test.queue.${queue}.shares`);
  return stored && decodeShares(stored.body);
}

const areAll = (shares: Shares | undefined, count: number, check: (share: number) => boolean): boolean =>
  shares?.portions.length === count && shares.portions.every(({ share }) => check(share));

const sumOf = (numbers: readonly number[]) => numbers.reduce((sum, one) => sum + one, 0);
const concurrency = (limit: number | null): StartLimits => ({ globalConcurrency: limit, rateLimit: null });
const doneBy = ({ starts }: Ledger, { name }: Process) => starts.filter(({ worker }) => worker === name).length;

describe('a gate without limits', () => {
  test('gives what is wanted, at once', async () => {
    await using world = await openWorld(concurrency(null), { names: ['a'] });
    const { gate } = world.processes[0]!;
    assert.ok(gate.isOpen);
    assert.equal(gate.take(7), 7);
    gate.release(7);
    assert.equal(await world.shares(), undefined);
  });

  test('counts what it gave when a limit is set', async () => {
    await using world = await openWorld(concurrency(null), { names: ['a'], concurrency: 5, jobMs: 60_000 });
    const { gate, worker } = world.processes[0]!;
    gate.configure(concurrency(6));
    worker.setConcurrency(10);
    await until(() => world.ledger.running === 6, 'one more');
    worker.finishAll();
    assert.equal(world.ledger.running, 6);
    gate.configure(concurrency(null));
    await until(() => world.ledger.running === 10, 'all');
    await until(async () => (await world.shares())?.portions.length === 0, 'its share to be given back');
  });
});

describe('global concurrency', () => {
  test('is held by three processes, and used in full', async () => {
    await using world = await openWorld(concurrency(8), { concurrency: 10 });
    const { ledger, processes } = world;
    await until(() => processes.every((process) => doneBy(ledger, process) > 200), '200 jobs of each');
    assert.equal(ledger.peak, 8);
    await until(async () => {
      const { portions = [] } = (await world.shares()) ?? {};
      return (
        portions
          .map(({ share }) => share)
          .sort()
          .join() === '2,3,3'
      );
    }, 'equal parts');
  });

  test('is exceeded by processes that know nothing of each other (control)', async () => {
    await using world = await openWorld(concurrency(8), { concurrency: 10, isApart: true });
    await until(() => world.ledger.done >= 300, '300 jobs');
    assert.ok(world.ledger.peak > 8, `${world.ledger.peak}`);
  });

  test('of a killed process goes to the others, not before its lease is gone', async () => {
    await using world = await openWorld(concurrency(8), { concurrency: 10 });
    const { ledger, processes } = world;
    const [first, ...others] = processes;
    await until(async () => areAll(await world.shares(), 3, (share) => share >= 2), 'shares');
    first!.kill();
    await until(() => others.every(({ worker }) => worker.running === 4), 'its share to be taken');
    await using looking = await connectTestBus(server.url);
    assert.equal(await looking.last('CONTROL', `aw._sys.lease.${first!.name}`), undefined);
    assert.equal(ledger.peak, 8);
  });

  test('is held beside a process that was paused past its lease, and that gets a share again', async () => {
    await using world = await openWorld(concurrency(8), { concurrency: 10 });
    const { ledger, processes } = world;
    const [first, ...others] = processes;
    await until(async () => areAll(await world.shares(), 3, (share) => share >= 2), 'shares');
    first!.pause();
    ledger.forget(first!.worker.running);
    await until(() => others.every(({ worker }) => worker.running === 4), 'its share to be taken');
    // What it had at work ends now, as if it had ended in the pause; it wants more at once.
    for (let index = first!.worker.running; index > 0; index--) ledger.start('ghost', 0);
    ledger.resetPeak();
    const before = ledger.running;
    first!.worker.finishAll();
    assert.ok(ledger.running <= 8, `${before} before, ${ledger.running} after`);
    first!.resume();
    ledger.resetPeak();
    const target = ledger.done + 500;
    await until(() => ledger.done >= target && first!.worker.running >= 2, 'it to work again');
    assert.ok(ledger.peak <= 8, `${ledger.peak}`);
  });

  test('goes where the work is, by a word and not by the end of a lease, and comes back', async () => {
    await using world = await openWorld(concurrency(8), { concurrency: 0, leaseMs: 600_000 });
    const [first, second, third] = world.processes.map(({ worker }) => worker);
    first!.setConcurrency(10);
    await until(() => first!.running === 8, 'all for the first');
    first!.setConcurrency(1);
    second!.setConcurrency(10);
    await until(() => second!.running === 7, 'the rest for the second');
    third!.setConcurrency(10);
    await until(() => second!.running >= 3 && third!.running >= 3, 'equal parts');
    second!.setConcurrency(0);
    third!.setConcurrency(0);
    first!.setConcurrency(10);
    await until(() => first!.running === 8, 'all for the first again');
    assert.equal(world.ledger.peak, 8);
  });

  test('of one gives each of three processes its turn', async () => {
    await using world = await openWorld(concurrency(1), { concurrency: 10, jobMs: 1 });
    const { ledger, processes } = world;
    await until(() => processes.every((process) => doneBy(ledger, process) >= 100), 'all to work');
    assert.equal(ledger.peak, 1);
  });

  test('that is lowered and raised is followed by all', async () => {
    await using world = await openWorld(concurrency(9), { concurrency: 10 });
    const { ledger, processes } = world;
    await until(() => ledger.running === 9, 'nine');
    for (const { gate } of processes) gate.configure(concurrency(3));
    await until(async () => areAll(await world.shares(), 3, (share) => share === 1), 'three shares');
    ledger.resetPeak();
    const target = ledger.done + 100;
    await until(() => ledger.done >= target, '100 jobs');
    assert.ok(ledger.peak <= 3, `${ledger.peak}`);
    for (const { gate } of processes) gate.configure(concurrency(12));
    await until(() => ledger.running === 12, 'twelve');
  });

  test('is held by several gates of one process, and by one that takes the place of another', async () => {
    await using bus = await connectTestBus(server.url);
    const ledger = createLedger();
    const queue = `q${++queues}`;
    const open = (name: string): { gate: StartGate; worker: FakeWorker } => {
      const { signal } = new AbortController();
      const parts = { bus, clock: systemClock, log: noLog, tenant: 'test', queue, self: 'same', signal };
      const gate = openStartGate({ ...parts, onOpen: () => worker.wake() });
      const worker = startFakeWorker(name, () => gate, ledger, systemClock);
      gate.configure(concurrency(4));
      worker.wake();
      return { gate, worker };
    };
    const [first, second] = [open('first'), open('second')];
    await until(() => first.worker.running === 2 && second.worker.running === 2, 'equal parts');
    first.worker.setConcurrency(0);
    await until(() => first.worker.running === 0, 'the first to end');
    await first.gate[Symbol.asyncDispose]();
    const third = open('third');
    await until(() => third.worker.running === 2 && second.worker.running === 2, 'equal parts again');
    assert.equal(ledger.peak, 4);
    for (const { gate, worker } of [second, third]) {
      worker.kill();
      await gate[Symbol.asyncDispose]();
    }
  });

  test('is given back by a gate that closes', async () => {
    await using world = await openWorld(concurrency(2), { names: ['a', 'b'], concurrency: 2, jobMs: 1 });
    const [first, second] = world.processes;
    await until(async () => areAll(await world.shares(), 2, (share) => share === 1), 'shares');
    first!.worker.setConcurrency(0);
    await until(() => first!.worker.running === 0, 'it to be idle');
    await first!.gate[Symbol.asyncDispose]();
    assert.equal(await world.shareOf(first!), 0);
    assert.equal(first!.gate.take(1), 0);
    await until(() => second!.worker.running === 2, 'all for the second');
  });

  test('is held while the server is killed and started again', async () => {
    await using world = await openWorld(concurrency(4), { concurrency: 10 });
    const { ledger } = world;
    await until(() => ledger.running === 4, 'four');
    await server.kill();
    await server.restart();
    const target = ledger.done + 300;
    await until(() => ledger.done >= target && ledger.running === 4, '300 more jobs');
    assert.equal(ledger.peak, 4);
  });
});

describe('a rate limit', () => {
  const WINDOW_MS = 500;
  const rate = (max: number): StartLimits => ({ globalConcurrency: null, rateLimit: { max, windowMs: WINDOW_MS } });

  /** Beginnings of windows, by the server's time, until the signal aborts. */
  async function watchWindows(bus: Bus, beginnings: Map<number, number>, signal: AbortSignal): Promise<void> {
    for await (const bunch of bus.read('CONTROL', {
      from: 1,
      filters: [`aw.test.queue.q${queues + 1}.limit`],
      signal,
    })) {
      for (const { body, sequence, storedAt } of bunch) {
        const { window } = JSON.parse(new TextDecoder().decode(body)) as {
          window?: { sequence: number; openedAt: number };
        };
        beginnings.set(window?.sequence ?? sequence, window?.openedAt ?? storedAt);
      }
    }
  }

  for (const [max, options] of [
    [10, { concurrency: 20, jobMs: 1 }],
    [100, { concurrency: 20, jobMs: 1 }],
    [1_000, { concurrency: 50, jobMs: 1 }],
  ] as const) {
    test(`of ${max} is never exceeded in a window by three processes, and nearly reached`, async () => {
      await using looking = await connectTestBus(server.url);
      const end = new AbortController();
      const windows = new Map<number, number>();
      const watched = watchWindows(looking, windows, end.signal);
      await using world = await openWorld(rate(max), options);
      /** How many began in each window that is over, and how long it lasted. */
      const countAll = () => {
        const beginnings = [...windows.values()].sort((one, other) => one - other);
        return beginnings.slice(0, -1).map((from, index) => {
          const to = beginnings[index + 1]!;
          assert.ok(to - from >= WINDOW_MS, `a window of ${to - from} ms`);
          return { count: world.ledger.starts.filter(({ at }) => at >= from && at < to).length, ms: to - from };
        });
      };
      // Of a busy machine any five do.
      await until(() => {
        const last = countAll().slice(1).slice(-5);
        const [count, ms] = [sumOf(last.map((one) => one.count)), sumOf(last.map((one) => one.ms))];
        return last.length === 5 && count / ms >= 0.9 * (max / WINDOW_MS);
      }, 'five windows in which the rate is nearly reached');
      end.abort();
      await watched;
      const counts = countAll().map(({ count }) => count);
      assert.ok(
        counts.every((count) => count <= max),
        `${counts}`,
      );
    });
  }

  test('is exceeded by processes that know nothing of each other (control)', async () => {
    await using world = await openWorld(rate(10), { concurrency: 20, jobMs: 1, isApart: true });
    const { starts } = world.ledger;
    // Two windows' worth, and one more, within less than a window: what never is where the rate is held.
    await until(
      () => starts.some(({ at }, index) => (starts[index + 20]?.at ?? Number.POSITIVE_INFINITY) - at < WINDOW_MS),
      'a rate that is not held',
    );
  });

  test('goes with global concurrency', async () => {
    await using world = await openWorld(
      { globalConcurrency: 2, rateLimit: { max: 20, windowMs: WINDOW_MS } },
      { concurrency: 10, jobMs: 1 },
    );
    await until(() => world.ledger.done >= 60, '60 jobs');
    assert.equal(world.ledger.peak, 2);
  });

  test('that is changed counts at once', async () => {
    await using world = await openWorld(
      { globalConcurrency: null, rateLimit: { max: 1, windowMs: 3_600_000 } },
      { concurrency: 10, jobMs: 1 },
    );
    const { ledger, processes } = world;
    await until(() => ledger.done === 1, 'the only job of this hour');
    for (const { gate } of processes)
      gate.configure({ globalConcurrency: null, rateLimit: { max: 40, windowMs: 3_600_000 } });
    await until(() => ledger.done === 40, 'the rest of forty');
    for (const { gate } of processes) gate.configure(concurrency(null));
    await until(() => ledger.done > 100, 'as many as there are');
  });
});
