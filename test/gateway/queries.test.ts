import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../runtime/clock/system-clock.ts';
import { isSampled } from '../../runtime/telemetry/spans.ts';
import { startTelemetry } from '../../runtime/telemetry/telemetry.ts';
import { fakeActor, fakeDevice } from './fake-services.ts';
import { startWorld } from './gateway-world.ts';

test('devices are what the watchers see, then what is known from before', async (t) => {
  const { query, services } = await startWorld(t);
  const early = Date.UTC(2026, 0, 1);
  const late = Date.UTC(2026, 5, 1);
  services.actors.push(
    fakeActor('device-watcher', 'bench', {
      devices: [fakeDevice('a', { timestamp: early }), fakeDevice('b', { timestamp: late })],
    }),
    fakeActor('device-watcher', 'attic', { devices: [fakeDevice('a', { host: 'attic' }), 'rubbish'] }),
    fakeActor('device-watcher', 'odd', null),
    // Its actor has not heard yet that it is attached again.
    fakeActor('device', 'bench/a', { device: fakeDevice('a'), attached: false, attachments: 1 }),
    fakeActor('device', 'bench/c', {
      device: fakeDevice('c'),
      attached: true,
      attachedAt: '2026-01-02T00:00:00.000Z',
      detachedAt: '2026-01-03T00:00:00.000Z',
      attachments: 2,
    }),
    fakeActor('device', 'bench/d', { device: null, attached: false, attachments: 0 }),
  );
  const fields = '{ id host attached attachedAt detachedAt serial }';
  const all = await query(`{ devices ${fields} }`);
  assert.equal(all.errors, undefined);
  assert.deepEqual(
    all.data.devices.map(
      ({ host, id, attached }: { host: string; id: string; attached: boolean }) => `${host}/${id} ${attached}`,
    ),
    ['bench/b true', 'attic/a true', 'bench/a true', 'bench/c false'],
  );
  assert.deepEqual(all.data.devices[3], {
    id: 'c',
    host: 'bench',
    attached: false,
    attachedAt: '2026-01-02T00:00:00.000Z',
    detachedAt: '2026-01-03T00:00:00.000Z',
    serial: null,
  });
  assert.equal((await query('{ devices(attached: true) { id } }')).data.devices.length, 3);
  assert.deepEqual((await query('{ devices(attached: false) { id } }')).data.devices, [{ id: 'c' }]);
});

test('deviceHistory gives the last events, of all devices or of one on every host', async (t) => {
  const { query, services, bus } = await startWorld(t);
  services.actors.push(fakeActor('device-watcher', 'attic', { devices: [] }));
  for (let n = 0; n < 300; n++) {
    const id = `device-${n % 10}`;
    const host = n % 2 === 0 ? 'bench' : 'attic';
    const type = n % 20 < 10 ? 'device.attached' : 'device.detached';
    bus.appendEvent(type, `${host}/${id}`, { device: fakeDevice(id, { host }), reason: 'hint' }, { id: `e${n}` });
    bus.append('aw._sys.cursor.events.p1');
  }
  const ids = async (document: string) => {
    const { data, errors } = await query(document);
    assert.equal(errors, undefined);
    return data.deviceHistory.map(({ id }: { id: string }) => id);
  };
  assert.deepEqual(await ids('{ deviceHistory(last: 3) { id } }'), ['e297', 'e298', 'e299']);
  assert.equal((await ids('{ deviceHistory { id } }')).length, 50);
  assert.equal((await ids('{ deviceHistory(last: 1000) { id } }')).length, 300);
  assert.deepEqual(await ids('{ deviceHistory(id: "device-7", last: 3) { id } }'), ['e277', 'e287', 'e297']);
  assert.deepEqual(await ids('{ deviceHistory(id: "nothing") { id } }'), []);
  const { data } = await query('{ deviceHistory(last: 1) { cursor type at device { attached detachedAt } } }');
  assert.deepEqual(data.deviceHistory, [
    {
      cursor: 'one-599',
      type: 'DETACHED',
      at: '2026-01-02T03:04:05.006Z',
      device: { attached: false, detachedAt: '2026-01-02T03:04:05.006Z' },
    },
  ]);
  for (const last of [0, -1, 1001]) {
    assert.equal(
      (await query(`{ deviceHistory(last: ${last}) { id } }`)).errors?.[0]?.extensions.code,
      'AW_ARGUMENT_INVALID',
    );
  }
});

test('actors and dead letters come page by page, as the SDL shows them', async (t) => {
  const { query, services } = await startWorld(t);
  for (let n = 0; n < 5; n++) services.actors.push(fakeActor('counter', `k${n}`, { n }));
  const first = await query('{ actors(name: "counter", first: 3) { actors { name key state updatedAt } next } }');
  assert.deepEqual(first.data.actors.actors[0], {
    name: 'counter',
    key: 'k4',
    state: { n: 4 },
    updatedAt: '1970-01-01T00:00:00.000Z',
  });
  const second = await query(
    'query ($next: String) { actors(name: "counter", first: 3, after: $next) { actors { key } next } }',
    { next: first.data.actors.next },
  );
  assert.deepEqual(second.data.actors, { actors: [{ key: 'k1' }, { key: 'k0' }], next: null });
  assert.equal((await query('{ actor(name: "counter", key: "none") { key } }')).data.actor, null);
  assert.equal((await query('{ actor(name: "counter", key: "k1") { key } }')).data.actor.key, 'k1');

  services.deadLetters.push({
    id: '12',
    tenant: 'default',
    code: 'AW_DATA_INVALID',
    error: 'Data breaks its schema',
    stream: 'MAILBOX',
    sequence: 5,
    subject: 'aw.default.cmd.3.device.x',
    type: undefined,
    attempts: 1,
    at: 0,
    headers: { 'ce-id': 'x' },
    data: 'rubbish',
  });
  const dead = await query('{ deadLetters { deadLetters { id type headers at } total next } }');
  assert.deepEqual(dead.data.deadLetters, {
    deadLetters: [{ id: '12', type: null, headers: { 'ce-id': 'x' }, at: '1970-01-01T00:00:00.000Z' }],
    total: 1,
    next: null,
  });
  assert.equal((await query('{ deadLetter(id: "12") { code } }')).data.deadLetter.code, 'AW_DATA_INVALID');
  assert.equal((await query('{ deadLetter(id: "13") { code } }')).data.deadLetter, null);
  assert.equal((await query('{ trace(id: "x") { name } }')).data.trace, null);
});

test('plug and unplug ask the watcher of this host', async (t) => {
  const { query, services } = await startWorld(t);
  services.answer = () => fakeDevice('0001:0002:S', { virtual: true, serial: 'S' });
  const plug = await query(
    'mutation ($input: VirtualDeviceInput!) { plugVirtualDevice(input: $input) { id virtual attached serial } }',
    { input: { vendorId: 1, productId: 2, serial: 'S', product: null } },
  );
  assert.deepEqual(plug.data.plugVirtualDevice, { id: '0001:0002:S', virtual: true, attached: true, serial: 'S' });
  const unplug = await query('mutation { unplugVirtualDevice(id: "0001:0002:S") { attached detachedAt } }');
  assert.equal(unplug.data.unplugVirtualDevice.attached, false);
  assert.ok(Date.parse(unplug.data.unplugVirtualDevice.detachedAt) > 0);
  assert.deepEqual(
    services.sent.map(({ actor, key, type, data }) => ({ actor, key, type, data })),
    [
      {
        actor: 'device-watcher',
        key: 'bench',
        type: 'device-watcher.plug',
        data: { vendorId: 1, productId: 2, serial: 'S' },
      },
      { actor: 'device-watcher', key: 'bench', type: 'device-watcher.unplug', data: { id: '0001:0002:S' } },
    ],
  );
});

test('sendCommand gives the id of what is stored, or the reason why it is not', async (t) => {
  const { query } = await startWorld(t);
  const send = (actor: string, type: string, data: unknown) =>
    query(
      'mutation ($actor: String!, $type: String!, $data: JSON!) { sendCommand(actor: $actor, key: "bench", type: $type, data: $data) }',
      { actor, type, data },
    );
  assert.equal((await send('device-watcher', 'device-watcher.unplug', { id: 'x' })).data.sendCommand, 'command-1');
  assert.equal((await send('nobody', 'a.b', {})).errors?.[0]?.extensions.code, 'AW_ACTOR_UNKNOWN');
  assert.equal(
    (await send('device-watcher', 'device-watcher.unplug', {})).errors?.[0]?.extensions.code,
    'AW_DATA_INVALID',
  );
  assert.equal((await send('device-watcher', 'no.such', {})).errors?.[0]?.extensions.code, 'AW_TYPE_UNKNOWN');
  const literal = await query(
    'mutation { sendCommand(actor: "device-watcher", key: "b", type: "device-watcher.unplug", data: {id: "y"}) }',
  );
  assert.equal(literal.data.sendCommand, 'command-5');
});

test('a mutation begins a trace, or continues the one of its request', async (t) => {
  const telemetry = await startTelemetry({ serviceName: 'test', version: '0', host: 'h', env: {}, clock: systemClock });
  t.after(() => telemetry[Symbol.asyncDispose]());
  const { query, services } = await startWorld(t, { tracer: telemetry.tracer });
  services.answer = (_type, data) => {
    if ((data as { id?: string }).id === 'bad') throw new Error('bad');
    return fakeDevice('x');
  };
  await query('mutation { unplugVirtualDevice(id: "x") { id } }');
  const own = services.sent[0]?.traceparent;
  assert.ok(isSampled(own));
  const [step] = telemetry.traces.get(own.slice(3, 35)) ?? [];
  assert.deepEqual(
    [step?.name, step?.ok, step?.file, step?.attributes],
    ['gateway.mutation', true, 'runtime/gateway/resolvers/virtual-devices.ts', { field: 'unplugVirtualDevice' }],
  );

  const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
  await query('mutation { unplugVirtualDevice(id: "bad") { id } }', {}, { traceparent });
  const [failed] = telemetry.traces.get('a'.repeat(32)) ?? [];
  assert.deepEqual([failed?.ok, failed?.parentSpanId], [false, 'b'.repeat(16)]);
  await query('mutation { unplugVirtualDevice(id: "x") { id } }', {}, { traceparent: 'rubbish' });
  assert.ok(isSampled(services.sent[2]?.traceparent));
});
