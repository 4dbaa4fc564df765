import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type Config, loadConfig, showValue } from './config.ts';
import { CONFIG_ENTRIES, type ConfigName } from './config-entries.ts';

const BASE = { root: '/checkout', cwd: '/here' };
const load = (env: Record<string, string>, flags = {}) => loadConfig({ ...BASE, env, flags });

suite('loadConfig', () => {
  test('has a default for everything', () => {
    const { config, values, warnings } = load({});
    assert.equal(config.port, 4000);
    assert.equal(config.bind, '127.0.0.1');
    assert.equal(config.data, '/checkout/.autoweave/data');
    assert.equal(config.natsUrl, null);
    assert.equal(config.durability, 'fsync');
    assert.equal(config.token, null);
    assert.equal(config.usb, true);
    assert.deepEqual(config.plugins, ['/checkout/plugins-wasm']);
    assert.equal(config.pluginSignatures, 'require', 'what nobody has signed is not loaded unless somebody says so');
    assert.equal(config.root, '/checkout');
    assert.deepEqual(warnings, []);
    assert.deepEqual(
      values.map(({ name }) => name),
      Object.keys(CONFIG_ENTRIES),
    );
    assert.ok(values.every(({ source }) => source === 'default'));
    assert.ok(Object.isFrozen(config));
  });

  test('reads every variable', () => {
    const cases: [ConfigName, string, Config[ConfigName]][] = [
      ['port', '0', 0],
      ['bind', '::1', '::1'],
      ['data', 'my data', '/here/my data'],
      ['data', '/var/lib/autoweave', '/var/lib/autoweave'],
      ['natsUrl', 'nats://a:4222, tls://b:4222', 'nats://a:4222,tls://b:4222'],
      ['natsCreds', 'user.creds', '/here/user.creds'],
      ['durability', 'Interval', 'interval'],
      ['tenant', 'acme-2', 'acme-2'],
      ['hostname', 'label printer 7', 'label printer 7'],
      ['logLevel', 'DEBUG', 'debug'],
      ['logFormat', 'json', 'json'],
      ['usb', 'off', false],
      ['usb', 'TRUE', true],
      ['usbSettleMs', '0', 0],
      ['usbPollMs', '100', 100],
      ['watcherCommand', '["nsenter","--target","7"]', ['nsenter', '--target', '7']],
      ['actors', './a.ts, /b.ts ,', ['/here/a.ts', '/b.ts']],
      ['plugins', 'mine, /opt/plugins', ['/here/mine', '/opt/plugins']],
      ['plugins', ',', []],
      ['pluginSignatures', 'OFF', 'off'],
      ['allowedHosts', 'weave.lan,10.0.0.7', ['weave.lan', '10.0.0.7']],
      ['token', 'abcdefghijklmnop', 'abcdefghijklmnop'],
      ['minFreeDiskMb', '0', 0],
      ['port', '', 4000],
    ];
    for (const [name, text, expected] of cases) {
      const { config } = load({ [CONFIG_ENTRIES[name].env]: text });
      assert.deepEqual(config[name], expected, `${name} from "${text}"`);
    }
  });

  test('refuses what is not allowed, naming variable, value and what is', () => {
    const cases: [string, string][] = [
      ['AUTOWEAVE_PORT', '65536'],
      ['AUTOWEAVE_PORT', '-1'],
      ['AUTOWEAVE_PORT', '4e3'],
      ['AUTOWEAVE_PORT', ' 80'],
      ['AUTOWEAVE_BIND', 'no such host'],
      ['AUTOWEAVE_DATA', 'a\0b'],
      ['AUTOWEAVE_NATS_URL', 'http://a'],
      ['AUTOWEAVE_NATS_URL', 'nats://a,'],
      ['AUTOWEAVE_DURABILITY', 'always'],
      ['AUTOWEAVE_TENANT', '_sys'],
      ['AUTOWEAVE_TENANT', 'a.b'],
      ['AUTOWEAVE_LOG_LEVEL', 'loud'],
      ['AUTOWEAVE_USB', 'maybe'],
      ['AUTOWEAVE_USB_POLL_MS', '99'],
      ['AUTOWEAVE_WATCHER_COMMAND', 'nsenter -t 7'],
      ['AUTOWEAVE_WATCHER_COMMAND', '[1]'],
      ['AUTOWEAVE_PLUGIN_SIGNATURES', 'warn'],
      ['AUTOWEAVE_ALLOWED_HOSTS', 'a b'],
      ['AUTOWEAVE_TOKEN', 'short'],
      ['AUTOWEAVE_MIN_FREE_DISK_MB', 'some'],
    ];
    for (const [name, text] of cases) {
      assert.throws(
        () => load({ [name]: text }),
        (error: Error & { code?: string; hint?: string }) => {
          assert.equal(error.code, 'AW_CONFIG_INVALID');
          assert.ok(error.message.startsWith(name), error.message);
          assert.match(error.message, /allowed: \S/);
          const isShown = error.message.includes(JSON.stringify(text));
          assert.equal(isShown, name !== 'AUTOWEAVE_TOKEN', `${name} shows its value`);
          return true;
        },
        `${name}=${text}`,
      );
    }
  });

  test('names all that is wrong at once', () => {
    assert.throws(() => load({ AUTOWEAVE_PORT: 'x', AUTOWEAVE_USB: 'y' }), /AUTOWEAVE_PORT.*; AUTOWEAVE_USB/);
    assert.throws(() => load({}, { port: 'x' }), /^AutoWeaveError: --port is "x"/);
  });

  test('lets flags win, and tells the source of each value', () => {
    const { config, values } = load(
      { AUTOWEAVE_PORT: '1', AUTOWEAVE_TENANT: 'acme' },
      { port: '2', actors: ['a.ts', 'b.ts'] },
    );
    assert.equal(config.port, 2);
    assert.deepEqual(config.actors, ['/here/a.ts', '/here/b.ts']);
    const sources = Object.fromEntries(values.map(({ name, source, from }) => [name, [source, from]]));
    assert.deepEqual(sources['port'], ['flag', '--port']);
    assert.deepEqual(sources['actors'], ['flag', '--actor']);
    assert.deepEqual(sources['tenant'], ['environment', 'AUTOWEAVE_TENANT']);
    assert.deepEqual(sources['bind'], ['default', undefined]);
  });

  test('refuses half a pair and two ways at once', () => {
    const url = { AUTOWEAVE_NATS_URL: 'nats://a:4222' };
    const cases: Record<string, string>[] = [
      { ...url, AUTOWEAVE_NATS_USER: 'me' },
      { ...url, AUTOWEAVE_NATS_PASSWORD: 'mine' },
      { ...url, AUTOWEAVE_NATS_SYSTEM_USER: 'me' },
      { ...url, AUTOWEAVE_NATS_USER: 'me', AUTOWEAVE_NATS_PASSWORD: 'mine', AUTOWEAVE_NATS_CREDS: 'x.creds' },
    ];
    for (const env of cases) assert.throws(() => load(env), { code: 'AW_CONFIG_INVALID' }, JSON.stringify(env));
  });

  test('refuses a quorum of one, and takes one of a cluster', () => {
    assert.throws(() => load({ AUTOWEAVE_DURABILITY: 'quorum' }), {
      code: 'AW_CONFIG_INVALID',
      message: /"quorum" without AUTOWEAVE_NATS_URL, allowed: .* a cluster of at least 3 servers/,
    });
    const { config } = load({ AUTOWEAVE_DURABILITY: 'quorum', AUTOWEAVE_NATS_URL: 'nats://a:4222' });
    assert.equal(config.durability, 'quorum');
  });

  test('warns of what has no effect', () => {
    const cases: [Record<string, string>, RegExp][] = [
      [{ AUTOWEAVE_PROT: '1' }, /AUTOWEAVE_PROT has no effect \(did you mean AUTOWEAVE_PORT\?\)/],
      [{ AUTOWEAVE_COLOUR_OF_THE_SKY: 'blue' }, /AUTOWEAVE_COLOUR_OF_THE_SKY has no effect$/],
      [{ AUTOWEAVE_NATS_CREDS: 'x.creds' }, /AUTOWEAVE_NATS_CREDS has no effect without AUTOWEAVE_NATS_URL/],
    ];
    for (const [env, expected] of cases) {
      const { warnings } = load(env);
      assert.equal(warnings.length, 1);
      assert.match(warnings[0]!, expected);
    }
    assert.deepEqual(load({ AUTOWEAVE_URL: 'http://127.0.0.1:4000', OTHER: '1' }).warnings, []);
  });
});

test('showValue hides secrets', () => {
  const { values } = load({
    AUTOWEAVE_TOKEN: 'abcdefghijklmnop',
    AUTOWEAVE_NATS_URL: 'nats://me:secret@a:4222,nats://token@b:4222',
    AUTOWEAVE_NATS_USER: 'me',
    AUTOWEAVE_NATS_PASSWORD: 'very secret',
  });
  const shown = Object.fromEntries(values.map((value) => [value.name, showValue(value)]));
  assert.equal(shown['token'], '(hidden)');
  assert.equal(shown['natsPassword'], '(hidden)');
  assert.equal(shown['natsUrl'], 'nats://(hidden)@a:4222,nats://(hidden)@b:4222');
  assert.equal(shown['natsUser'], 'me');
  assert.equal(shown['usb'], 'on');
  assert.equal(shown['natsCreds'], '');
});
