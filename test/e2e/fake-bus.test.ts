import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brokerPid, startAutoweave } from '../harness/autoweave.ts';
import { type DeviceEventMessage, type DeviceEvents, followDeviceEvents } from '../harness/device-events.ts';
import { until } from '../harness/until.ts';
import { type FakeBus, fakeBusMissing, startFakeBus } from '../usb/start-fake-bus.ts';

/** The real addon hears real netlink messages; what it leads to arrives at a graphql-ws client. */

const skip = fakeBusMissing() ?? false;

function startOn(bus: FakeBus, { isDeaf = false, pollMs = 60_000, settleMs = 20 } = {}) {
  return startAutoweave({
    env: {
      AUTOWEAVE_USB: 'on',
      AUTOWEAVE_USB_POLL_MS: String(pollMs),
      AUTOWEAVE_USB_SETTLE_MS: String(settleMs),
      AUTOWEAVE_WATCHER_COMMAND: JSON.stringify(isDeaf ? bus.deafWatcherCommand : bus.watcherCommand),
    },
  });
}

function serialsOf(events: readonly DeviceEventMessage[], type: 'ATTACHED' | 'DETACHED'): readonly (string | null)[] {
  return events.filter((event) => event.type === type).map((event) => event.device!.serial);
}

/** Sessions that attached and did not detach; throws where one of the two comes twice, or in the wrong order. */
function presentAfter(events: readonly DeviceEventMessage[]): ReadonlySet<string> {
  const present = new Set<string>();
  for (const { type, device } of events) {
    const { session } = device!;
    assert.equal(present.has(session), type === 'DETACHED', `${type} of ${session} comes out of turn`);
    if (type === 'ATTACHED') present.add(session);
    else present.delete(session);
  }
  return present;
}

async function live(events: DeviceEvents): Promise<void> {
  await events.until((messages) => messages.some(({ __typename }) => __typename === 'CaughtUp'), 'the live feed');
}

test('fake bus to graphql-ws: attach and detach arrive with all that the device says, in one trace', {
  skip,
}, async () => {
  await using bus = await startFakeBus();
  await using autoweave = await startOn(bus);
  await using events = followDeviceEvents(autoweave.openSocket());
  await live(events);
  const { name } = await bus.plug({
    port: '1-4.2',
    product: 'Label printer',
    manufacturer: 'Acme',
    serial: 'a/b.c d 🖨',
  });
  await events.until(() => events.events.length === 1, 'the attach');
  const attached = events.events[0]!;
  assert.equal(attached.device?.id, '1234:5678:a/b.c d 🖨');
  assert.deepEqual([attached.type, attached.reason, attached.device?.virtual], ['ATTACHED', 'hint', false]);

  const steps = [
    'watcher.report',
    'bus.publish',
    'actor.handle',
    'actor.commit',
    'outbox.send',
    'forwarder.forward',
    'gateway.push',
  ];
  const { trace } = await until(
    async () => {
      const found = await autoweave.query<{ trace: { name: string; traceId: string; file: string | null }[] | null }>(
        'query ($id: ID!) { trace(id: $id) { name traceId file } }',
        { id: attached.traceId },
      );
      const names = new Set(found.trace?.map((step) => step.name));
      return steps.every((step) => names.has(step)) && { trace: found.trace! };
    },
    `a trace of ${steps.join(', ')}`,
  );
  assert.deepEqual(new Set(trace.map(({ traceId }) => traceId)), new Set([attached.traceId]));

  await bus.unplug(name);
  await events.until(() => events.events.length === 2, 'the detach');
  assert.equal(events.events[1]?.type, 'DETACHED');
});

test('fake bus to graphql-ws: no serial, an event told three times, and 25 devices at once', { skip }, async () => {
  await using bus = await startFakeBus();
  await using autoweave = await startOn(bus);
  await using events = followDeviceEvents(autoweave.openSocket());
  await live(events);
  const plain = await bus.plug({ port: '1-7', vendorId: 0xab, productId: 0xcd });
  await bus.plug({ serial: 'THRICE' }, { events: 3 });
  const ports = Array.from({ length: 25 }, (_, index) => `1-9.${index + 1}`);
  await Promise.all(ports.map((port) => bus.plug({ port, serial: `HUB ${port}` })));
  await events.until(() => events.events.length >= 27, '27 attaches');
  assert.equal(events.events.filter(({ device }) => device?.serial === 'THRICE').length, 1);
  assert.ok(events.events.some(({ device }) => device?.id === '00ab:00cd@1-7'));
  assert.equal(presentAfter(events.events).size, 27);
  const { devices } = await autoweave.query<{ devices: { attached: boolean }[] }>(
    '{ devices(attached: true) { attached } }',
  );
  assert.equal(devices.length, 27);
  await bus.unplug(plain.name);
  await events.until(() => events.events.length === 28, 'one detach');
});

test('fake bus to graphql-ws: 200 cycles of churn end in what is there, each event once', { skip }, async () => {
  await using bus = await startFakeBus();
  await using autoweave = await startOn(bus, { settleMs: 1 });
  await using events = followDeviceEvents(autoweave.openSocket());
  await live(events);
  await bus.plug({ port: '1-2', serial: 'STAYS' });
  await bus.churn({ port: '1-3' }, 200);
  await bus.plug({ port: '1-3', serial: 'LAST' });
  await events.until(() => serialsOf(events.events, 'ATTACHED').includes('LAST'), 'the last device');
  assert.equal(presentAfter(events.events).size, 2);
  assert.equal(new Set(events.events.map(({ id }) => id)).size, events.events.length);
});

test('fake bus to graphql-ws: what a netlink overflow swallowed, and what a foreign namespace never hears, the poll finds', {
  skip,
}, async () => {
  for (const isDeaf of [false, true]) {
    await using bus = await startFakeBus();
    await using autoweave = await startOn(bus, { isDeaf, pollMs: 300 });
    await using events = followDeviceEvents(autoweave.openSocket());
    await live(events);
    if (!isDeaf) await bus.flood(3_000);
    await bus.plug({ serial: 'FOUND' });
    await events.until(() => serialsOf(events.events, 'ATTACHED').includes('FOUND'), 'the device');
    assert.equal(presentAfter(events.events).size, 1);
  }
});

test('fake bus to graphql-ws: kill -9 of the watcher, of nats-server and of the runtime loses and doubles nothing', {
  skip,
}, async () => {
  await using bus = await startFakeBus();
  const seen: DeviceEventMessage[] = [];
  const first = await startOn(bus);
  try {
    const before = followDeviceEvents(first.openSocket());
    await live(before);
    await bus.plug({ serial: 'ONE' });
    await before.until(() => before.events.length === 1, 'ONE');
    process.kill((await brokerPid(first.dataDirectory))!, 'SIGKILL');
    await bus.plug({ serial: 'TWO' });
    await before.until(() => before.events.length === 2, 'TWO, over the death of nats-server');
    seen.push(...before.events);
    await first.kill();
    await before[Symbol.asyncDispose]();
    await bus.unplug((await bus.plug({ serial: 'UNSEEN' })).name);
    await bus.plug({ serial: 'THREE' });

    await using second = await startAutoweave({
      dataDirectory: first.dataDirectory,
      env: { AUTOWEAVE_USB: 'on', AUTOWEAVE_WATCHER_COMMAND: JSON.stringify(bus.watcherCommand) },
    });
    await using after = followDeviceEvents(second.openSocket(), before.cursor);
    await after.until(() => serialsOf(after.events, 'ATTACHED').includes('THREE'), 'THREE, after the restart');
    seen.push(...after.events);
    assert.deepEqual(serialsOf(seen, 'ATTACHED'), ['ONE', 'TWO', 'THREE']);
    assert.equal(presentAfter(seen).size, 3);
  } finally {
    await first[Symbol.asyncDispose]();
  }
});
