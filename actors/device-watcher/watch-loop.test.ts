import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import { createManualClock } from './manual-clock.ts';
import type { SeenDevice } from './snapshot.ts';
import { startWatchLoop } from './watch-loop.ts';
import type { Snapshot, UsbHealth, WatcherMessage } from './watcher-protocol.ts';

const SETTLE_MS = 75;
const POLL_MS = 5_000;

function device(name: string): SeenDevice {
  const path = '/dev/bus/usb/001/004';
  return { session: name, bus: 1, address: 4, port: '1-1', vendorId: 1, productId: 2, path, partial: false };
}

/** A loop over a bus that the test fills, with a hand on the clock. */
async function startBench(options: { readonly hints?: () => Promise<void> } = {}) {
  const clock = createManualClock();
  const messages: WatcherMessage[] = [];
  const bench = {
    clock,
    messages,
    bus: [] as readonly SeenDevice[] | null,
    looks: 0,
    /** Looks wait for it, when there is one. */
    gate: undefined as PromiseWithResolvers<void> | undefined,
    /** Messages do. */
    wire: undefined as PromiseWithResolvers<void> | undefined,
    failure: undefined as Error | undefined,
    listeners: 0,
    hint: () => {},
    /** Lets everything happen that is not waiting for the clock. */
    settle: () => new Promise((resolve) => setImmediate(resolve)),
    async advance(ms: number) {
      clock.advance(ms);
      await bench.settle();
    },
    get snapshots(): Snapshot[] {
      return messages.flatMap((message) => (message.type === 'snapshot' ? [message.snapshot] : []));
    },
    get health(): UsbHealth {
      return messages.flatMap((message) => (message.type === 'health' ? [message.health] : [])).at(-1)!;
    },
  };
  const loop = startWatchLoop({
    clock,
    settleMs: SETTLE_MS,
    pollMs: POLL_MS,
    place: '/sys/bus/usb/devices',
    async look() {
      bench.looks++;
      const now = bench.bus;
      await bench.gate?.promise;
      if (bench.failure !== undefined) throw bench.failure;
      return now;
    },
    async startHints(onHint) {
      await options.hints?.();
      bench.listeners++;
      bench.hint = onHint;
      return async () => void bench.listeners--;
    },
    async send(message) {
      await bench.wire?.promise;
      messages.push(message);
    },
  });
  await bench.settle();
  return Object.assign(bench, { loop });
}

test('startWatchLoop looks at the start, when it listens', async () => {
  const listening = Promise.withResolvers<void>();
  const bench = await startBench({ hints: () => listening.promise });
  assert.equal(bench.looks, 0);
  bench.bus = [device('a')];
  listening.resolve();
  await bench.settle();
  assert.deepEqual(
    bench.snapshots.map(({ reason, devices }) => [reason, devices.length]),
    [['start', 1]],
  );
  assert.deepEqual(bench.health, {
    state: 'ok',
    detail: 'Hot-plug hints, and a look every 5 s',
    hints: 0,
    reconciles: 1,
  });
});

test('startWatchLoop looks once, a fixed time after the first of many hints', async () => {
  const bench = await startBench();
  bench.bus = [device('a')];
  // One hint every 10 ms for ever would starve a window that each one prolongs.
  for (let at = 0; at < SETTLE_MS; at += 10) {
    bench.hint();
    bench.hint();
    assert.equal(bench.looks, 1);
    await bench.advance(10);
  }
  assert.equal(bench.looks, 2);
  const snapshot = bench.snapshots.at(-1)!;
  assert.equal(snapshot.reason, 'hint');
  assert.equal(Date.parse(snapshot.observedAt) - Date.parse(snapshot.hintedAt!), SETTLE_MS);
});

test('startWatchLoop says nothing when a hint was in vain', async () => {
  const bench = await startBench();
  bench.hint();
  await bench.advance(SETTLE_MS);
  assert.deepEqual([bench.looks, bench.snapshots.length], [2, 1]);
});

test('startWatchLoop opens another window for a hint during a look', async () => {
  const bench = await startBench();
  bench.gate = Promise.withResolvers();
  bench.hint();
  await bench.advance(SETTLE_MS);
  // The look is under way, and has passed the port.
  bench.bus = [device('late')];
  bench.hint();
  bench.gate.resolve();
  await bench.advance(SETTLE_MS);
  assert.deepEqual(bench.snapshots.at(-1)?.devices, [device('late')]);
});

test('startWatchLoop polls for ever, also when nothing is told and looks fail', async () => {
  const bench = await startBench();
  bench.failure = new AutoWeaveError('AW_USB_BUS_UNREADABLE', 'Cannot list');
  for (let poll = 0; poll < 10; poll++) await bench.advance(POLL_MS);
  assert.equal(bench.looks, 11);
  assert.deepEqual([bench.health.state, bench.health.detail], ['degraded', 'Cannot list']);
  assert.equal(bench.snapshots.length, 1, 'not to see is not to see an empty bus');
  bench.failure = undefined;
  bench.bus = [device('a')];
  await bench.advance(POLL_MS);
  assert.deepEqual([bench.health.state, bench.snapshots.at(-1)?.reason], ['ok', 'poll']);
});

test('startWatchLoop answers each request by a look that began after it', async () => {
  const bench = await startBench();
  bench.gate = Promise.withResolvers();
  bench.loop.request(1);
  await bench.settle();
  bench.bus = [device('a')];
  bench.loop.request(2);
  bench.loop.request(3);
  bench.gate.resolve();
  await bench.settle();
  const answers = bench.messages.flatMap((message) => (message.type === 'snapshot' ? [message] : [])).slice(1);
  assert.deepEqual(
    answers.map(({ answers, snapshot }) => [answers, snapshot.devices.length, snapshot.reason]),
    [
      [[1], 0, 'request'],
      [[2, 3], 1, 'request'],
    ],
  );
});

test('startWatchLoop answers a request by its failure', async () => {
  const bench = await startBench();
  bench.failure = new AutoWeaveError('AW_USB_BUS_UNREADABLE', 'Cannot list');
  bench.loop.request(7);
  await bench.settle();
  const failure = bench.messages.at(-1);
  assert.deepEqual(failure, { type: 'failure', code: 'AW_USB_BUS_UNREADABLE', message: 'Cannot list', answers: [7] });
});

test('startWatchLoop looks no further ahead than its parent reads', async () => {
  const bench = await startBench();
  bench.wire = Promise.withResolvers();
  for (let count = 0; count < 100; count++) {
    bench.bus = [device(`d${count}`)];
    bench.hint();
    await bench.advance(SETTLE_MS);
  }
  assert.equal(bench.looks, 2);
  bench.wire.resolve();
  await bench.settle();
  assert.deepEqual(
    bench.snapshots.map(({ devices }) => devices[0]?.session),
    [undefined, 'd0', 'd99'],
  );
});

test('startWatchLoop says that there is no bus, and notices one that comes later', async () => {
  const bench = await startBench();
  bench.bus = null;
  await bench.advance(POLL_MS);
  assert.equal(bench.health.state, 'absent');
  assert.equal(bench.health.detail, 'No USB bus on this host (no /sys/bus/usb/devices); virtual devices work');
  bench.bus = [device('a')];
  await bench.advance(POLL_MS);
  assert.deepEqual([bench.health.state, bench.snapshots.at(-1)?.devices.length], ['ok', 1]);
});

test('startWatchLoop says that hints fail, and starts them again at the poll', async () => {
  let isBroken = true;
  const hints = async () => {
    if (isBroken) throw new AutoWeaveError('AW_USB_HINTS', 'Cannot load the "usb" addon: no binary');
  };
  const bench = await startBench({ hints });
  assert.equal(bench.health.state, 'degraded');
  assert.match(bench.health.detail, /^Cannot load the "usb" addon: no binary; devices are seen by a look every 5 s$/);
  await bench.advance(POLL_MS);
  assert.equal(bench.listeners, 0);
  isBroken = false;
  await bench.advance(POLL_MS);
  assert.deepEqual([bench.listeners, bench.health.state], [1, 'ok']);
});

test('startWatchLoop finds hints silent when polls see what nobody tells, until one comes', async () => {
  const bench = await startBench();
  bench.bus = [device('a')];
  await bench.advance(POLL_MS);
  // The hint may be on its way: rules of udev take their time.
  assert.deepEqual([bench.snapshots.at(-1)?.reason, bench.health.state], ['poll', 'ok']);
  await bench.advance(POLL_MS);
  assert.equal(bench.health.state, 'degraded');
  assert.match(bench.health.detail, /^Hot-plug hints are silent/);
  assert.equal(bench.listeners, 1, 'the silent listener was closed and another one started');
  bench.hint();
  await bench.advance(SETTLE_MS);
  assert.equal(bench.health.state, 'ok');
});

test('startWatchLoop does not call a late hint silence, nor a request that was faster', async () => {
  const bench = await startBench();
  bench.bus = [device('a')];
  await bench.advance(POLL_MS);
  bench.hint();
  await bench.advance(POLL_MS);
  bench.bus = [];
  bench.hint();
  bench.loop.request(1);
  await bench.settle();
  assert.deepEqual(bench.snapshots.at(-1)?.devices, []);
  await bench.advance(2 * POLL_MS);
  assert.ok(bench.messages.every((message) => message.type !== 'health' || message.health.state === 'ok'));
});

test('startWatchLoop stops at close', async () => {
  const bench = await startBench();
  bench.hint();
  await bench.loop.close();
  await bench.advance(10 * POLL_MS);
  assert.deepEqual([bench.looks, bench.listeners], [1, 0]);
});
