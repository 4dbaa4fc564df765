import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
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

describe('consent', () => {
  test('without it a plugin is not loaded, and it is remembered', async () => {
    const path = await world.write('asks-first');
    assert.equal(await stateOf('asks-first'), 'FOUND');
    await assert.rejects(service().load(path, {}), { code: 'AW_PLUGIN_CONSENT_MISSING', message: /works\// });
    assert.equal(world.plugins.host.get('asks-first'), undefined);
    const beyond = { grant: { ...permissionsOf('asks-first'), queue: ['labels'] } };
    await assert.rejects(service().load(path, beyond), { code: 'AW_PLUGIN_GRANT_EXCESSIVE' });
    await assert.rejects(service().load(path, {}), { code: 'AW_PLUGIN_CONSENT_MISSING' });
    const { state, permissions } = await service().load(path, { grant: permissionsOf('asks-first') });
    assert.deepEqual([state, permissions.granted], ['LOADED', permissionsOf('asks-first')]);
    await service().unload('asks-first');
    assert.equal((await service().load(path, {})).state, 'LOADED');
    // What asks for more asks somebody.
    const more = { ...permissionsOf('asks-first'), queue: ['more'] };
    await world.write('asks-first', { version: '1.1.0', permissions: more });
    await assert.rejects(service().reload('asks-first'), { code: 'AW_PLUGIN_CONSENT_MISSING', message: /more/ });
    assert.equal(await world.execute('asks-first', 'who'), 'one');
    await service().unload('asks-first');
  });

  test('of a part of what a plugin needs it is not loaded, of a part that does it is', async () => {
    const path = await world.write('in-part');
    const part = { kv: { prefix: 'works/' } };
    await assert.rejects(service().load(path, { grant: part }), {
      code: 'AW_PLUGIN_IMPORT_DENIED',
      message: /event_emit/,
    });
    const { state, error } = (await service().get('in-part'))!;
    assert.deepEqual([state, error?.code], ['FAILED', 'AW_PLUGIN_IMPORT_DENIED']);
    const narrow = { ...permissionsOf('in-part'), kv: { prefix: 'works/c' } };
    await service().load(path, { grant: narrow });
    assert.equal(await world.execute('in-part', 'count'), '001');
    assert.deepEqual(world.plugins.host.get('in-part')!.effective, narrow);
    await service().unload('in-part');
  });

  test('is for the plugin in the folder that asked, under the name that it had', async () => {
    const path = await world.load('at-home');
    const same = { name: 'at-home', permissions: permissionsOf('at-home'), events: { 'at-home.done': {} } };
    const elsewhere = await world.write('elsewhere', same);
    await assert.rejects(service().load(elsewhere, {}), { code: 'AW_PLUGIN_CONSENT_MISSING' });
    assert.equal(world.plugins.host.get('at-home')!.files.manifestPath, path);
    await world.write('at-home', { name: 'moved-in' });
    await assert.rejects(service().reload('at-home'), { code: 'AW_PLUGIN_RENAMED', message: /moved-in/ });
    assert.equal(world.plugins.host.get('moved-in'), undefined);
    assert.equal(await world.execute('at-home', 'who'), 'one');
    await service().unload('at-home');
  });

  test('is not asked for where the policy wants a signature', async () => {
    const path = await world.write('unsigned');
    await world.restart({ allowsUnsigned: false });
    const failing = service().load(path, { grant: permissionsOf('unsigned') });
    await assert.rejects(failing, { code: 'AW_PLUGIN_UNSIGNED' });
    assert.deepEqual([world.plugins.host.list(), service().policy().allowsUnsigned], [[], false]);
    await world.restart();
    await assert.rejects(
      service().load(path, {}),
      { code: 'AW_PLUGIN_CONSENT_MISSING' },
      'a refused load grants nothing',
    );
    assert.equal((await service().load(path, { grant: permissionsOf('unsigned') })).state, 'LOADED');
    await service().unload('unsigned');
  });

  test('that is taken back takes at once what was granted with it, and unloads the plugin', async () => {
    await world.load('loses');
    const count = async () => Number(await world.execute('loses', 'count'));
    const before = await count();
    assert.equal(await count(), before + 1);
    const less = { ...permissionsOf('loses'), kv: { prefix: 'works/d' } };
    const { permissions, state } = await service().grant('loses', less);
    assert.deepEqual([state, permissions.effective], ['LOADED', less]);
    assert.equal(await count(), 1, 'it can read nothing');
    const { recentDenials } = (await service().get('loses'))!.stats;
    assert.deepEqual(
      recentDenials.map(({ capability, subject }) => `${capability} ${subject}`),
      ['kv works/count', 'kv works/count'],
    );
    // What it needs for its imports it can't lose and go on.
    await assert.rejects(service().grant('loses', { kv: less.kv }), { code: 'AW_PLUGIN_IMPORT_DENIED' });
    assert.equal(world.plugins.host.get('loses'), undefined);
    const { manifestPath } = (await service().get('loses'))!;
    await service().load(manifestPath, { grant: permissionsOf('loses') });
    assert.equal(await count(), before + 2, 'nothing of it was lost');
    assert.equal(await service().revoke('loses'), true);
    assert.equal(await service().revoke('loses'), false);
    assert.equal(world.plugins.host.get('loses'), undefined);
    await assert.rejects(service().reload('loses'), { code: 'AW_PLUGIN_CONSENT_MISSING' });
    // What was denied is told when they end, at the latest.
    await world.restart();
    const { data } = await world.untilEvent('plugin.denied', 'loses');
    assert.deepEqual(data, { plugin: 'loses', capability: 'kv', subject: 'works/count', count: 2 });
  });

  test('outlives a restart: the plugin is loaded again with its options, and does the jobs of meanwhile', async () => {
    const path = await world.write('returns');
    const options = { greeting: 'hello' };
    await service().load(path, { grant: permissionsOf('returns'), options });
    await world.load('stays-away');
    await service().unload('stays-away');
    let id = '';
    await world.restart({
      meanwhile: async () => void (id = await world.add('plugin-returns', 'plugin.call', call('who'))),
    });
    assert.deepEqual(
      world.plugins.host.list().map(({ files, options }) => [files.manifest.name, options]),
      [['returns', options]],
    );
    assert.equal(resultOf(await world.ended('plugin-returns', id)), 'one');
    await service().unload('returns');
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
    assert.deepEqual(
      (await world.events('plugin.*', 'by-jobs')).map(({ type }) => type),
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
    await world.load('answers', { limits: { call_timeout_ms: 100 } });
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
    await assert.rejects(service().execute('answers', 'spin', undefined, { timeoutMs: 20 }), {
      code: 'AW_CALL_TIMEOUT',
    });
    await service().unload('answers');
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
