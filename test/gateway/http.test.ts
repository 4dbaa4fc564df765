import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { getIntrospectionQuery } from 'graphql';
import type { Clock } from '../../runtime/clock/clock.ts';
import { systemClock } from '../../runtime/clock/system-clock.ts';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import { startGateway } from '../../runtime/gateway/gateway.ts';
import { createFakeServices } from './fake-services.ts';
import { startWorld, TOKEN } from './gateway-world.ts';
import { createMemoryBus } from './memory-bus.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const BEARER = { authorization: `Bearer ${TOKEN}` };

test('gateway answers a query that shows the token, and no other', async (t) => {
  const { query, request } = await startWorld(t);
  assert.deepEqual(await query('{ health { version ready } }'), {
    status: 200,
    data: { health: { version: '1.2.3', ready: true } },
  });
  const body = '{"query":"{ health { version } }"}';
  for (const authorization of [undefined, 'Bearer wrong', `Basic ${TOKEN}`, TOKEN, 'Bearer ', `Bearer ${TOKEN} more`]) {
    const headers = { ...JSON_TYPE, ...(authorization === undefined ? {} : { authorization }) };
    const { status, text, headers: answered } = await request('/graphql', { method: 'POST', headers, body });
    assert.equal(status, 401, String(authorization));
    assert.equal(answered['www-authenticate'], 'Bearer');
    const [error] = JSON.parse(text).errors;
    assert.equal(error.extensions.code, 'AW_TOKEN_REFUSED');
    assert.match(error.extensions.hint, /data directory/);
  }
  const inUrl = await request(`/graphql?token=${TOKEN}`, { method: 'POST', headers: JSON_TYPE, body });
  assert.equal(inUrl.status, 401, 'the token in the URL is for the page alone');
});

test('gateway answers for its own host alone', async (t) => {
  const { request, gateway } = await startWorld(t, { allowedHosts: ['weave.lan', 'other.lan:8080'] });
  const { port } = gateway;
  const table: [string, number][] = [
    [`127.0.0.1:${port}`, 200],
    [`localhost:${port}`, 200],
    [`LOCALHOST:${port}`, 200],
    [`[::1]:${port}`, 200],
    ['weave.lan', 200],
    ['weave.lan:1234', 200],
    ['other.lan:8080', 200],
    ['other.lan:8081', 421],
    [`evil.example:${port}`, 421],
    ['127.0.0.1', 421],
    [`127.0.0.1:${port + 1}`, 421],
    [`127.0.0.1.evil.example:${port}`, 421],
  ];
  for (const [host, status] of table) {
    assert.equal((await request('/metrics', { headers: { host } })).status, status, host);
    assert.equal((await request('/healthz', { headers: { host } })).status, 200, `probe as ${host}`);
  }
});

test('gateway refuses pages of another origin', async (t) => {
  const { request, gateway } = await startWorld(t, { allowedHosts: ['weave.lan'] });
  const own = `127.0.0.1:${gateway.port}`;
  const table: [string, number][] = [
    [`http://${own}`, 200],
    [`https://${own}`, 200],
    ['https://weave.lan', 200],
    [`http://localhost:${gateway.port}`, 403],
    [`http://127.0.0.1:${gateway.port + 1}`, 403],
    ['http://evil.example', 403],
    ['null', 403],
    ['file://', 403],
  ];
  for (const [origin, status] of table) {
    const answer = await request('/graphql', {
      method: 'POST',
      headers: { ...JSON_TYPE, ...BEARER, origin },
      body: '{"query":"{ health { version } }"}',
    });
    assert.equal(answer.status, status, origin);
    assert.equal(answer.headers['access-control-allow-origin'], undefined);
  }
});

test('gateway says what is wrong with a request', async (t) => {
  const { request } = await startWorld(t, { limits: { bodyBytes: 2_000 } });
  const table: [string, Record<string, string>, number, string][] = [
    ['{"query":', JSON_TYPE, 400, 'AW_QUERY_INVALID'],
    ['', JSON_TYPE, 400, 'AW_QUERY_INVALID'],
    ['[]', JSON_TYPE, 400, 'AW_QUERY_INVALID'],
    ['{"query":7}', JSON_TYPE, 400, 'AW_QUERY_INVALID'],
    ['{"query":"{ health { version } }","variables":[]}', JSON_TYPE, 400, 'AW_QUERY_INVALID'],
    ['{"query":"{ health { version } }"}', { 'content-type': 'text/plain' }, 415, 'AW_QUERY_INVALID'],
    ['{"query":"{ health { nothing } }"}', JSON_TYPE, 400, 'AW_QUERY_INVALID'],
    ['{"query":"{ health { version }"}', JSON_TYPE, 400, 'AW_QUERY_INVALID'],
    ['{"query":"subscription { deviceEvents { __typename } }"}', JSON_TYPE, 400, 'AW_QUERY_INVALID'],
    ['{"query":"query A { health { version } } query B { health { version } }"}', JSON_TYPE, 400, 'AW_QUERY_INVALID'],
    ['{"query":"query ($id: ID!) { trace(id: $id) { name } }"}', JSON_TYPE, 400, 'AW_QUERY_INVALID'],
    [`{"query":"${'x'.repeat(3_000)}"}`, JSON_TYPE, 413, 'AW_REQUEST_TOO_LARGE'],
  ];
  for (const [body, headers, status, code] of table) {
    const answer = await request('/graphql', { method: 'POST', headers: { ...BEARER, ...headers }, body });
    assert.equal(answer.status, status, body.slice(0, 80));
    assert.equal(JSON.parse(answer.text).errors[0].extensions.code, code, body.slice(0, 80));
  }
  const get = await request('/graphql?query={health{version}}', { headers: BEARER });
  assert.deepEqual([get.status, get.headers.allow], [405, 'POST']);
  assert.equal((await request('/nothing.js')).status, 404);
  assert.equal((await request('/', { method: 'DELETE' })).status, 404);
});

test('gateway bounds the depth, breadth and length of a document, but lets tools introspect', async (t) => {
  const { query } = await startWorld(t);
  const introspection = await query(getIntrospectionQuery());
  assert.deepEqual([introspection.status, introspection.errors], [200, undefined]);

  const refused = async (document: string, what: RegExp) => {
    const { status, errors } = await query(document);
    assert.equal(status, 400);
    assert.match(errors?.map(({ message }) => message).join() ?? '', what);
  };
  const aliases = Array.from({ length: 21 }, (_, at) => `a${at}: health { version }`).join(' ');
  await refused(`{ ${aliases} }`, /21 root fields, at most 20/);
  await refused(`{ ...All } fragment All on Query { ${aliases} }`, /21 root fields, at most 20/);
  await refused(
    `{ __schema { types { ${'fields { type { '.repeat(10)}name${' } }'.repeat(10)} } } }`,
    /fields deep|depth/,
  );
  await refused(`{ ${'health { version } '.repeat(1_000)} }`, /tokens/);
  await refused('{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }', /within itself/);
});

test('gateway passes codes and hints on, and masks what nobody foresaw', async (t) => {
  const { query, services } = await startWorld(t);
  services.answer = () => {
    throw new AutoWeaveError('AW_DEVICE_UNKNOWN', 'No such device', { hint: 'look at the list' });
  };
  const known = await query('mutation { unplugVirtualDevice(id: "x") { id } }');
  assert.equal(known.errors?.[0]?.message, 'No such device');
  assert.deepEqual(known.errors?.[0]?.extensions, { code: 'AW_DEVICE_UNKNOWN', hint: 'look at the list' });

  services.answer = () => {
    throw new Error('the password is 1234');
  };
  const unknown = await query('mutation { unplugVirtualDevice(id: "x") { id } }');
  assert.equal(unknown.errors?.[0]?.extensions.code, 'AW_INTERNAL');
  assert.doesNotMatch(JSON.stringify(unknown), /1234/);
});

test('gateway sends headers that keep the page and the token to itself', async (t) => {
  const { request, gateway } = await startWorld(t);
  for (const path of ['/', '/healthz', '/graphql', '/nothing.js']) {
    const { headers } = await request(path);
    const policy = String(headers['content-security-policy']);
    assert.match(policy, /default-src 'none'; script-src 'self'; style-src 'self'/);
    assert.ok(policy.includes(`connect-src 'self' ws://127.0.0.1:${gateway.port} wss://127.0.0.1:${gateway.port};`));
    assert.match(policy, /frame-ancestors 'none'/);
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['referrer-policy'], 'no-referrer');
    assert.equal(headers['cache-control'], 'no-store');
  }
});

test('gateway tells probes how it is', async (t) => {
  const { request, services } = await startWorld(t);
  assert.equal((await request('/readyz')).status, 200);
  services.isItReady = false;
  const { status, text } = await request('/readyz');
  assert.equal(status, 503);
  assert.deepEqual(JSON.parse(text), { ready: false, missing: [{ name: 'broker', detail: 'In memory' }] });
  assert.equal((await request('/healthz')).status, 200);
});

test('gateway shows metrics to its own machine, and to others by token', async (t) => {
  const local = await startWorld(t);
  assert.equal((await local.request('/metrics')).text, 'up 1\n');
  const open = await startWorld(t, { host: '0.0.0.0' });
  assert.equal((await open.request('/metrics')).status, 401);
  assert.equal((await open.request('/metrics', { headers: BEARER })).status, 200);
});

test('gateway serves the page it finds, and nothing beside it', async (t) => {
  let later = 0;
  const clock: Clock = { ...systemClock, monotonic: () => systemClock.monotonic() + later };
  const { request, uiDirectory } = await startWorld(t, { clock });
  const absent = await request('/');
  assert.equal(absent.status, 503);
  assert.match(absent.text, /npm start/);

  const script = 'console.log("page");'.repeat(100);
  await mkdir(join(uiDirectory, 'assets'), { recursive: true });
  await writeFile(join(uiDirectory, 'index.html'), '<title>AutoWeave</title>');
  await writeFile(join(uiDirectory, 'assets', 'main-1a2b.js'), script);
  await writeFile(join(uiDirectory, '..', 'secret.txt'), 'secret');
  await symlink(join(uiDirectory, '..', 'secret.txt'), join(uiDirectory, 'link.txt'));
  // The folder is looked through at most once a second.
  later = 1_001;

  for (const path of ['/', '/?token=x', '/devices', '/devices/1d6b:0104', '/index.html']) {
    const { status, text, headers } = await request(path);
    assert.deepEqual([status, text, headers['cache-control']], [200, '<title>AutoWeave</title>', 'no-store'], path);
    assert.equal(headers['content-type'], 'text/html; charset=utf-8');
  }
  const plain = await request('/assets/main-1a2b.js');
  assert.equal(plain.text, script);
  assert.equal(plain.headers['cache-control'], 'public, max-age=31536000, immutable');
  const packed = await request('/assets/main-1a2b.js', { headers: { 'accept-encoding': 'br, gzip' } });
  assert.equal(packed.headers['content-encoding'], 'gzip');
  assert.equal(gunzipSync(packed.body).toString(), script);
  assert.equal((await request('/', { method: 'HEAD' })).body.length, 0);
  for (const path of ['/assets/other.js', '/../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt', '/link.txt']) {
    const { status, text } = await request(path);
    assert.equal(status, 404, path);
    assert.doesNotMatch(text, /^secret/);
  }
});

test('gateway does not know the words of another protocol, nor what is half said', async (t) => {
  const { gateway } = await startWorld(t);
  for (const words of [
    'rubbish\r\n\r\n',
    'GET / HTTP/1.1\r\n\r\n',
    `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: a\r\n\r\n`,
  ]) {
    const answer = await new Promise<string>((resolve) => {
      let heard = '';
      const socket = connect(gateway.port, '127.0.0.1', () => socket.write(words));
      socket.on('data', (chunk) => {
        heard += chunk;
        if (heard.includes('\r\n')) socket.destroy();
      });
      socket.on('error', () => {});
      socket.on('close', () => resolve(heard));
    });
    assert.match(answer, /^HTTP\/1\.1 4\d\d/, words.slice(0, 20));
  }
});

test('a gateway whose port is taken says how to choose another', async (t) => {
  const { gateway, services, uiDirectory } = await startWorld(t);
  await assert.rejects(
    startGateway(services, { port: gateway.port, token: TOKEN, uiDirectory, clock: systemClock }),
    (error: AutoWeaveError) => {
      assert.equal(error.code, 'AW_PORT_IN_USE');
      assert.match(error.hint ?? '', /AUTOWEAVE_PORT=\d+/);
      return true;
    },
  );
  await assert.rejects(
    startGateway(createFakeServices(createMemoryBus()), {
      host: '192.0.2.1',
      port: 0,
      token: TOKEN,
      uiDirectory,
      clock: systemClock,
    }),
    { code: 'AW_HOST_UNKNOWN' },
  );
});
