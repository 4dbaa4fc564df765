import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { connectTestBus } from '../../../test/harness/actor-world.ts';
import { startTestServer, type TestServer } from '../../../test/harness/nats-server.ts';
import { until } from '../../../test/harness/until.ts';
import { createVirtualClock } from '../../../test/harness/virtual-clock.ts';
import type { Bus } from '../../bus/bus.ts';
import type { Clock } from '../../clock/clock.ts';
import { systemClock } from '../../clock/system-clock.ts';
import { AutoWeaveError } from '../../errors/errors.ts';
import { noLog } from '../../telemetry/log.ts';
import { createRateKeeper, type RateKeeper } from './rate-keeper.ts';
import { decodeRate } from './rate-window.ts';

let server: TestServer;
let bus: Bus;
let queues = 0;
const end = new AbortController();
before(async () => {
  server = await startTestServer();
  bus = await connectTestBus(server.url);
});
after(async () => {
  end.abort();
  await bus[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

/** Longer than any test: it ends where a test moves the clock, or asks for a shorter one. */
const WINDOW_MS = 600_000;
const SHORT_MS = 400;
const newSubject = () => `aw.test.queue.r${++queues}.limit`;

function keep(
  subject: string,
  { windowMs = WINDOW_MS, ...parts }: { readonly bus?: Bus; readonly clock?: Clock; readonly windowMs?: number } = {},
): RateKeeper {
  const keeper = createRateKeeper({
    bus,
    clock: systemClock,
    log: noLog,
    subject,
    onRoom: () => {},
    signal: end.signal,
    ...parts,
  });
  keeper.setRate({ max: 100, windowMs });
  return keeper;
}

async function takenOf(subject: string): Promise<number> {
  const stored = await bus.last('CONTROL', subject);
  return (stored && decodeRate(stored.body)?.taken) ?? 0;
}

test('a chunk is taken when it is asked for, and only then', async () => {
  const subject = newSubject();
  const keeper = keep(subject);
  assert.equal(keeper.room, 0);
  assert.equal(await takenOf(subject), 0);
  keeper.request();
  await until(() => keeper.room === 5, 'a chunk');
  assert.equal(await takenOf(subject), 5);
  keeper.spend(2);
  assert.equal(keeper.room, 3);
});

test('what is left of a chunk ends with its window', async () => {
  const clock = createVirtualClock();
  const keeper = keep(newSubject(), { clock });
  keeper.request();
  await until(() => keeper.room === 5, 'a chunk');
  await clock.advance(WINDOW_MS - 1);
  assert.equal(keeper.room, 5);
  await clock.advance(1);
  assert.equal(keeper.room, 0);
});

test('two processes take from one window', async () => {
  const subject = newSubject();
  const [one, other] = [keep(subject), keep(subject)];
  one.request();
  await until(() => one.room === 5, 'a chunk');
  other.request();
  await until(() => other.room === 5, 'another chunk');
  assert.equal(await takenOf(subject), 10);
});

test('a chunk whose answer comes after its window is void', async () => {
  const subject = newSubject();
  const clock = createVirtualClock();
  const [opener, punctual] = [keep(subject, { clock }), keep(subject, { clock })];
  opener.request();
  await until(() => opener.room === 5, 'a window');
  punctual.request();
  await until(() => punctual.room === 5, 'a chunk of one that is not late (control)');
  let commits = 0;
  const { promise: rest, resolve: endRest } = Promise.withResolvers<void>();
  const late: Bus = {
    ...bus,
    async commit(...all) {
      if (++commits > 1) await rest;
      const result = await bus.commit(...all);
      assert.equal(result.outcome, 'stored');
      if (commits === 1) await clock.advance(WINDOW_MS);
      return result;
    },
  };
  const slow = keep(subject, { bus: late, clock });
  slow.request();
  await until(() => commits === 2, 'the next attempt');
  assert.equal(await takenOf(subject), 15);
  assert.deepEqual([opener.room, punctual.room, slow.room], [0, 0, 0]);
  endRest();
  await until(() => slow.room === 5, 'a chunk of the next window');
});

test('a chunk whose outcome is unknown is lost', async () => {
  const subject = newSubject();
  let losses = 0;
  const losing: Bus = {
    ...bus,
    async commit(...all) {
      const result = await bus.commit(...all);
      if (losses++ === 0) throw new AutoWeaveError('AW_BROKER_UNAVAILABLE', 'No answer');
      return result;
    },
  };
  const keeper = keep(subject, { bus: losing });
  keeper.request();
  await until(() => keeper.room === 5, 'another chunk');
  assert.equal(await takenOf(subject), 10);
});

test('what can not be read is replaced after a window', async () => {
  const subject = newSubject();
  await bus.commit('CONTROL', [{ subject, body: new TextEncoder().encode('?') }]);
  const keeper = keep(subject, { windowMs: SHORT_MS });
  const from = performance.now();
  keeper.request();
  await until(async () => (await takenOf(subject)) === 5, 'a chunk');
  assert.ok(performance.now() - from >= SHORT_MS);
});
