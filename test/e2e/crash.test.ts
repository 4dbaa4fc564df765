import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
// Not to wait for anything: to spread calls, and to kill at a random point of them.
import { setTimeout as pause } from 'node:timers/promises';
import { type Autoweave, brokerPid, killBroker, startAutoweave } from '../harness/autoweave.ts';
import { followDeviceEvents } from '../harness/device-events.ts';
import { until } from '../harness/until.ts';

/** What `kill -9` leaves: nothing lost that was answered, nothing twice. */

const PLUG = `mutation ($input: VirtualDeviceInput!) { plugVirtualDevice(input: $input) { id serial } }`;
const KILLS = 5;
const PLUGS = 50;

interface DeviceRow {
  readonly id: string;
  readonly serial: string;
  readonly attached: boolean;
}

interface HistoryRow {
  readonly id: string;
  readonly type: string;
  readonly device: { readonly serial: string };
}

function plug(autoweave: Autoweave, serial: string): Promise<unknown> {
  return autoweave.query(PLUG, { input: { vendorId: 0x1209, productId: 1, serial } });
}

test(`kill -9 of the runtime at random points of ${PLUGS} plugs: every device's state and every event is there once`, async (t) => {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'autoweave-crash-'));
  t.after(async () => {
    await killBroker(dataDirectory);
    await rm(dataDirectory, { recursive: true, force: true });
  });
  const answered = new Set<string>();
  const tried: string[] = [];
  let cursor: string | undefined;
  const pushed: string[] = [];
  const perRound = PLUGS / KILLS;

  for (let round = 0; round < KILLS; round++) {
    const autoweave = await startAutoweave({ dataDirectory });
    const events = followDeviceEvents(autoweave.openSocket(), cursor);
    await events.until((messages) => messages.some(({ __typename }) => __typename === 'CaughtUp'), 'the live feed');
    const plugs = Array.from({ length: perRound }, async (_, index) => {
      const serial = `R${round}-${index}`;
      // Spread over a moment, so that the kill meets each of them somewhere else on its way.
      await pause(index * 4);
      tried.push(serial);
      await plug(autoweave, serial).then(
        () => answered.add(serial),
        () => undefined,
      );
    });
    await pause(Math.random() * perRound * 5);
    // The broker dies with it every other time: then nothing is there to be adopted.
    await autoweave.kill({ withBroker: round % 2 === 1 });
    await Promise.all(plugs);
    pushed.push(...events.events.map(({ id }) => id!));
    cursor = events.cursor ?? cursor;
    await events[Symbol.asyncDispose]();
  }

  await using last = await startAutoweave({ dataDirectory });
  for (const serial of tried) if (!answered.has(serial)) await plug(last, `again ${serial}`);
  const { devices } = await last.query<{ devices: DeviceRow[] }>('{ devices { id serial attached } }');
  const serials = devices.map(({ serial }) => serial);
  for (const serial of answered)
    assert.equal(serials.filter((found) => found === serial).length, 1, `${serial} is there once`);
  assert.equal(new Set(serials).size, serials.length, 'no device is there twice');

  const history = await until(async () => {
    const { deviceHistory } = await last.query<{ deviceHistory: HistoryRow[] }>(
      '{ deviceHistory(last: 500) { id type device { serial } } }',
    );
    return deviceHistory.length >= serials.length && deviceHistory;
  }, 'an event for each device');
  assert.deepEqual(history.map(({ device }) => device.serial).sort(), serials.toSorted(), 'one event for each device');
  assert.ok(history.every(({ type }) => type === 'ATTACHED'));

  await using rest = followDeviceEvents(last.openSocket(), cursor);
  await rest.until((messages) => messages.some(({ __typename }) => __typename === 'CaughtUp'), 'the rest of the feed');
  pushed.push(...rest.events.map(({ id }) => id!));
  assert.deepEqual(
    pushed,
    history.map(({ id }) => id),
    'the subscription, resumed after each kill, has each event once and in order',
  );

  const states = await until(async () => {
    const { actors } = await last.query<{ actors: { actors: { state: { attachments: number } }[] } }>(
      '{ actors(name: "device", first: 500) { actors { key state } } }',
    );
    return actors.actors.length === serials.length && actors.actors;
  }, 'the actor of each device');
  assert.ok(
    states.every(({ state }) => state.attachments === 1),
    'each device actor heard its event once',
  );
});

test('kill -9 of nats-server under a running system: it comes back by itself, and nothing is lost', async () => {
  await using autoweave = await startAutoweave();
  await using events = followDeviceEvents(autoweave.openSocket());
  await events.until((messages) => messages.length > 0, 'the live feed');
  const before = await brokerPid(autoweave.dataDirectory);
  const plugs = Array.from({ length: 30 }, async (_, index) => {
    // Spread over a moment, so that some are before the kill, some under way, and some after it.
    await pause(index * 10);
    await plug(autoweave, `N${index}`);
  });
  await plugs[3];
  process.kill(before!, 'SIGKILL');
  await Promise.all(plugs);
  await events.until(() => events.events.length >= 30, 'all events');
  assert.equal(new Set(events.events.map(({ device }) => device?.serial)).size, 30);
  assert.equal(events.events.length, 30);
  const after = await brokerPid(autoweave.dataDirectory);
  assert.ok(after !== undefined && after !== before);
  await until(async () => (await fetch(`${autoweave.url}/readyz`)).ok, 'the system to be ready again');
});

test('a nats-server left over by a killed runtime is adopted: same process, same port', async () => {
  const first = await startAutoweave();
  const pid = await brokerPid(first.dataDirectory);
  await plug(first, 'KEPT');
  await first.kill();
  assert.equal(await brokerPid(first.dataDirectory), pid);
  {
    await using second = await startAutoweave({ dataDirectory: first.dataDirectory });
    assert.equal(await brokerPid(first.dataDirectory), pid);
    const { devices } = await second.query<{ devices: DeviceRow[] }>('{ devices { serial attached } }');
    assert.deepEqual(devices, [{ serial: 'KEPT', attached: true }]);
    assert.equal(await second.stop(), 0);
  }
  assert.equal(await brokerPid(first.dataDirectory), undefined, 'an ordered stop takes the broker along');
  await first[Symbol.asyncDispose]();
});
