import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { type ClientOptions, WebSocket } from 'ws';
import type { Clock } from '../../runtime/clock/clock.ts';
import { systemClock } from '../../runtime/clock/system-clock.ts';
import { createLog } from '../../runtime/telemetry/log.ts';
import { until } from '../harness/until.ts';
import { fakeDevice } from './fake-services.ts';
import { type GatewayWorld, startWorld, TOKEN } from './gateway-world.ts';

const EVENTS =
  'subscription ($after: String) { deviceEvents(after: $after) { __typename ... on DeviceEvent { id cursor } } }';

interface RawSocket {
  readonly socket: WebSocket;
  /** Messages so far. */
  readonly received: { type: string; id?: string; payload?: unknown }[];
  send(message: object): void;
  next(type: string): Promise<{ type: string; id?: string; payload?: unknown }>;
  closed(): Promise<[code: number, reason: string]>;
}

/** A websocket without a library that would hide what the gateway says. */
function openRaw(
  t: TestContext,
  { gateway }: GatewayWorld,
  options: ClientOptions = {},
  protocol = 'graphql-transport-ws',
): RawSocket {
  const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}/graphql`, protocol, options);
  const received: RawSocket['received'] = [];
  const over = new Promise<[number, string]>((resolve) => {
    socket.once('close', (code, reason) => resolve([code, String(reason)]));
  });
  socket.on('message', (data) => received.push(JSON.parse(String(data))));
  socket.on('error', () => {});
  t.after(() => socket.terminate());
  return {
    socket,
    received,
    send: (message) => socket.send(JSON.stringify(message)),
    next: (type) => until(() => received.find((message) => message.type === type), `a message "${type}"`),
    closed: () => over,
  };
}

async function openReady(t: TestContext, world: GatewayWorld): Promise<RawSocket> {
  const raw = openRaw(t, world);
  await once(raw.socket, 'open');
  raw.send({ type: 'connection_init', payload: { authorization: `Bearer ${TOKEN}` } });
  await raw.next('connection_ack');
  return raw;
}

/** The status with which an upgrade was refused; 101 when it was not. */
async function upgradeStatus(t: TestContext, world: GatewayWorld, options: ClientOptions): Promise<number> {
  const { socket } = openRaw(t, world, options);
  const refused = once(socket, 'unexpected-response').then(([, response]) => response.statusCode as number);
  return Promise.race([refused, once(socket, 'open').then(() => 101)]);
}

test('websocket wants the token in connectionParams', async (t) => {
  const world = await startWorld(t);
  const table: [object | undefined, number][] = [
    [undefined, 4401],
    [{}, 4401],
    [{ authorization: 'Bearer wrong' }, 4403],
    [{ authorization: TOKEN }, 4403],
    [{ authorization: { token: TOKEN } }, 4403],
  ];
  for (const [payload, code] of table) {
    const raw = openRaw(t, world);
    await once(raw.socket, 'open');
    raw.send({ type: 'connection_init', payload });
    assert.equal((await raw.closed())[0], code, JSON.stringify(payload));
  }
  await openReady(t, world);
});

test('websocket is for pages of this host, under its name, at its path', async (t) => {
  const world = await startWorld(t, { allowedHosts: ['weave.lan'] });
  const own = `127.0.0.1:${world.gateway.port}`;
  assert.equal(await upgradeStatus(t, world, { origin: `http://${own}` }), 101);
  assert.equal(await upgradeStatus(t, world, { origin: 'https://weave.lan' }), 101);
  assert.equal(await upgradeStatus(t, world, { origin: 'http://evil.example' }), 403);
  assert.equal(await upgradeStatus(t, world, { origin: 'null' }), 403);
  assert.equal(await upgradeStatus(t, world, { headers: { host: 'evil.example' } }), 421);
  const elsewhere = new WebSocket(`ws://${own}/other`, 'graphql-transport-ws');
  elsewhere.on('error', () => {});
  const [, response] = await once(elsewhere, 'unexpected-response');
  assert.equal(response.statusCode, 404);
});

test('websocket ends who speaks out of turn, too much, or not at all', async (t) => {
  const world = await startWorld(t, { limits: { socketMessageBytes: 1_000 } });
  const hasty = await startWorld(t, { limits: { initMs: 200 } });
  const said = async (...messages: string[]): Promise<number> => {
    const raw = openRaw(t, messages.length === 0 ? hasty : world);
    await once(raw.socket, 'open');
    for (const message of messages) raw.socket.send(message);
    return (await raw.closed())[0];
  };
  const init = JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${TOKEN}` } });
  assert.equal(await said(), 4408);
  assert.equal(await said('{"id":"1","type":"subscribe","payload":{"query":"{ health { version } }"}}'), 4401);
  assert.equal(await said('rubbish'), 4400);
  assert.equal(await said('{"type":"unheard of"}'), 4400);
  assert.equal(await said('x'.repeat(2_000)), 1009);
  assert.equal(await said(init, init), 4429);
  const query =
    '{"id":"1","type":"subscribe","payload":{"query":"subscription { traceSteps(traceId: \\"a\\") { name } }"}}';
  const twice = await openReady(t, world);
  twice.socket.send(query);
  twice.socket.send(query);
  assert.equal((await twice.closed())[0], 4409);
  const old = openRaw(t, world, {}, 'graphql-ws');
  assert.notEqual((await old.closed())[0], 1000);
});

test('websocket runs so many operations and no more, and says why', async (t) => {
  const world = await startWorld(t, { limits: { operationsPerSocket: 2, sockets: 1 } });
  const raw = await openReady(t, world);
  for (const id of ['1', '2', '3']) raw.send({ id, type: 'subscribe', payload: { query: EVENTS } });
  const error = await raw.next('error');
  assert.equal(error.id, '3');
  const [{ extensions }] = error.payload as [{ extensions: { code: string } }];
  assert.equal(extensions.code, 'AW_TOO_MANY_OPERATIONS');
  raw.send({ id: '1', type: 'complete' });
  raw.send({ id: '4', type: 'subscribe', payload: { query: '{ health { version } }' } });
  assert.deepEqual((await raw.next('complete')).id, '4');
  assert.equal(await upgradeStatus(t, world, {}), 503);
});

test('websocket tells errors of an operation with code and hint, and stays open', async (t) => {
  const world = await startWorld(t);
  const raw = await openReady(t, world);
  const answerTo = async (id: string, query: string, variables?: object) => {
    raw.send({ id, type: 'subscribe', payload: { query, variables } });
    const { type, payload } = await until(() => raw.received.find((one) => one.id === id), `an answer to ${id}`);
    // A document that is wrong is an `error`, a field that fails is an `errors` in the result.
    return (type === 'error' ? { errors: payload } : payload) as {
      errors: { extensions: { code: string; hint?: string } }[];
    };
  };
  assert.equal((await answerTo('a', 'subscription { nothing }')).errors[0]?.extensions.code, 'AW_QUERY_INVALID');
  const { errors } = await answerTo('b', EVENTS, { after: 'rubbish' });
  assert.equal(errors[0]?.extensions.code, 'AW_CURSOR_INVALID');
  assert.match(errors[0]?.extensions.hint ?? '', /cursor of an earlier message/);
  raw.send({ id: 'c', type: 'subscribe', payload: { query: '{ health { version } }' } });
  assert.equal((await until(() => raw.received.find(({ id }) => id === 'c'), 'an answer to c')).type, 'next');
});

test('a mutation over a websocket continues the trace in its extensions', async (t) => {
  const world = await startWorld(t);
  world.services.answer = () => fakeDevice('1d6b:0104:A', { virtual: true });
  const raw = await openReady(t, world);
  const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
  const query = 'mutation { plugVirtualDevice(input: { vendorId: 1, productId: 2 }) { id } }';
  raw.send({ id: '1', type: 'subscribe', payload: { query, extensions: { traceparent } } });
  await raw.next('complete');
  assert.equal(world.services.sent[0]?.traceparent, traceparent);
});

/** The machine's clock, with more time passed than has. */
function createHastyClock(): { readonly clock: Clock; skip(durationMs: number): void } {
  let skipped = 0;
  return {
    clock: { ...systemClock, monotonic: () => systemClock.monotonic() + skipped },
    skip(durationMs) {
      skipped += durationMs;
    },
  };
}

test('a socket that does not answer pings is dropped', async (t) => {
  const { clock, skip } = createHastyClock();
  const world = await startWorld(t, { clock });
  const raw = openRaw(t, world, { autoPong: false });
  await once(raw.socket, 'open');
  raw.send({ type: 'connection_init', payload: { authorization: `Bearer ${TOKEN}` } });
  const pinged = once(raw.socket, 'ping');
  skip(12_000);
  await pinged;
  skip(12_000);
  assert.deepEqual(await raw.closed(), [1013, 'Dropped: dead']);
});

test('a socket that takes nothing is dropped, and the others get every event', async (t) => {
  const { clock, skip } = createHastyClock();
  const lines: string[] = [];
  const log = createLog({ level: 'info', format: 'json', clock, write: (line) => lines.push(line) });
  const world = await startWorld(t, { clock, log, limits: { slowMs: 10_000 } });
  const slow = await openReady(t, world);
  const quick = await openReady(t, world);
  for (const raw of [slow, quick]) {
    raw.send({ id: '1', type: 'subscribe', payload: { query: EVENTS } });
    await raw.next('next');
  }
  const whole = 'subscription { deviceEvents { __typename ... on DeviceEvent { device { product } } } }';
  slow.send({ id: '2', type: 'subscribe', payload: { query: whole } });
  await until(() => slow.received.some(({ id }) => id === '2'), 'the second subscription');
  const connection = (slow.socket as unknown as { _socket: Socket })._socket;
  connection.pause();
  // More than the kernel's buffers hold; the gateway holds one message of it.
  const device = fakeDevice('1d6b:0104:A', { product: 'x'.repeat(200_000) });
  const ids: string[] = [];
  for (let n = 0; n < 100; n++) {
    world.bus.appendEvent('device.attached', 'bench/1d6b:0104:A', { device, reason: 'hint' }, { id: `e${n}` });
    ids.push(`e${n}`);
  }
  const seen = () =>
    quick.received.flatMap(({ payload }) => {
      const id = (payload as { data?: { deviceEvents: { id?: string } } } | undefined)?.data?.deviceEvents.id;
      return id === undefined ? [] : [id];
    });
  await until(() => seen().length === ids.length, 'the quick one to see all');
  assert.deepEqual(seen(), ids);
  assert.equal(quick.socket.readyState, WebSocket.OPEN);
  skip(10_001);
  await until(() => lines.some((line) => line.includes('"socket.dropped","reason":"too slow"')), 'the drop');
  connection.resume();
  const [code] = await slow.closed();
  assert.ok(code === 1013 || code === 1006, `closed with ${code}`);
});

test('a gateway that closes says so to every client, and waits for none too long', async (t) => {
  const world = await startWorld(t, { limits: { closeMs: 300 } });
  const polite = await openReady(t, world);
  polite.send({ id: '1', type: 'subscribe', payload: { query: EVENTS } });
  await polite.next('next');
  const deaf = await openReady(t, world);
  (deaf.socket as unknown as { _socket: Socket })._socket.pause();
  await untilDone(world.gateway[Symbol.asyncDispose]());
  assert.deepEqual(await polite.closed(), [1001, 'Going away']);
});

test('a gateway that closes finishes what it is answering', async (t) => {
  const world = await startWorld(t, { limits: { closeMs: 600_000 } });
  let release = (_value: unknown) => {};
  const isAsked = new Promise<void>((asked) => {
    world.services.answer = () =>
      new Promise((resolve) => {
        release = resolve;
        asked();
      });
  });
  const answer = world.query('mutation { unplugVirtualDevice(id: "x") { id } }');
  await isAsked;
  const closed = world.gateway[Symbol.asyncDispose]();
  release(fakeDevice('x'));
  assert.deepEqual((await answer).data, { unplugVirtualDevice: { id: 'x' } });
  await untilDone(closed);
});

/** Fails when it is waited for longer than anything takes. */
async function untilDone(closing: PromiseLike<void>): Promise<void> {
  let isDone = false;
  closing.then(() => (isDone = true));
  await until(() => isDone, 'the gateway to have closed');
}
