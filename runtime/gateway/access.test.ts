import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkTenant, createAccess, isBearer, isHostAllowed, isLoopback, isOriginAllowed } from './access.ts';

test('isBearer takes the token in its scheme, and nothing else', () => {
  const table: [unknown, boolean][] = [
    ['Bearer secret', true],
    ['bearer secret', true],
    ['Bearer secre', false],
    ['Bearer secret1', false],
    ['Bearer', false],
    ['Bearer ', false],
    ['Bearer  secret', false],
    ['Bearer secret secret', false],
    ['Basic secret', false],
    ['secret', false],
    ['', false],
    [undefined, false],
    [{ Bearer: 'secret' }, false],
    [['Bearer secret'], false],
  ];
  for (const [authorization, expected] of table) {
    assert.equal(isBearer(authorization, 'secret'), expected, JSON.stringify(authorization));
  }
});

test('a right token speaks for its tenant, which is the only one that may be named', () => {
  const access = createAccess('secret', 'acme');
  assert.equal(access('Bearer wrong'), undefined);
  const principal = access('Bearer secret');
  assert.deepEqual(principal, { tenant: 'acme' });
  for (const named of [undefined, null, 'acme']) checkTenant({ tenant: 'acme' }, named);
  for (const named of ['other', '', 'ACME', 'acme ']) {
    assert.throws(() => checkTenant({ tenant: 'acme' }, named), { code: 'AW_FORBIDDEN_TENANT' });
  }
});

test('isHostAllowed on loopback wants a loopback name with the port', () => {
  const rules = { bind: '127.0.0.1', port: 4000, allowedHosts: ['weave.lan', '[fd00::1]:8080'] };
  const table: [string | undefined, boolean][] = [
    ['127.0.0.1:4000', true],
    ['127.0.0.2:4000', true],
    ['localhost:4000', true],
    ['localhost.:4000', true],
    ['app.localhost:4000', true],
    ['[::1]:4000', true],
    ['weave.lan', true],
    ['WEAVE.lan:80', true],
    ['[fd00::1]:8080', true],
    ['[fd00::1]:8081', false],
    ['localhost', false],
    ['localhost:4001', false],
    ['10.0.0.7:4000', false],
    ['evil.example:4000', false],
    ['localhost.evil.example:4000', false],
    ['notlocalhost:4000', false],
    ['localhost:4000@evil.example', false],
    ['user@localhost:4000', false],
    ['localhost:4000/x', false],
    ['', false],
    [undefined, false],
  ];
  for (const [host, expected] of table) assert.equal(isHostAllowed(host, rules), expected, host ?? 'absent');
});

test('isHostAllowed elsewhere takes any address, since only a name can be rebound', () => {
  const rules = { bind: '0.0.0.0', port: 4000, allowedHosts: [] };
  const table: [string, boolean][] = [
    ['10.0.0.7:4000', true],
    ['10.0.0.7:8080', true],
    ['[fd00::1]:4000', true],
    ['localhost:8080', true],
    ['evil.example:4000', false],
    ['10.0.0.7.evil.example', false],
  ];
  for (const [host, expected] of table) assert.equal(isHostAllowed(host, rules), expected, host);
  assert.equal(isHostAllowed('weave.lan:4000', { ...rules, bind: 'weave.lan' }), true);
});

test('isOriginAllowed takes no origin, the own host, and allowed ones', () => {
  const table: [string | undefined, boolean][] = [
    [undefined, true],
    ['http://127.0.0.1:4000', true],
    ['https://127.0.0.1:4000', true],
    ['http://WEAVE.lan', true],
    ['https://weave.lan:8443', true],
    ['http://127.0.0.1:4001', false],
    ['http://127.0.0.1', false],
    ['http://localhost:4000', false],
    ['http://evil.example', false],
    ['chrome-extension://127.0.0.1:4000', false],
    ['null', false],
    ['', false],
  ];
  for (const [origin, expected] of table) {
    assert.equal(isOriginAllowed(origin, '127.0.0.1:4000', ['weave.lan']), expected, origin ?? 'absent');
  }
  assert.equal(isOriginAllowed('http://a.lan', 'a.lan:80', []), true);
  assert.equal(isOriginAllowed('http://a.lan', undefined, []), false);
});

test('isLoopback knows names and addresses of this machine', () => {
  for (const name of ['localhost', 'LOCALHOST', 'a.localhost', '127.0.0.1', '127.1.2.3', '::1', '[::1]']) {
    assert.equal(isLoopback(name), true, name);
  }
  for (const name of ['0.0.0.0', '10.0.0.1', '128.0.0.1', 'localhost.example', '127.0.0.1.example', '::2', '']) {
    assert.equal(isLoopback(name), false, name);
  }
});
