import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createManualClock } from '../actors/device-watcher/manual-clock.ts';
import { FREEZE_CHANNEL, type FreezeAnswer, type FreezeOrder, THAW_CHANNEL } from '../runtime/actor/freezing.ts';
import type { Bus } from '../runtime/bus/bus.ts';
import { connectNatsBus } from '../runtime/bus/nats-bus.ts';
import { systemRandom } from '../runtime/clock/random.ts';
import { systemClock } from '../runtime/clock/system-clock.ts';
import { startTestServer } from '../test/harness/nats-server.ts';
import { until } from '../test/harness/until.ts';
import { freezeRuntimes, isRuntimeThere } from './freeze.ts';

async function connect(url: string, t: TestContext): Promise<Bus> {
  const bus = await connectNatsBus({ url, name: 'test', clock: systemClock, random: systemRandom });
  t.after(() => bus[Symbol.asyncDispose]());
  return bus;
}

/** Answers as a runtime does; `heard` has all orders, `thaw` last. */
function listen(bus: Bus, answer: (order: FreezeOrder) => FreezeAnswer) {
  const heard: (number | 'thaw')[] = [];
  const listeners = [
    bus.listen(FREEZE_CHANNEL, ({ body, reply }) => {
      const order = JSON.parse(new TextDecoder().decode(body)) as FreezeOrder;
      heard.push(order.holdMs);
      reply(new TextEncoder().encode(JSON.stringify(answer(order))));
    }),
    bus.listen(THAW_CHANNEL, () => heard.push('thaw')),
  ];
  return {
    heard,
    stop() {
      for (const listener of listeners) listener[Symbol.dispose]();
    },
  };
}

test('freezeRuntimes goes on where nobody is there', async (t) => {
  await using server = await startTestServer();
  const bus = await connect(server.url, t);
  assert.equal(await isRuntimeThere(bus), false);
  const frozen = await freezeRuntimes(bus, createManualClock());
  await frozen[Symbol.asyncDispose]();
});

test('freezeRuntimes holds the runtime still, renews that, and lets it go on', async (t) => {
  await using server = await startTestServer();
  const bus = await connect(server.url, t);
  const runtime = listen(bus, () => ({ isFrozen: true }));
  const clock = createManualClock();
  assert.equal(await isRuntimeThere(bus), true);
  const frozen = await freezeRuntimes(bus, clock);
  assert.deepEqual(runtime.heard, [0, 30_000]);
  clock.advance(10_000);
  await until(() => runtime.heard.length === 3, 'the renewal');
  await frozen[Symbol.asyncDispose]();
  await until(() => runtime.heard.at(-1) === 'thaw', 'the thaw');
  clock.advance(60_000);
  assert.equal(runtime.heard.length, 4, 'no order after the thaw');
  runtime.stop();
});

test('freezeRuntimes refuses a runtime that does not stand still, at once or later', async (t) => {
  await using server = await startTestServer();
  const bus = await connect(server.url, t);
  const clock = createManualClock();
  let isFrozen = false;
  const runtime = listen(bus, () => (isFrozen ? { isFrozen } : { isFrozen, why: 'a handler runs' }));
  await assert.rejects(freezeRuntimes(bus, clock), { code: 'AW_BACKUP_UNFROZEN', message: /a handler runs/ });

  isFrozen = true;
  const frozen = await freezeRuntimes(bus, clock);
  isFrozen = false;
  clock.advance(10_000);
  await until(() => runtime.heard.length === 3, 'the renewal');
  // The answer to a later question comes after that to the renewal.
  await isRuntimeThere(bus);
  await assert.rejects(async () => frozen[Symbol.asyncDispose](), { code: 'AW_BACKUP_UNFROZEN' });
  runtime.stop();
});
