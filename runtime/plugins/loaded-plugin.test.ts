import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { until } from '../../test/harness/until.ts';
import { type GatedHost, startGatedHost, withWorkers } from '../../test/plugins/gated-host.ts';

/** Keys of the plugin that stand for calls. */
const KEY = 'works/key';
const OTHER = 'works/other';
const THIRD = 'works/third';
/** Longer than any test: what ends a call here is the test. */
const patient = { limits: { call_timeout_ms: 30_000 } };
/** More than a test may take. */
const LONGEST_MS = 600_000;
/** For calls that loop: what does not takes nothing of it, however busy the machine is. */
const hasty = { limits: { call_timeout_ms: 500 } };
const ABORTED = { code: 'AW_PLUGIN_ABORTED' };

const instancesOf = ({ host }: GatedHost) => host.get('works')!.stats.instances;

/** Calls that an instance has at most, the one at work included. */
const AHEAD = 16;

describe('a loaded plugin', () => {
  test('makes an instance when all are at work, while it may have more', async () => {
    await using world = startGatedHost();
    await world.load('one', { ...patient, permissions: withWorkers(2) });
    assert.equal(instancesOf(world), 1);
    for (const key of [KEY, OTHER]) world.shut(key);
    const first = world.call('ask', KEY);
    await world.untilAsked(KEY);
    const second = world.call('ask', OTHER);
    await world.untilAsked(OTHER);
    assert.equal(instancesOf(world), 2);
    const third = world.call('ask', THIRD);
    world.open(KEY);
    assert.deepEqual(await Promise.all([first, third]), ['one ', 'one ']);
    assert.deepEqual(world.asked, [KEY, OTHER, THIRD]);
    assert.deepEqual([instancesOf(world), world.threads.started], [2, 2]);
    world.open(OTHER);
    assert.equal(await second, 'one ');
  });

  test('gives a call to the instance that is idle', async () => {
    await using world = startGatedHost();
    await world.load('one', { ...patient, permissions: withWorkers(2) });
    world.shut(KEY);
    const stays = world.call('ask', KEY);
    await world.untilAsked(KEY);
    for (let count = 0; count < 20; count++) assert.equal(await world.call('echo', String(count)), String(count));
    world.open(KEY);
    await stays;
    for (let count = 0; count < 20; count++) await world.call('who');
    assert.deepEqual([instancesOf(world), world.threads.started], [2, 2]);
  });

  test('has the calls behind one that loops done by the next instance, each once', async () => {
    await using world = startGatedHost();
    await world.load('one', hasty);
    const spun = assert.rejects(world.call('spin'), { code: 'AW_PLUGIN_TIMEOUT' });
    const keys = Array.from({ length: 3 * AHEAD }, (_, index) => `works/${index}`);
    for (const key of keys) world.kept.set(key, `value of ${key}`);
    const answers = await Promise.all(keys.map((key) => world.call('ask', key)));
    assert.deepEqual(
      answers,
      keys.map((key) => `one value of ${key}`),
    );
    await spun;
    assert.deepEqual(world.asked, keys);
    const { calls, failures, timeouts, pending } = world.host.get('works')!.stats;
    assert.deepEqual({ calls, failures, timeouts, pending }, { calls: 49, failures: 1, timeouts: 1, pending: 0 });
    assert.deepEqual(world.threads.started, 2);
  });

  test('makes an instance anew in the same thread after a trap, and does what was behind it', async () => {
    await using world = startGatedHost();
    await world.load('one', patient);
    const count = async () => (await world.call('echo', 'x')).length;
    for (let round = 0; round < 3; round++) {
      const fell = assert.rejects(world.call('fall'), { code: 'AW_PLUGIN_TRAPPED' });
      assert.deepEqual(await Promise.all([count(), count(), count()]), [1, 1, 1]);
      await fell;
    }
    assert.deepEqual([world.threads.started, world.threads.alive, instancesOf(world)], [1, 1, 1]);
  });

  test('gives up a call that waits, before it was begun', async () => {
    await using world = startGatedHost();
    await world.load('one', patient);
    world.shut(KEY);
    const first = world.call('ask', KEY);
    const ahead = Array.from({ length: AHEAD - 1 }, (_, index) => world.call('echo', String(index)));
    const controller = new AbortController();
    const given = world.call('ask', OTHER, controller);
    const last = world.call('who');
    await world.untilAsked(KEY);
    controller.abort();
    await assert.rejects(given, ABORTED);
    world.open(KEY);
    assert.equal((await Promise.all([first, ...ahead, last])).length, AHEAD + 1);
    assert.deepEqual(world.asked, [KEY], 'it was never begun');
    assert.equal(world.threads.started, 1);
  });

  test('gives up a call that was sent ahead, and nobody else notices', async () => {
    await using world = startGatedHost();
    await world.load('one', patient);
    world.shut(KEY);
    const first = world.call('ask', KEY);
    const controller = new AbortController();
    const given = world.call('echo', 'given up', controller);
    const last = world.call('who');
    await world.untilAsked(KEY);
    controller.abort();
    await assert.rejects(given, ABORTED);
    world.open(KEY);
    assert.deepEqual(await Promise.all([first, last]), ['one ', 'one']);
    const { calls, failures, pending } = world.host.get('works')!.stats;
    assert.deepEqual({ calls, failures, pending }, { calls: 3, failures: 1, pending: 0 });
    assert.equal(world.threads.started, 1);
  });

  test('lets no call that was given up loop ahead of others, whatever time it had', async () => {
    await using world = startGatedHost();
    await world.load('one', { limits: { call_timeout_ms: LONGEST_MS } });
    for (const isFirst of [false, true]) {
      world.shut(KEY);
      const before = world.call('ask', KEY);
      const controller = new AbortController();
      const given = world.call('spin', '', controller);
      const last = world.call('who');
      await world.untilAsked(KEY);
      if (isFirst) world.open(KEY);
      controller.abort();
      await assert.rejects(given, ABORTED);
      if (!isFirst) world.open(KEY);
      assert.deepEqual(await Promise.all([before, last]), ['one ', 'one']);
    }
    // One that nobody had begun to look at, since nothing was before it.
    const controller = new AbortController();
    const alone = assert.rejects(world.call('spin', '', controller), ABORTED);
    queueMicrotask(() => controller.abort());
    await alone;
    assert.equal(await world.call('who'), 'one');
    assert.equal(world.threads.started, 4);
  });

  test('gives up a call that runs, with its instance, and does what was behind it', async () => {
    await using world = startGatedHost();
    await world.load('one', patient);
    world.shut(KEY);
    const controller = new AbortController();
    const given = world.call('ask', KEY, controller);
    const behind = [world.call('who'), world.call('echo', 'behind')];
    await world.untilAsked(KEY);
    controller.abort();
    await assert.rejects(given, ABORTED);
    assert.deepEqual(await Promise.all(behind), ['one', 'behind']);
    assert.deepEqual([world.threads.started, world.threads.alive], [2, 1]);
    // What the host answers to the one that is gone reaches nobody.
    world.open(KEY);
    assert.equal(await world.call('echo', 'after'), 'after');
    await assert.rejects(world.call('who', '', { signal: AbortSignal.abort() }), ABORTED);
    assert.equal(world.host.get('works')!.stats.pending, 0);
  });

  test('refuses more calls than it may have, and takes some again when there are fewer', async () => {
    await using world = startGatedHost();
    await world.load('one', patient);
    world.shut(KEY);
    const calls = [
      world.call('ask', KEY),
      ...Array.from({ length: 999 }, (_, index) => world.call('echo', `${index}`)),
    ];
    await assert.rejects(world.call('who'), { code: 'AW_PLUGIN_BUSY' });
    assert.equal(world.host.get('works')!.stats.pending, 1_000);
    world.open(KEY);
    const answers = await Promise.all(calls);
    assert.deepEqual(answers.slice(1), [...Array(999).keys()].map(String));
    assert.equal(await world.call('who'), 'one');
  });

  for (const [functionName, code] of [
    ['fall', 'AW_PLUGIN_TRAPPED'],
    ['spin', 'AW_PLUGIN_TIMEOUT'],
  ] as const) {
    test(`fails those who wait when it can't be made again after ${functionName}, and tries again at the next call`, async () => {
      await using world = startGatedHost();
      await world.load('one', { ...hasty, hooks: { onLoad: 'begin' } });
      world.kept.set('works/broken', 'yes');
      const failed = assert.rejects(world.call(functionName), { code });
      const behind = [world.call('who'), world.call('who')];
      for (const call of behind) await assert.rejects(call, { code: 'AW_PLUGIN_TRAPPED', message: /begin/ });
      await failed;
      await assert.rejects(world.call('who'), { code: 'AW_PLUGIN_TRAPPED', message: /begin/ });
      assert.equal(instancesOf(world), 0);
      assert.equal(world.threads.alive, 0);
      world.kept.delete('works/broken');
      assert.equal(await world.call('who'), 'one');
      assert.deepEqual([instancesOf(world), world.threads.alive], [1, 1]);
    });
  }

  test("gives what an instance has left to another when it can't be made again", async () => {
    await using world = startGatedHost();
    await world.load('one', { ...hasty, permissions: withWorkers(2), hooks: { onLoad: 'begin' } });
    // Both instances are there, and idle.
    await Promise.all([world.call('who'), world.call('who')]);
    await until(() => instancesOf(world) === 2, 'the second instance');
    world.kept.set('works/broken', 'yes');
    world.shut(KEY);
    const calls = [world.call('ask', KEY), ...['a', 'b', 'c', 'd'].map((text) => world.call('echo', text))];
    const spun = assert.rejects(world.call('spin'), { code: 'AW_PLUGIN_TIMEOUT' });
    calls.push(...['e', 'f', 'g', 'h'].map((text) => world.call('echo', text)));
    await world.untilAsked(KEY);
    world.open(KEY);
    await spun;
    assert.deepEqual(await Promise.all(calls), ['one ', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']);
    assert.equal(instancesOf(world), 1);
  });
});
