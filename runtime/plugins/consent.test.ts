import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { MessageData } from '../../proto/generated/messages.ts';
import { until } from '../../test/harness/until.ts';
import { type PluginsWorld, permissionsOf, resultOf, startPluginsWorld } from '../../test/plugins/plugins-world.ts';

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
    // What its module can't be linked with changes nothing.
    const { permissions: kept } = (await service().get('loses'))!;
    await assert.rejects(service().grant('loses', { kv: less.kv }), { code: 'AW_PLUGIN_IMPORT_DENIED' });
    const after = (await service().get('loses'))!;
    assert.deepEqual([after.state, after.error, after.permissions], ['LOADED', null, kept]);
    assert.deepEqual((await service().grantMore('loses', ['kv'])).permissions.granted, permissionsOf('loses'));
    await assert.rejects(service().grantMore('loses', ['usb']), { code: 'AW_PLUGIN_GRANT_EXCESSIVE' });
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

  test('that is taken back while it is being given, or after it was asked for, does not hold', async () => {
    const path = await world.write('asks');
    const grant = permissionsOf('asks');
    using held = world.hold();
    const loading = service().load(path, { grant });
    await held.asked;
    const revoking = service().revoke('asks');
    // By the time that this has read the record, it has read that there is none.
    await service().get('asks');
    held[Symbol.dispose]();
    assert.deepEqual([(await loading).state, await revoking], ['LOADED', true]);
    const reading = assert.rejects(service().load(path, { grant }), { code: 'AW_PLUGIN_ABORTED' });
    assert.equal(await service().revoke('asks'), false);
    await reading;
    await assert.rejects(service().load(path, {}), { code: 'AW_PLUGIN_CONSENT_MISSING' });
  });

  test('that can not be noted as taken back gives the plugin no more jobs of others all the same', async () => {
    const permissions = { ...permissionsOf('works-on'), queue: ['papers'] };
    await world.load('works-on', { permissions, hooks: { onJobReceived: 'echo' } });
    await until(async () => (await (await world.queues.open('papers')).counts()).workers === 1, 'its worker');
    using held = world.hold();
    const revoking = service().revoke('works-on');
    await until(
      async () => (await (await world.queues.open('papers')).counts()).workers === 0,
      'its worker to be gone',
    );
    held[Symbol.dispose]();
    assert.equal(await revoking, true);
  });

  test('that is taken back in part is refused at once to a plugin that goes on, also to calls one after the other', async () => {
    const name = 'loses-some';
    const events = { [`${name}.done`]: {}, [`${name}.more`]: {}, [`${name}.less`]: {} };
    await world.load(name, { permissions: { ...permissionsOf(name), events: Object.keys(events) }, events });
    const emit = async (type: string) => world.execute(name, 'emit', { type: `${name}.${type}`, key: 'k', data: {} });
    const denied = (type: string) => `one AW_PLUGIN_DENIED: event type "${name}.${type}" is not granted`;
    const answers: unknown[] = [];
    let isOver = false;
    const loop = async () => {
      while (!isOver || answers.at(-1) === 'one ') answers.push(await emit('more'));
    };
    const looping = loop();
    const revoke = (...types: string[]) =>
      service().revoke(name, { capabilities: types.map((type) => `events:${name}.${type}`) });
    // What can't be recorded takes nothing.
    await assert.rejects(revoke(...Array<string>(257).fill('more')), { code: 'AW_DATA_INVALID' });
    await until(() => answers.length > 2, 'the first calls');
    const revoked = await Promise.allSettled([revoke('more'), revoke('less'), revoke('more')]);
    const [refused, ...others] = revoked.filter(({ status }) => status === 'rejected');
    assert.equal((refused as PromiseRejectedResult).reason.code, 'AW_PLUGIN_NOT_GRANTED');
    assert.equal(others.length, 0);
    const told = async () => (await world.events('plugin.revoked', name)).map(({ data }) => data as object);
    await until(async () => (await told()).length >= 2, 'each to be told');
    const taken = (await told()).flatMap((data) => (data as MessageData['plugin.revoked']).capabilities ?? []);
    assert.deepEqual(taken.toSorted(), [`events:${name}.less`, `events:${name}.more`]);
    // Whatever begins from now on is refused.
    assert.equal(await emit('more'), denied('more'));
    isOver = true;
    await looping;
    assert.deepEqual(new Set(answers), new Set(['one ', denied('more')]));
    assert.equal(answers.indexOf(denied('more')), answers.lastIndexOf('one ') + 1, 'nothing is let through again');
    assert.equal(await emit('done'), 'one ', 'the rest is left to it');
    assert.equal(await emit('less'), denied('less'));
    await assert.rejects(revoke('more'), { code: 'AW_PLUGIN_NOT_GRANTED' });
    await assert.rejects(service().revoke('nobody', { capabilities: ['kv'] }), { code: 'AW_PLUGIN_UNKNOWN' });

    // What its module is linked with it keeps linked until it is loaded anew, and is refused.
    await service().revoke(name, { capabilities: ['events'] });
    const { state, error, permissions } = (await service().get(name))!;
    assert.deepEqual([state, error?.code], ['LOADED', 'AW_PLUGIN_IMPORT_DENIED']);
    assert.deepEqual(permissions.granted, { kv: { prefix: 'works/' } });
    assert.equal(await emit('done'), denied('done'));
    assert.equal(typeof (await world.execute(name, 'count')), 'string');
    await assert.rejects(service().reload(name), { code: 'AW_PLUGIN_IMPORT_DENIED' });
    assert.equal(await emit('done'), denied('done'), 'it goes on all the same');
    await service().unload(name);
  });

  test('outlives a restart: the plugin is loaded again with its options, and does the jobs of meanwhile', async () => {
    const path = await world.write('returns');
    const options = { greeting: 'hello' };
    await service().load(path, { grant: permissionsOf('returns'), options });
    await world.load('stays-away');
    await service().unload('stays-away');
    await world.load('breaks');
    let id = '';
    await world.restart({
      async meanwhile() {
        id = await world.add('plugin-returns', 'plugin.call', call('who'));
        await world.write('breaks', { hooks: { onLoad: 'nowhere' } });
      },
    });
    // Nobody waits for one that can't be loaded.
    await assert.rejects(world.execute('breaks', 'who'), {
      code: 'AW_PLUGIN_UNKNOWN',
      message: /^Plugin "breaks" is not loaded \(AW_PLUGIN_FUNCTION_UNKNOWN: .*nowhere/,
    });
    await service().unload('breaks');
    assert.deepEqual(
      world.plugins.host.list().map(({ files, options }) => [files.manifest.name, options]),
      [['returns', options]],
    );
    assert.equal(resultOf(await world.ended('plugin-returns', id)), 'one');
    await service().unload('returns');
  });
});
