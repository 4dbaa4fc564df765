import type { Device, MessageData } from '../../proto/generated/messages.ts';
import { type ActorContext, defineActor } from '../../runtime/actor/definition.ts';
import { maySee } from '../../runtime/plugins/permissions.ts';
import { PLUGIN, pluginQueue } from '../../runtime/plugins/plugin-record.ts';

/**
 * A device concerns any number of plugins: this one key hears of all, and adds a job for each plugin that asked for it
 * and may see the device. The job leaves with the commit that has heard the event, so each plugin is called for it once.
 */

export const PLUGIN_HOOKS = 'plugin-hooks';
export const HOOKED_DEVICES = 'devices';

type Hooked = MessageData['plugin-hooks.set'];

export interface PluginHooksState {
  /** By plugin. */
  hooked: Record<string, Hooked>;
}

export const pluginHooks = defineActor({
  name: PLUGIN_HOOKS,
  description: 'Which plugins are told of devices',
  file: 'actors/plugin/plugin-hooks.ts',
  init: (): PluginHooksState => ({ hooked: {} }),
  commands: {
    'plugin-hooks.set'(_ctx, state, { data }) {
      state.hooked = { ...state.hooked, [data.plugin]: data };
    },
    'plugin-hooks.remove'(_ctx, state, { data }) {
      const { [data.plugin]: _removed, ...rest } = state.hooked;
      state.hooked = rest;
    },
  },
  events: {
    'device.attached': {
      key: () => HOOKED_DEVICES,
      handle: (ctx, state, { data }) => tell(ctx, state, 'onUSBAttach', data),
    },
    'device.detached': {
      key: () => HOOKED_DEVICES,
      handle: (ctx, state, { data }) => tell(ctx, state, 'onUSBDetach', data),
    },
  },
});

function tell(
  ctx: ActorContext,
  { hooked }: PluginHooksState,
  hook: 'onUSBAttach' | 'onUSBDetach',
  { device, reason }: { readonly device: Device; readonly reason: string },
): void {
  for (const { plugin, permissions, [hook]: functionName } of Object.values(hooked)) {
    if (functionName === undefined || !maySee(permissions.usb, device)) continue;
    const call = { function: functionName, input: { device, reason } };
    const notify = { actor: PLUGIN, key: plugin, ref: hook, on: ['failed'] as const };
    ctx.enqueue(pluginQueue(plugin), 'plugin.call', call, { notify });
  }
}
