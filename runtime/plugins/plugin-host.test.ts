import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Worker } from 'node:worker_threads';
import { until } from '../../test/harness/until.ts';
import { filesOf, startGatedHost, WORKS, withWorkers } from '../../test/plugins/gated-host.ts';
import { systemClock } from '../clock/system-clock.ts';
import { startTelemetry } from '../telemetry/telemetry.ts';
import type { FromThread } from './thread-protocol.ts';

const KEY = 'works/key';
const OTHER = 'works/other';
/** That `begin` asks for. */
const BROKEN = 'works/broken';
const patient = { limits: { call_timeout_ms: 30_000 } };
/** For calls that loop: what does not takes nothing of it, however busy the machine is. */
const hasty = { limits: { call_timeout_ms: 500 } };
const UNKNOWN = { code: 'AW_PLUGIN_UNKNOWN' };

describe('a plugin host', () => {
  test('lets calls end on the instance on which they began when a plugin is loaded anew', async () => {
    await using world = startGatedHost();
    await world.load('one', patient);
    world.shut(KEY);
    const before = [world.call('ask', KEY), world.call('who')];
    await world.untilAsked(KEY);
    const live = await world.load('two', { ...patient, version: '2.0.0' });
    assert.equal(world.host.get('works'), live);
    // With one instance, two loads do not work side by side: else a plugin that counts would lose counts.
    const order: string[] = [];
    const after = world.call('who').then((who) => order.push(who));
    assert.equal(world.threads.alive, 2);
    world.open(KEY);
    assert.deepEqual(await Promise.all(before.map((call) => call.then((who) => order.push(who)))), [1, 2]);
    await after;
    assert.deepEqual(order, ['one ', 'one', 'two']);
    await until(() => world.threads.alive === 1, 'the old instance to end');
    assert.deepEqual(
      world.host.list().map(({ files }) => files.manifest.version),
      ['2.0.0'],
    );
  });

  test('keeps a plugin when what was to replace it fails in its onLoad', async () => {
    await using world = startGatedHost();
    const old = await world.load('one', patient);
    world.kept.set(BROKEN, 'yes');
    world.shut(KEY);
    const running = world.call('ask', KEY);
    await world.untilAsked(KEY);
    const failing = world.load('two', { ...patient, hooks: { onLoad: 'begin' } });
    await assert.rejects(failing, { code: 'AW_PLUGIN_TRAPPED', message: /begin/ });
    await assert.rejects(world.load('two', { hooks: { onLoad: 'nowhere' } }), { code: 'AW_PLUGIN_FUNCTION_UNKNOWN' });
    assert.equal(world.host.get('works'), old);
    world.open(KEY);
    assert.equal(await running, 'one ');
    assert.equal(await world.call('who'), 'one');
    assert.equal(world.threads.alive, 1);
  });

  test('waits for calls before it unloads a plugin, runs its onUnload, and takes no more calls meanwhile', async () => {
    await using world = startGatedHost();
    await world.load('one', { ...patient, permissions: withWorkers(2), hooks: { onUnload: 'finish' } });
    for (const key of [KEY, OTHER]) world.shut(key);
    const running = [world.call('ask', KEY), world.call('ask', OTHER)];
    await world.untilAsked(KEY);
    await world.untilAsked(OTHER);
    running.push(world.call('who'));
    const unloading = world.host.unload('works');
    await until(() => world.host.get('works') === undefined, 'the plugin to be on its way out');
    await assert.rejects(world.call('who'), UNKNOWN);
    assert.deepEqual(world.said, []);
    for (const key of [KEY, OTHER]) world.open(key);
    assert.deepEqual(await Promise.all(running), ['one ', 'one ', 'one']);
    assert.equal(await unloading, true);
    assert.deepEqual([world.said, world.threads.alive], [['unloaded', 'unloaded'], 0]);
    assert.equal(await world.host.unload('works'), false);
  });

  for (const [functionName, code] of [
    ['fall', 'AW_PLUGIN_TRAPPED'],
    ['spin', 'AW_PLUGIN_TIMEOUT'],
  ] as const) {
    test(`does what was behind ${functionName} also on a plugin that is unloaded already`, async () => {
      await using world = startGatedHost();
      await world.load('one', hasty);
      const failed = assert.rejects(world.call(functionName), { code });
      const behind = [world.call('who'), world.call('echo', 'behind')];
      const unloading = world.host.unload('works');
      assert.deepEqual(await Promise.all(behind), ['one', 'behind']);
      await failed;
      assert.equal(await unloading, true);
      assert.equal(world.threads.alive, 0);
    });
  }

  for (const how of ['unloaded', 'loaded anew', 'stopped']) {
    test(`leaves no thread behind when a plugin is ${how} while an instance of it is made`, async () => {
      await using world = startGatedHost();
      await world.load('one', { ...patient, permissions: withWorkers(2), hooks: { onLoad: 'begin' } });
      world.shut(KEY);
      const stays = world.call('ask', KEY);
      await world.untilAsked(KEY);
      world.shut(BROKEN);
      // It has another instance made, whose onLoad takes its time.
      const second = world.call('who');
      await world.untilAsked(BROKEN, 2);
      world.open(KEY);
      await Promise.all([stays, second]);
      const isLoadedAnew = how === 'loaded anew';
      const ending = isLoadedAnew
        ? world.load('two')
        : how === 'unloaded'
          ? world.host.unload('works')
          : world.host[Symbol.asyncDispose]();
      if (isLoadedAnew) await ending;
      world.open(BROKEN);
      await ending;
      if (isLoadedAnew) await until(() => world.threads.alive === 1, 'the old ones to end');
      assert.equal(world.threads.alive, isLoadedAnew ? 1 : 0);
    });
  }

  test('gives up a load at the moment at which its onLoad is to begin', async () => {
    await using world = startGatedHost();
    const cancelOnce = (worker: Worker) =>
      worker.on('message', ({ kind }: FromThread) => void (kind === 'loaded' && world.host.cancelLoad('works')));
    process.once('worker', cancelOnce);
    const load = () => world.load('one', { ...patient, hooks: { onLoad: 'begin' } });
    await assert.rejects(load(), { code: 'AW_PLUGIN_ABORTED' });
    assert.equal(world.threads.alive, 0);
    await load();
    assert.equal(await world.call('who'), 'one');
  });

  test('leaves one thread behind after 50 loads of a plugin', async () => {
    await using world = startGatedHost();
    for (let round = 1; round <= 50; round++) {
      const version = round % 2 === 0 ? 'two' : 'one';
      const [, who] = await Promise.all([world.load(version), round === 1 ? undefined : world.call('who')]);
      if (who !== undefined) assert.equal(who, round % 2 === 0 ? 'one' : 'two');
      assert.equal(await world.call('who'), version);
    }
    await until(() => world.threads.alive === 1, 'the old instances to end');
    assert.equal(world.host.get('works')!.stats.instances, 1);
  });

  test('grants less, or more, to a call that runs', async () => {
    await using world = startGatedHost();
    await world.load('one', patient);
    for (const key of [KEY, OTHER]) world.kept.set(key, 'a value');
    const ask = async (key: string, granted: string | undefined) => {
      const times = world.asked.filter((one) => one === key).length;
      world.shut(key);
      const asking = world.call('ask_twice', key);
      await world.untilAsked(key, times + 1);
      world.host.regrant('works', () => (granted === undefined ? {} : { kv: { prefix: granted } }));
      world.open(key);
      return asking;
    };
    assert.equal(await ask(KEY, 'works/k'), 'one a value');
    assert.equal(await ask(KEY, 'works/o'), `one AW_PLUGIN_DENIED: key "${KEY}" is not granted`);
    assert.equal(await world.call('ask', KEY), `one AW_PLUGIN_DENIED: key "${KEY}" is not granted`);
    assert.equal(await ask(OTHER, undefined), `one AW_PLUGIN_DENIED: key "${OTHER}" is not granted`);
    // Never more than it asks for.
    world.host.regrant('works', () => ({ kv: { prefix: 'w' } }));
    assert.equal(await world.call('ask', KEY), 'one a value');
    assert.match(await world.call('ask', 'w'), /DENIED/);
    const { effective, granted, requested, stats } = world.host.get('works')!;
    assert.deepEqual(
      { effective, granted },
      { effective: { kv: { prefix: 'works/' } }, granted: { kv: { prefix: 'w' } } },
    );
    assert.equal(requested, WORKS.permissions);
    assert.deepEqual(
      stats.recentDenials.map(({ subject }) => subject),
      ['w', OTHER, KEY, KEY],
    );
  });

  test('grants less to a load under way, and knows what it was linked with', async () => {
    await using world = startGatedHost();
    world.shut('works/broken');
    const loading = world.load('one', { ...patient, hooks: { onLoad: 'begin' } });
    await world.untilAsked('works/broken');
    world.host.regrant('works', ({ kv }) => ({ kv: kv! }));
    world.open('works/broken');
    const { effective, linked } = await loading;
    assert.deepEqual([effective, linked], [{ kv: WORKS.permissions.kv }, WORKS.permissions]);
    const next = world.load('two');
    world.host.regrant('works', ({ events }) => ({ events: events! }));
    await assert.rejects(next, { code: 'AW_PLUGIN_IMPORT_DENIED' }, 'also before it has begun');
    world.host.regrant('nobody', () => ({}));
  });

  test('calls a hook by its name in the manifest, and says when there is none', async () => {
    await using world = startGatedHost();
    await world.load('one', { hooks: { onJobReceived: 'echo' } });
    const input = new TextEncoder().encode('{"id":"1"}');
    const outcome = await world.host.hook('works', 'onJobReceived', input);
    assert.deepEqual(Buffer.from(outcome!.output), Buffer.from(input));
    assert.equal(await world.host.hook('works', 'onUSBAttach', input), undefined);
    await assert.rejects(world.host.hook('other', 'onUSBAttach', input), UNKNOWN);
  });

  test('gives the effects of each call with its own outcome', async () => {
    await using world = startGatedHost();
    await world.load('one');
    const emit = (key: string) => {
      const event = { type: 'works.done', key, data: { key } };
      return world.host.call('works', 'emit', new TextEncoder().encode(JSON.stringify(event)));
    };
    const outcomes = await Promise.all([emit('a'), world.host.call('works', 'count', new Uint8Array(0)), emit('b')]);
    assert.deepEqual(
      outcomes.map(({ effects }) => effects),
      [
        [{ kind: 'event', type: 'works.done', key: 'a', data: { key: 'a' } }],
        [{ kind: 'kv', key: 'works/count', value: '001' }],
        [{ kind: 'event', type: 'works.done', key: 'b', data: { key: 'b' } }],
      ],
    );
  });

  test('traces calls and what they ask under the trace of their caller, and counts them', async () => {
    await using telemetry = await startTelemetry({
      serviceName: 'test',
      version: '0',
      host: 'here',
      env: {},
      clock: systemClock,
    });
    const { tracer, instruments, traces } = telemetry;
    await using world = startGatedHost({ tracer, instruments });
    const startedAt = systemClock.now();
    const live = await world.load('one', hasty);
    assert.equal(live.stats.p50Ms, undefined);
    const root = tracer.startSpan('test.root');
    const options = { traceparent: root.traceparent };
    await world.call('ask', KEY, options);
    await world.call('ask', 'elsewhere', options);
    await assert.rejects(world.call('spin', '', options), { code: 'AW_PLUGIN_TIMEOUT' });
    root.end();
    await world.call('ask', KEY);
    await assert.rejects(world.load('one', { hooks: { onLoad: 'fall' } }), { code: 'AW_PLUGIN_TRAPPED' });

    const spans = traces.get(root.traceId)!;
    const calls = spans.filter(({ name }) => name === 'plugin.call');
    assert.deepEqual(
      calls.map(({ parentSpanId, ok, attributes }) => [parentSpanId, ok, attributes['function']]),
      [
        [root.traceparent.slice(36, 52), true, 'ask'],
        [root.traceparent.slice(36, 52), true, 'ask'],
        [root.traceparent.slice(36, 52), false, 'spin'],
      ],
    );
    assert.deepEqual(
      spans
        .filter(({ name }) => name === 'plugin.host_call')
        .map(({ parentSpanId, ok, attributes }) => [
          parentSpanId,
          ok,
          attributes['function'],
          String(attributes['declined'] ?? '').split(':')[0],
        ]),
      [
        [calls[0]!.spanId, true, 'kv_get', ''],
        [calls[1]!.spanId, true, 'kv_get', 'AW_PLUGIN_DENIED'],
      ],
    );

    const { lastCallAt, p50Ms, p99Ms, recentDenials, ...counts } = live.stats;
    assert.deepEqual(counts, { calls: 4, failures: 1, timeouts: 1, denials: 1, instances: 1, pending: 0 });
    assert.ok(lastCallAt! >= startedAt && live.loadedAt >= startedAt);
    assert.ok(p50Ms! > 0 && p50Ms! <= p99Ms! && p99Ms! >= 500, `${p50Ms} and ${p99Ms} ms`);
    assert.equal(recentDenials.length, 1);

    const metrics = async () => telemetry.metricsText();
    const text = await metrics();
    for (const line of [
      /^plugin_loads_total\{plugin_id="works@1.0.0",tenant_id="default",status="success".*\} 1$/m,
      /^plugin_loads_total\{plugin_id="works@1.0.0",tenant_id="default",status="error".*\} 1$/m,
      /^plugin_load_duration_ms_count\{plugin_id="works@1.0.0".*\} 2$/m,
      /^active_plugins\b.* 1$/m,
      /^plugin_instances\{plugin="works".*\} 1$/m,
      /^plugin_calls_total\{plugin="works",outcome="ok".*\} 3$/m,
      /^plugin_calls_total\{plugin="works",outcome="AW_PLUGIN_TIMEOUT".*\} 1$/m,
      /^plugin_call_duration_ms_count\{plugin="works".*\} 4$/m,
      /^plugin_denials_total\{plugin="works",capability="kv".*\} 1$/m,
    ]) {
      assert.match(text, line);
    }
    await world.load('two');
    await until(() => world.threads.alive === 1, 'the old instance to end');
    assert.match(await metrics(), /^plugin_instances\{plugin="works".*\} 1$/m);
    await world.host.unload('works');
    assert.match(await metrics(), /^active_plugins\b.* 0$/m);
    assert.match(await metrics(), /^plugin_instances\{plugin="works".*\} 0$/m);
  });

  test('keeps to its deadlines and durations when the clock is set back', async () => {
    /** What a call took, and when it ended, during which an hour was taken from one of the clocks. */
    const setBack = async (which: 'now' | 'monotonic') => {
      const back = { now: 0, monotonic: 0 };
      const clock = {
        ...systemClock,
        now: () => systemClock.now() - back.now,
        monotonic: () => systemClock.monotonic() - back.monotonic,
      };
      await using world = startGatedHost({ clock });
      await world.load('one', patient);
      world.shut(KEY);
      const asking = world.call('ask', KEY);
      await world.untilAsked(KEY);
      back[which] = 3_600_000;
      world.open(KEY);
      assert.equal(await asking, 'one ');
      const { p50Ms, lastCallAt } = world.host.get('works')!.stats;
      await world.load('two', hasty);
      await assert.rejects(world.call('spin'), { code: 'AW_PLUGIN_TIMEOUT' });
      assert.equal(await world.call('who'), 'two');
      return { tookMs: p50Ms!, endedAt: lastCallAt! };
    };
    const { tookMs, endedAt } = await setBack('now');
    assert.ok(tookMs >= 0, `${tookMs} ms`);
    assert.ok(endedAt < systemClock.now() - 3_000_000, 'it says when by the clock as it is');
    // The other one, which nobody sets, is what durations are taken from.
    assert.ok((await setBack('monotonic')).tookMs < 0);
  });

  test('does loads and unloads of one plugin in the order in which they were asked for', async () => {
    await using world = startGatedHost();
    const orders = [world.load('one'), world.host.unload('works'), world.load('two'), world.host.unload('other')];
    const [, wasUnloaded, two, wasThere] = await Promise.all(orders);
    assert.deepEqual([wasUnloaded, wasThere], [true, false]);
    assert.equal(world.host.get('works'), two);
    assert.equal(await world.call('who'), 'two');
    // What fails holds up nothing behind it.
    const broken = { ...filesOf(), module: new Uint8Array(8) };
    const failing = assert.rejects(world.host.load(broken, { granted: {} }), { code: 'AW_PLUGIN_MODULE_INVALID' });
    await Promise.all([failing, world.load('one')]);
    assert.equal(await world.call('who'), 'one');
  });
});
