import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Client } from 'graphql-ws';
import { systemClock } from '../../runtime/clock/system-clock.ts';
import { startTelemetry } from '../../runtime/telemetry/telemetry.ts';
import { until } from '../harness/until.ts';
import { fakeDevice } from './fake-services.ts';
import { startWorld } from './gateway-world.ts';
import type { MemoryBus } from './memory-bus.ts';

interface Update {
  readonly __typename: string;
  readonly cursor: string;
  readonly id?: string;
  readonly from?: string;
  readonly to?: string;
  readonly count?: number | null;
  readonly traceId?: string | null;
}

const DOCUMENT = `subscription ($after: String) {
  deviceEvents(after: $after) {
    __typename
    ... on DeviceEvent { id cursor type reason at traceId device { id attached attachedAt detachedAt } }
    ... on Lagged { cursor from to count }
    ... on CaughtUp { cursor }
  }
}`;

/** Takes updates until `enough`, and ends the subscription. */
async function follow(
  client: Client,
  after: string | undefined,
  enough: (updates: Update[]) => boolean,
): Promise<Update[]> {
  const updates: Update[] = [];
  for await (const { data, errors } of client.iterate<{ deviceEvents: Update }>({
    query: DOCUMENT,
    variables: { after },
  })) {
    assert.equal(errors, undefined);
    updates.push(data!.deviceEvents);
    if (enough(updates)) break;
  }
  return updates;
}

function attach(bus: MemoryBus, n: number, more: { traceparent?: string } = {}): number {
  const device = fakeDevice(`1d6b:0104:${n}`);
  return bus.appendEvent('device.attached', `bench/${device.id}`, { device, reason: 'hint' }, { id: `e${n}`, ...more });
}

const kinds = (updates: Update[]) => updates.map(({ __typename, id }) => id ?? __typename);

test('deviceEvents begins with where live begins, then follows live', async (t) => {
  const { bus, openClient } = await startWorld(t);
  attach(bus, 1);
  const updates = await follow(openClient(), undefined, (seen) => {
    if (seen.length === 1) {
      attach(bus, 2);
      bus.appendEvent('device.attached', 'bench/x', { rubbish: true });
      bus.append('aw.default.evt.device.attached.=ZZ');
      bus.appendEvent('device.attached', 'bench/y', { device: fakeDevice('y'), reason: 'hint' }, { tenant: 'other' });
      attach(bus, 3);
    }
    return seen.length === 3;
  });
  assert.deepEqual(kinds(updates), ['CaughtUp', 'e2', 'e3']);
  assert.equal(updates[0]?.cursor, 'one-1');
  assert.deepEqual(updates[1], {
    __typename: 'DeviceEvent',
    id: 'e2',
    cursor: 'one-2',
    type: 'ATTACHED',
    reason: 'hint',
    at: '2026-01-02T03:04:05.006Z',
    traceId: null,
    device: { id: '1d6b:0104:2', attached: true, attachedAt: '2026-01-02T00:00:00.000Z', detachedAt: null },
  });
});

test('deviceEvents resumes from a cursor over new connections, without gap or duplicate', async (t) => {
  const { bus, openClient } = await startWorld(t);
  const seen: string[] = [];
  let cursor = (await follow(openClient(), undefined, () => true))[0]!.cursor;
  for (let round = 0; round < 10; round++) {
    for (let n = 0; n < 7; n++) attach(bus, round * 7 + n);
    const client = openClient();
    const wanted = 3 + (round % 3) * 4;
    const updates = await follow(
      client,
      cursor,
      (all) => all.length === wanted || all.at(-1)!.__typename === 'CaughtUp',
    );
    client.terminate();
    for (const { id } of updates) if (id !== undefined) seen.push(id);
    cursor = updates.at(-1)!.cursor;
  }
  const rest = await follow(openClient(), cursor, (all) => all.at(-1)!.__typename === 'CaughtUp');
  for (const { id } of rest) if (id !== undefined) seen.push(id);
  assert.deepEqual(
    seen,
    Array.from({ length: 70 }, (_, n) => `e${n}`),
  );
});

test('deviceEvents says what is lost: behind the log, of another log, from the future', async (t) => {
  const { bus, openClient } = await startWorld(t);
  for (let n = 1; n <= 10; n++) attach(bus, n);
  bus.forget(6);
  const untilCaughtUp = (all: Update[]) => all.at(-1)!.__typename === 'CaughtUp';
  const behind = await follow(openClient(), 'one-3', untilCaughtUp);
  assert.deepEqual(kinds(behind), ['Lagged', 'e7', 'e8', 'e9', 'e10', 'CaughtUp']);
  assert.deepEqual(behind[0], { __typename: 'Lagged', cursor: 'one-6', from: 'one-3', to: 'one-6', count: null });
  assert.deepEqual(kinds(await follow(openClient(), 'one-6', untilCaughtUp)), ['e7', 'e8', 'e9', 'e10', 'CaughtUp']);
  const other = await follow(openClient(), 'zero-8', untilCaughtUp);
  assert.deepEqual(kinds(other), ['Lagged', 'e7', 'e8', 'e9', 'e10', 'CaughtUp']);
  assert.deepEqual([other[0]?.from, other[0]?.to], ['zero-8', 'one-6']);
  assert.deepEqual(kinds(await follow(openClient(), 'one-99', untilCaughtUp)), [
    'Lagged',
    'e7',
    'e8',
    'e9',
    'e10',
    'CaughtUp',
  ]);
  assert.deepEqual(kinds(await follow(openClient(), 'one-10', untilCaughtUp)), ['CaughtUp']);
});

test('deviceEvents waits for a broker that is away', async (t) => {
  const { bus, openClient } = await startWorld(t);
  bus.setConnected(false);
  const following = follow(openClient(), undefined, (all) => {
    if (all.length === 1) attach(bus, 1);
    return all.length === 2;
  });
  await until(() => bus.refused >= 2, 'the gateway to ask in vain');
  bus.setConnected(true);
  assert.deepEqual(kinds(await following), ['CaughtUp', 'e1']);
});

test('a subscription that is completed while nothing happens is freed', async (t) => {
  const telemetry = await startTelemetry({ serviceName: 'test', version: '0', host: 'h', env: {}, clock: systemClock });
  t.after(() => telemetry[Symbol.asyncDispose]());
  const { openClient } = await startWorld(t, { instruments: telemetry.instruments });
  const client = openClient();
  const open = async () => {
    const line = (await telemetry.metricsText())
      .split('\n')
      .find((one) => one.startsWith('subscriptions_open{subscription="deviceEvents"}'));
    return Number(line?.split(' ').at(-1) ?? 0);
  };
  const iterator = client.iterate({ query: DOCUMENT });
  await iterator.next();
  assert.equal(await open(), 1);
  await iterator.return?.();
  await until(async () => (await open()) === 0, 'it to be freed');
});

test('the push ends the trace of its event, for those that are sampled', async (t) => {
  const telemetry = await startTelemetry({ serviceName: 'test', version: '0', host: 'h', env: {}, clock: systemClock });
  t.after(() => telemetry[Symbol.asyncDispose]());
  const { bus, services, openClient } = await startWorld(t, { tracer: telemetry.tracer });
  Object.assign(services, { traces: telemetry.traces });
  const root = telemetry.tracer.startSpan('device.plug');
  const unsampled = `00-${'c'.repeat(32)}-${'d'.repeat(16)}-00`;
  const client = openClient();
  const steps: string[] = [];
  client.subscribe<{ traceSteps: { name: string; file: string | null } }>(
    { query: 'subscription ($id: ID!) { traceSteps(traceId: $id) { name file } }', variables: { id: root.traceId } },
    { next: ({ data }) => steps.push(data!.traceSteps.name), error: () => {}, complete: () => {} },
  );
  const updates = await follow(client, undefined, (all) => {
    if (all.length === 1) {
      attach(bus, 1, { traceparent: unsampled });
      attach(bus, 2, { traceparent: root.traceparent });
      attach(bus, 3);
    }
    return all.length === 4;
  });
  assert.deepEqual(
    updates.map(({ traceId }) => traceId ?? null),
    [null, null, root.traceId, null],
  );
  root.end();
  await until(() => steps.length === 2, 'both steps');
  assert.deepEqual(steps.sort(), ['device.plug', 'gateway.push']);
  assert.equal(telemetry.traces.get('c'.repeat(32)), undefined);
  const push = telemetry.traces.get(root.traceId)?.find(({ name }) => name === 'gateway.push');
  assert.equal(push?.file, 'runtime/gateway/resolvers/device-events.ts');
  assert.equal(push?.attributes.cursor, updates[2]?.cursor);
  assert.equal(push?.parentSpanId, root.traceparent.slice(36, 52));
});

test('traceSteps gives finished steps first, then each as it finishes', async (t) => {
  const { services, openClient } = await startWorld(t);
  const step = (name: string, startedAt: number) =>
    services.recorder.ended({
      traceId: 'a'.repeat(32),
      spanId: name,
      parentSpanId: undefined,
      name,
      startedAt,
      durationUs: 5,
      ok: true,
      file: undefined,
      attributes: {},
    });
  step('first', 1_000);
  const names: string[] = [];
  const document = `subscription { traceSteps(traceId: "${'a'.repeat(32)}") { name offsetUs } }`;
  for await (const { data } of openClient().iterate<{ traceSteps: { name: string; offsetUs: number } }>({
    query: document,
  })) {
    names.push(`${data!.traceSteps.name} at ${data!.traceSteps.offsetUs}`);
    if (names.length === 1) step('second', 1_002);
    if (names.length === 2) break;
  }
  assert.deepEqual(names, ['first at 0', 'second at 2000']);
});
