import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { MessageData } from '../../proto/generated/messages.ts';
import { defineActor } from '../../runtime/actor/definition.ts';
import { tryActors } from '../../runtime/testkit/try-actor.ts';
import { DEVICE } from '../../test/harness/device.ts';
import { HOOKED_DEVICES, type PluginHooksState, pluginHooks } from './plugin-hooks.ts';

/** Says what happens to devices. */
const watcher = defineActor({
  name: 'watcher',
  init: () => ({}),
  schemas: { 'watcher.say': { type: 'object' } },
  commands: {
    'watcher.say'(ctx, _state, { data }) {
      ctx.emit(`device.${data['what']}`, { device: DEVICE, reason: 'hint' }, { key: DEVICE.id });
    },
  },
});

type Hooked = Omit<MessageData['plugin-hooks.set'], 'plugin'>;

async function createWorld() {
  const actors = await tryActors([pluginHooks, watcher]);
  const tell = (type: string, data: unknown) => actors.call(pluginHooks, HOOKED_DEVICES, type, data);
  return {
    actors,
    set: (plugin: string, hooked: Hooked) => tell('plugin-hooks.set', { plugin, ...hooked }),
    remove: (plugin: string) => tell('plugin-hooks.remove', { plugin }),
    happen: (what: 'attached' | 'detached') => actors.call(watcher, 'w', 'watcher.say', { what }),
    /** The functions that were called, by the jobs of the plugin's queue. */
    called(plugin: string) {
      return actors.jobs(`plugin-${plugin}`).map(({ type, data, options }) => {
        const { function: functionName, input } = data as { readonly function: string; readonly input: unknown };
        assert.equal(type, 'plugin.call');
        // What succeeds, with all that it gives, is nothing to the plugin's record.
        assert.deepEqual(options?.nt?.o, ['failed']);
        assert.deepEqual(input, { device: DEVICE, reason: 'hint' });
        return functionName;
      });
    },
    [Symbol.asyncDispose]: () => actors[Symbol.asyncDispose](),
  };
}

const attach = { onUSBAttach: 'on_attach' };
const both = { ...attach, onUSBDetach: 'on_detach' };
const vendor = { vendor_ids: ['0x1d6b'] };

describe('plugin-hooks', () => {
  test('has each plugin called that asked for it and may see the device, once', async () => {
    await using world = await createWorld();
    const table: readonly [plugin: string, hooked: Hooked, called: readonly string[]][] = [
      ['any', { ...both, permissions: { usb: { vendor_ids: ['*'] } } }, ['on_attach', 'on_detach']],
      ['vendor', { ...attach, permissions: { usb: vendor } }, ['on_attach']],
      ['detach', { onUSBDetach: 'on_detach', permissions: { usb: vendor } }, ['on_detach']],
      ['capital', { ...attach, permissions: { usb: { vendor_ids: ['0x1D6B'] } } }, ['on_attach']],
      ['serial', { ...attach, permissions: { usb: { ...vendor, serials: ['A1'] } } }, ['on_attach']],
      ['other-vendor', { ...both, permissions: { usb: { vendor_ids: ['0x1234'] } } }, []],
      ['other-product', { ...both, permissions: { usb: { ...vendor, product_ids: ['0x0001'] } } }, []],
      ['other-serial', { ...both, permissions: { usb: { ...vendor, serials: ['A2'] } } }, []],
      ['no-device', { ...both, permissions: {} }, []],
      ['no-hook', { permissions: { usb: vendor } }, []],
    ];
    for (const [plugin, hooked] of table) await world.set(plugin, hooked);
    await world.happen('attached');
    await world.happen('detached');
    for (const [plugin, , called] of table) assert.deepEqual(world.called(plugin), called, plugin);
    assert.deepEqual(world.actors.deadLetters(), []);
  });

  test('forgets a plugin, and takes what it is told last', async () => {
    await using world = await createWorld();
    await world.set('goes', { ...both, permissions: { usb: vendor } });
    await world.set('stays', { ...both, permissions: { usb: vendor } });
    await world.set('stays', { onUSBAttach: 'another', permissions: { usb: vendor } });
    await world.remove('goes');
    await world.remove('was-never-there');
    await world.happen('attached');
    await world.happen('detached');
    assert.deepEqual([world.called('goes'), world.called('stays')], [[], ['another']]);
    const { hooked } = world.actors.state<PluginHooksState>(pluginHooks, HOOKED_DEVICES)!;
    assert.deepEqual(Object.keys(hooked), ['stays']);
  });
});
