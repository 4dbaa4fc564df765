import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { MessageData } from '../../proto/generated/messages.ts';
import { DEVICE } from '../../test/harness/device.ts';
import { until } from '../../test/harness/until.ts';
import {
  failureOf,
  type PluginsWorld,
  permissionsOf,
  resultOf,
  startPluginsWorld,
} from '../../test/plugins/plugins-world.ts';

let world: PluginsWorld;
before(async () => {
  world = await startPluginsWorld();
});
after(() => world[Symbol.asyncDispose]());

const service = () => world.plugins.service;
const call = (functionName: string, input?: unknown) => ({
  function: functionName,
  ...(input === undefined ? {} : { input }),
});
const stateOf = async (name: string) => (await service().get(name))?.state;

describe('a stop', () => {
  test('of the service gives up the loads under way, and leaves them to the next one where a job wants them', async () => {
    const names = ['stuck', 'stuck-too'];
    const stuck = { limits: { call_timeout_ms: 60_000 }, hooks: { onLoad: 'spin' } };
    for (const name of names) {
      await world.load(name);
      await service().unload(name);
      await world.write(name, stuck);
    }
    const [path, other] = names.map((name) => join(world.folder, name, 'plugin.json'));
    const id = await world.add('plugins', 'plugin.load', { manifestPath: path });
    const failing = assert.rejects(service().load(other!, {}), { code: 'AW_PLUGIN_ABORTED' });
    for (const name of names) await until(async () => (await stateOf(name)) === 'LOADING', `the load of ${name}`);
    // It is recorded all the same, though its turn is yet to come.
    const revoking = service().revoke('stuck-too', { capabilities: ['kv'] });
    await until(
      async () => !Object.hasOwn((await service().get('stuck-too'))!.permissions.granted!, 'kv'),
      'the record',
    );
    assert.equal(await stateOf('stuck-too'), 'LOADING');
    await world.restart({
      async meanwhile() {
        await failing;
        assert.equal(await revoking, true);
        await world.write('stuck');
      },
    });
    // Nobody wants it any more; and it is no failure of its own.
    const { state, error } = (await service().get('stuck-too'))!;
    assert.deepEqual([state, error], ['UNLOADED', null]);
    const loaded = { pluginId: 'stuck@1.0.0', name: 'stuck', version: '1.0.0' };
    assert.deepEqual(resultOf(await world.ended('plugins', id)), loaded);
    assert.equal(await world.execute('stuck', 'who'), 'one');
    await service().unload('stuck');
    // Without a stop it goes on as long as it may.
    await world.write('stuck', { ...stuck, limits: { call_timeout_ms: 1 } });
    await assert.rejects(service().load(path!, {}), { code: 'AW_PLUGIN_TIMEOUT' });
  });

  test('of the service before a plugin is loaded with less, or with more, leaves that to the next one', async () => {
    const names = ['has-less', 'has-more'];
    const permissions = { ...permissionsOf('has-less'), queue: ['shelf'] };
    const part = permissionsOf('has-more');
    await world.load('has-less', { permissions });
    await world.write('has-more', { permissions: { ...part, queue: ['shelf'] } });
    await service().load(join(world.folder, 'has-more', 'plugin.json'), { grant: part });
    const granting = service().grant('has-more', { ...part, queue: ['shelf'] });
    const revoking = service().revoke('has-less', { capabilities: ['queue'] });
    // Both have not come to their load yet, which ends so.
    world.plugins.host.close();
    await Promise.all([granting, revoking].map((one) => assert.rejects(one, { code: 'AW_PLUGIN_ABORTED' })));
    await world.restart();
    const queues = names.map((name) => world.plugins.host.get(name)!.effective.queue?.length ?? 0);
    assert.deepEqual(queues, [0, 1]);
    for (const name of names) assert.deepEqual((await service().get(name))!.error, null);
    for (const name of names) await service().unload(name);
  });

  test('that takes long takes no types from the next service, which has its plugins loaded meanwhile', async () => {
    await world.load('typed', { jobs: { 'typed.print': { required: ['title'] } } });
    await world.load('lingers');
    await world.restartBeforeEnd('lingers');
    await assert.rejects(world.add('typed', 'typed.print', {}), { code: 'AW_DATA_INVALID', message: /title/ });
    await world.add('typed', 'typed.print', { title: 'x' });
    await service().unload('typed');
  });
});

// Most of them wait most of their time, each for another plugin.
describe('plugins', { concurrency: 4 }, () => {
  test('are loaded, loaded anew and unloaded by jobs', async () => {
    const path = await world.write('by-jobs');
    const load = () => world.run('plugins', 'plugin.load', { manifestPath: path });
    assert.equal(failureOf(await load()), 'AW_PLUGIN_CONSENT_MISSING');
    await service().load(path, { grant: permissionsOf('by-jobs') });
    const id = { pluginId: 'by-jobs@1.0.0', name: 'by-jobs', version: '1.0.0' };
    const unload = () => world.run('plugins', 'plugin.unload', { pluginId: id.pluginId });
    assert.deepEqual(resultOf(await unload()), { pluginId: id.pluginId, wasLoaded: true });
    assert.deepEqual(resultOf(await unload()), { pluginId: id.pluginId, wasLoaded: false });
    assert.equal(await stateOf('by-jobs'), 'UNLOADED');
    assert.deepEqual(resultOf(await load()), id);
    await world.write('by-jobs', { version: '1.0.1' }, 'two');
    const reload = (pluginId: string) => world.run('plugins', 'plugin.reload', { pluginId });
    assert.deepEqual(resultOf(await reload(id.pluginId)), { ...id, pluginId: 'by-jobs@1.0.1', version: '1.0.1' });
    assert.equal(await world.execute('by-jobs', 'who'), 'two');
    assert.equal(failureOf(await reload(id.pluginId)), 'AW_PLUGIN_UNKNOWN');
    assert.equal(failureOf(await reload('nobody')), 'AW_PLUGIN_UNKNOWN');
    const told = () => world.events('plugin.*', 'by-jobs');
    await until(async () => (await told()).length >= 5, 'the last of them to be told');
    assert.deepEqual(
      (await told()).map(({ type }) => type),
      ['plugin.granted', 'plugin.loaded', 'plugin.unloaded', 'plugin.loaded', 'plugin.loaded'],
    );
    await service().unload('by-jobs');
  });

  test('are called for the devices that they may see, once for each event', async () => {
    const permissions = { ...permissionsOf('sees-some'), usb: { vendor_ids: ['0x1d6b'] } };
    await world.load('sees-some', { permissions, hooks: { onUSBAttach: 'echo', onUSBDetach: 'echo' } });
    await world.untilHooked('sees-some', true);
    await world.happen('attached', { vendorId: 0x1234, id: '1234:0104:A1' });
    await world.happen('attached', { serial: 'A2' });
    await world.happen('detached');
    const queue = await world.queues.open('plugin-sees-some');
    await until(async () => (await queue.counts()).completed >= 2, 'both calls');
    const { jobs } = await queue.list('completed');
    const results = await Promise.all(jobs.map(async ({ id }) => (await queue.get(id))!.result?.data));
    assert.deepEqual(results.toReversed(), [
      { device: { ...DEVICE, serial: 'A2' }, reason: 'hint' },
      { device: DEVICE, reason: 'hint' },
    ]);
    await service().unload('sees-some');
    await world.untilHooked('sees-some', false);
  });

  test('whose hook fails for a device are told of, in its trace, once no attempt is left', async () => {
    const permissions = { ...permissionsOf('gives-much'), usb: { vendor_ids: ['0x4321'] } };
    await world.load('gives-much', {
      permissions,
      hooks: { onUSBAttach: 'echo', onUSBDetach: 'who' },
      // What it gives back of a device is too much, which no further attempt would change.
      limits: { max_output_kb: 1 },
    });
    await world.untilHooked('gives-much', true);
    const trace = 'a'.repeat(32);
    const device = { vendorId: 0x4321, id: '4321:0104:F1', product: 'x'.repeat(500), vendor: 'x'.repeat(500) };
    await world.happen('detached', device);
    await world.happen('attached', device, `00-${trace}-${'b'.repeat(16)}-01`);
    const { data, traceparent } = await world.untilEvent('plugin.hook_failed', 'gives-much');
    const { jobs } = await (await world.queues.open('plugin-gives-much')).list('failed');
    assert.equal(jobs.length, 1);
    const { hook, jobId, error } = data as MessageData['plugin.hook_failed'];
    assert.deepEqual([hook, jobId, error.code], ['onUSBAttach', jobs[0]!.id, 'AW_PLUGIN_OUTPUT_TOO_LARGE']);
    assert.equal(traceparent?.slice(3, 35), trace);
    assert.equal((await world.events('plugin.hook_failed')).length, 1, 'nothing of the call that succeeded');
    await service().unload('gives-much');
  });

  test('send what a call sends with its outcome, and nothing when it fails', async () => {
    await world.load('sends');
    const send = (functionName: string, key: string) => {
      return world.run('plugin-sends', 'plugin.call', call(functionName, { type: 'sends.done', key, data: { key } }));
    };
    assert.equal(failureOf(await send('emit_and_fall', 'falls')), 'AW_PLUGIN_TRAPPED');
    assert.equal(resultOf(await send('emit', 'stands')), 'one ');
    assert.deepEqual((await world.untilEvent('sends.done', 'stands')).data, { key: 'stands' });
    assert.deepEqual(
      (await world.events('sends.done')).map(({ subject }) => subject),
      ['stands'],
    );
    await service().unload('sends');
  });

  test('that count by reading and writing count each call, one after the other and all at once', async () => {
    await world.load('counts');
    const start = Number(await world.execute('counts', 'count'));
    for (let count = 1; count <= 2; count++) {
      assert.equal(Number(await world.execute('counts', 'count')), start + count);
    }
    const queue = await world.queues.open('plugin-counts');
    const jobs = Array.from({ length: 50 }, () => ({ type: 'plugin.call', data: call('count') }));
    const added = await queue.addBulk(jobs);
    const numbers = await Promise.all(
      added.map(async ({ id }) => Number(resultOf(await world.ended('plugin-counts', id)))),
    );
    assert.deepEqual(
      numbers.toSorted((a, b) => a - b),
      Array.from({ length: 50 }, (_, index) => start + 3 + index),
    );
    await service().unload('counts');
  });

  test('that are unloaded leave their jobs waiting, and do them when they are loaded again', async () => {
    const path = await world.load('waits');
    await service().unload('waits');
    await assert.rejects(world.execute('waits', 'who'), { code: 'AW_PLUGIN_UNKNOWN' });
    const id = await world.add('plugin-waits', 'plugin.call', call('echo', { n: 1 }));
    const queue = await world.queues.get('plugin-waits');
    assert.equal((await queue.get(id))!.state, 'waiting');
    await service().load(path, {});
    assert.deepEqual(resultOf(await world.ended('plugin-waits', id)), { n: 1 });
    await service().unload('waits');
  });

  test('work on jobs of a queue that they may work on, and let it be when they may not any more', async () => {
    const queue = [{ name: 'press', mode: 'work' as const }];
    const permissions = { ...permissionsOf('presses'), queue };
    await world.load('presses', {
      permissions,
      hooks: { onJobReceived: 'echo' },
      jobs: { 'press.page': { required: ['n'] } },
    });
    const job = await world.run('press', 'press.page', { n: 1 });
    const data = { id: job.id, queue: 'press', type: 'press.page', data: { n: 1 }, attempt: 1 };
    assert.deepEqual(resultOf(job), data);
    await assert.rejects(world.add('press', 'press.page', {}), { code: 'AW_DATA_INVALID' });
    await service().grant('presses', permissionsOf('presses'));
    const id = await world.add('press', 'press.page', { n: 2 });
    assert.equal(await world.execute('presses', 'who'), 'one');
    assert.equal((await (await world.queues.get('press')).get(id))!.state, 'waiting');
    await service().grant('presses', permissions);
    assert.deepEqual(resultOf(await world.ended('press', id)), { ...data, id, data: { n: 2 } });
    await service().unload('presses');
    // Its type stays known: jobs wait for it.
    await assert.rejects(world.add('press', 'press.page', {}), { code: 'AW_DATA_INVALID' });
    await world.add('press', 'press.page', { n: 3 });
  });

  test('have the types that they bring along to themselves', async () => {
    const jobs = { 'label.print': { required: ['title'] } };
    await world.load('first-owner', { jobs });
    const path = await world.write('second-owner', { jobs: { 'label.print': {} } });
    const load = () => service().load(path, { grant: permissionsOf('second-owner') });
    await assert.rejects(load(), { code: 'AW_SCHEMA_CONFLICT', message: /first-owner/ });
    await assert.rejects(world.add('labels', 'label.print', {}), { code: 'AW_DATA_INVALID' });
    await service().unload('first-owner');
    assert.equal((await load()).state, 'LOADED');
    await world.add('labels', 'label.print', {});
    await service().unload('second-owner');
  });

  test('are asked as jobs, and say what went wrong', async () => {
    await world.load('answers', { limits: { call_timeout_ms: 500 } });
    assert.deepEqual(await world.execute('answers', 'echo', { a: [1, 'ä'] }), { a: [1, 'ä'] });
    assert.equal(await world.execute('answers', 'echo'), null);
    for (const [functionName, code] of [
      ['fall', 'AW_PLUGIN_TRAPPED'],
      ['spin', 'AW_PLUGIN_TIMEOUT'],
      ['nowhere', 'AW_PLUGIN_FUNCTION_UNKNOWN'],
    ] as const) {
      await assert.rejects(world.execute('answers', functionName), { code });
    }
    await assert.rejects(world.execute('nobody', 'echo'), { code: 'AW_PLUGIN_UNKNOWN' });
    const trace = 'c'.repeat(32);
    const emit = { type: 'answers.else', key: 'k', data: {} };
    const options = { timeoutMs: 30_000, traceparent: `00-${trace}-${'b'.repeat(16)}-01` };
    assert.match(
      String(await service().execute('answers', 'emit', emit, options)),
      /plugin\.json does not ask for it$/,
    );
    const { traceparent } = await world.untilEvent('plugin.denied', 'answers');
    assert.equal(traceparent?.slice(3, 35), trace);
    await service().unload('answers');
  });

  test('are given up by whoever waits no longer', async () => {
    await world.load('patient', { limits: { call_timeout_ms: 60_000 } });
    await assert.rejects(service().execute('patient', 'spin', undefined, { timeoutMs: 20 }), {
      code: 'AW_CALL_TIMEOUT',
    });
    await service().unload('patient');
  });

  test('are loaded anew when their files have changed', async () => {
    await world.load('changes');
    await world.write('changes', { version: '1.0.1' }, 'two');
    await until(
      () => world.plugins.host.get('changes')?.files.manifest.version === '1.0.1',
      'the new one to be loaded',
    );
    assert.equal(await world.execute('changes', 'who'), 'two');
    await service().unload('changes');
  });
});
