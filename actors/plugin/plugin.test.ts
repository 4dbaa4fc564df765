import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PluginManifest } from '../../proto/generated/messages.ts';
import { NO_RECORD, type PluginRecord } from '../../runtime/plugins/plugin-record.ts';
import { tryActors } from '../../runtime/testkit/try-actor.ts';
import { plugin } from './plugin.ts';
import { HOOKED_DEVICES, type PluginHooksState, pluginHooks } from './plugin-hooks.ts';

const usb = { vendor_ids: ['0x1d6b'] };
const MANIFEST: PluginManifest = {
  name: 'works',
  version: '1.2.3',
  entry: 'plugin.wasm',
  permissions: { usb, kv: { prefix: 'works/' } },
  hooks: { onUSBAttach: 'on_attach' },
};
const CONSENT = {
  version: '1.2.3',
  source: '/plugins/works/plugin.json',
  requested: MANIFEST.permissions,
  granted: { usb },
};
const LOADED = {
  status: 'LOADED',
  manifest: MANIFEST,
  manifestPath: '/plugins/works/plugin.json',
  sha256: 'ab'.repeat(32),
  options: { greeting: 'hello' },
  functions: ['on_attach'],
  effective: { usb },
  durationMs: 12.5,
};
const ERROR = { code: 'AW_PLUGIN_TRAPPED', message: 'It fell' };

async function createWorld() {
  const actors = await tryActors([plugin, pluginHooks]);
  return {
    actors,
    call: (type: string, data: unknown = {}) => actors.call(plugin, 'works', type, data),
    record: (data: unknown) => actors.call(plugin, 'works', 'plugin.record', data) as Promise<PluginRecord>,
    state: () => actors.state<PluginRecord>(plugin, 'works')!,
    hooked: () => actors.state<PluginHooksState>(pluginHooks, HOOKED_DEVICES)?.hooked ?? {},
    told: () => actors.events('plugin.*').map(({ type, subject, data }) => [type, subject, data]),
    [Symbol.asyncDispose]: () => actors[Symbol.asyncDispose](),
  };
}

describe('the actor plugin', () => {
  test('keeps a consent with its time until it is taken back', async () => {
    await using world = await createWorld();
    assert.equal(await world.call('plugin.revoke'), false);
    const record = (await world.call('plugin.grant', CONSENT)) as PluginRecord;
    const at = record.consent!.at;
    assert.ok(Math.abs(Date.parse(at) - world.actors.now) < 1_000);
    assert.deepEqual(record, { ...NO_RECORD, consent: { ...CONSENT, at } });
    assert.deepEqual(await world.call('plugin.describe'), record);
    assert.equal(await world.call('plugin.revoke'), true);
    assert.equal(await world.call('plugin.revoke'), false);
    assert.equal(world.state().consent, null);
    assert.deepEqual(world.told(), [
      ['plugin.granted', 'works', { plugin: 'works', version: '1.2.3', granted: { usb } }],
      ['plugin.revoked', 'works', { plugin: 'works' }],
    ]);
  });

  test('remembers what was loaded and that it is wanted, and has it told of devices', async () => {
    await using world = await createWorld();
    await world.call('plugin.grant', CONSENT);
    const { consent, loadedAt, ...record } = await world.record(LOADED);
    const { effective: _effective, durationMs: _durationMs, ...kept } = LOADED;
    assert.deepEqual(record, { ...kept, isWanted: true, error: null });
    assert.deepEqual(consent?.granted, { usb });
    assert.ok(loadedAt !== null);
    assert.deepEqual(world.hooked(), {
      works: { plugin: 'works', permissions: { usb }, onUSBAttach: 'on_attach' },
    });
    assert.deepEqual(world.told().at(-1), [
      'plugin.loaded',
      'works',
      { plugin: 'works', pluginId: 'works@1.2.3', sha256: LOADED.sha256, durationMs: 12.5 },
    ]);
    // One without such hooks is told of nothing.
    await world.record({ ...LOADED, manifest: { ...MANIFEST, hooks: { onLoad: 'on_attach' } } });
    assert.deepEqual(world.hooked(), {});
  });

  test('has a plugin told of no more devices than were granted last, before it is loaded anew', async () => {
    await using world = await createWorld();
    await world.call('plugin.grant', CONSENT);
    assert.deepEqual(world.hooked(), {}, 'it is not loaded yet');
    await world.record(LOADED);
    await world.call('plugin.grant', { ...CONSENT, granted: { kv: { prefix: 'works/' } } });
    assert.deepEqual(world.hooked()['works']?.permissions, { kv: { prefix: 'works/' } });
    await world.call('plugin.grant', { ...CONSENT, granted: MANIFEST.permissions });
    assert.equal(await world.call('plugin.revoke', { capabilities: ['usb', 'queue'] }), true);
    assert.deepEqual(world.hooked()['works']?.permissions, { kv: { prefix: 'works/' } });
    assert.deepEqual(world.state().consent?.granted, { kv: { prefix: 'works/' } });
    const { type, data } = world.actors.events('plugin.*').at(-1)!;
    assert.deepEqual(
      [type, data],
      ['plugin.revoked', { plugin: 'works', capabilities: ['usb'], granted: { kv: { prefix: 'works/' } } }],
    );
    assert.ok(world.state().consent?.changedAt !== undefined);
    const told = world.told().length;
    assert.equal(await world.call('plugin.revoke', { capabilities: ['usb'] }), false);
    assert.equal(world.told().length, told, 'what took nothing is not told');
    await world.call('plugin.revoke');
    assert.deepEqual(world.hooked(), {});
    assert.equal(await world.call('plugin.revoke', { capabilities: ['kv'] }), false);
  });

  test('remembers that a plugin was unloaded, with all else that is known of it', async () => {
    await using world = await createWorld();
    await world.call('plugin.grant', CONSENT);
    await world.record(LOADED);
    const { status, isWanted, ...before } = world.state();
    assert.deepEqual([status, isWanted], ['LOADED', true]);
    await world.record({ status: 'UNLOADED' });
    assert.deepEqual(world.state(), { ...before, status: 'UNLOADED', isWanted: false });
    assert.deepEqual(world.hooked(), {});
    assert.deepEqual(world.told().at(-1), ['plugin.unloaded', 'works', { plugin: 'works', pluginId: 'works@1.2.3' }]);
  });

  test('remembers why a plugin could not be loaded, and what was loaded before it', async () => {
    await using world = await createWorld();
    const failed = { status: 'FAILED', manifest: MANIFEST, manifestPath: LOADED.manifestPath, error: ERROR };
    await world.record(failed);
    assert.deepEqual(world.state(), {
      ...NO_RECORD,
      status: 'FAILED',
      manifest: MANIFEST,
      manifestPath: LOADED.manifestPath,
      error: ERROR,
    });
    await world.record(LOADED);
    assert.equal(world.state().error, null);
    await world.record({ ...failed, manifest: { ...MANIFEST, version: '2.0.0' }, manifestPath: '/elsewhere' });
    const { manifest, manifestPath, isWanted, error } = world.state();
    assert.deepEqual(
      { manifest, manifestPath, isWanted, error },
      { manifest: MANIFEST, manifestPath: LOADED.manifestPath, isWanted: true, error: ERROR },
    );
    assert.deepEqual(Object.keys(world.hooked()), ['works']);
    assert.deepEqual(
      world.told().map(([type]) => type),
      ['plugin.failed', 'plugin.loaded', 'plugin.failed'],
    );
    assert.deepEqual(world.told().at(-1)?.[2], { plugin: 'works', error: ERROR });
  });

  test('forgets that it could not be linked once something else is granted', async () => {
    await using world = await createWorld();
    const failed = { status: 'FAILED', manifest: MANIFEST, manifestPath: LOADED.manifestPath };
    const denied = { code: 'AW_PLUGIN_IMPORT_DENIED', message: 'It imports "kv_get"' };
    const after = async (record: object, type: string, data: object) => {
      await world.record({ ...failed, ...record });
      await world.call(type, data);
      return [world.state().status, world.state().error];
    };
    assert.deepEqual(await after({ error: denied }, 'plugin.grant', CONSENT), [null, null]);
    await world.record(LOADED);
    const revoke = { capabilities: ['usb'] };
    assert.deepEqual(await after({ error: denied, isStillLoaded: true }, 'plugin.revoke', revoke), ['LOADED', null]);
    assert.deepEqual(await after({ error: denied }, 'plugin.grant', CONSENT), ['UNLOADED', null]);
    assert.deepEqual(await after({ error: ERROR }, 'plugin.grant', CONSENT), ['FAILED', ERROR]);
    assert.deepEqual(await after({ error: denied }, 'plugin.revoke', {}), ['UNLOADED', null]);
  });

  test('tells of each denial', async () => {
    await using world = await createWorld();
    const denials = [
      { capability: 'kv', subject: 'other/key', count: 3 },
      { capability: 'queue', subject: 'plugins', count: 1 },
    ];
    await world.call('plugin.deny', { denials });
    assert.deepEqual(
      world.told(),
      denials.map((denial) => ['plugin.denied', 'works', { plugin: 'works', ...denial }]),
    );
  });

  test('tells of a hook that failed for good, and of no other end', async () => {
    await using world = await createWorld();
    const ended = { queue: 'plugin-works', jobId: 'j1', ref: 'onUSBAttach' };
    for (const outcome of ['completed', 'cancelled', 'removed']) await world.call('job.ended', { ...ended, outcome });
    assert.deepEqual(world.told(), []);
    await world.call('job.ended', { ...ended, outcome: 'failed', error: ERROR });
    assert.deepEqual(world.told(), [
      ['plugin.hook_failed', 'works', { plugin: 'works', hook: 'onUSBAttach', jobId: 'j1', error: ERROR }],
    ]);
  });

  test('refuses a load of which it is told too little', async () => {
    await using world = await createWorld();
    const { sha256: _sha256, ...without } = LOADED;
    await assert.rejects(world.record(without), { code: 'AW_DATA_INVALID' });
    await assert.rejects(world.record({ ...LOADED, status: 'RUNNING' }), { code: 'AW_DATA_INVALID' });
    assert.equal(world.actors.state(plugin, 'works'), undefined);
    assert.deepEqual(world.told(), []);
  });
});
