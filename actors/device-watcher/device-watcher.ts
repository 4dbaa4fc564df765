import { type ActorContext, defineActor } from '../../runtime/actor/definition.ts';
import { TerminalError } from '../../runtime/errors/errors.ts';
import { type Device, deviceOf, identify } from './identity.ts';
import { reconcile } from './reconcile.ts';

/**
 * One key per host. Its durable state is what is attached there; each report of the watcher's process is a whole
 * snapshot, and the events are the difference. So a restart, or a report that comes twice, tells nothing twice.
 */

export const DEVICE_WATCHER = 'device-watcher';

export interface DeviceWatcherState {
  devices: readonly Device[];
  /** Virtual devices that were ever plugged: numbers their ports. */
  virtualPlugs: number;
}

/** The key of a device's own actor and events: the same device on another host is another key. */
export function deviceKey(device: { readonly host: string; readonly id: string }): string {
  return `${device.host}/${device.id}`;
}

export const deviceWatcher = defineActor({
  name: DEVICE_WATCHER,
  description: 'What is attached to a host',
  file: 'actors/device-watcher/device-watcher.ts',
  init: (): DeviceWatcherState => ({ devices: [], virtualPlugs: 0 }),
  commands: {
    'device-watcher.report'(ctx, state, { data }) {
      const at = Date.parse(data.observedAt);
      const { detached, attached, next } = reconcile(state.devices, data.devices, { host: ctx.key, at });
      state.devices = next;
      for (const device of detached) tell(ctx, 'device.detached', device, data.reason);
      for (const device of attached) tell(ctx, 'device.attached', device, data.reason);
    },

    'device-watcher.plug'(ctx, state, { id, data }) {
      state.virtualPlugs++;
      const seen = {
        ...data,
        session: `virtual:${id}`,
        bus: 0,
        address: 0,
        port: `virtual-${state.virtualPlugs}`,
        path: '',
        partial: false,
        virtual: true,
      };
      const taken = new Set(state.devices.map((device) => device.id));
      const device = deviceOf(seen, { id: identify(seen, taken), host: ctx.key, at: ctx.now() });
      state.devices = [...state.devices, device];
      tell(ctx, 'device.attached', device, 'plug');
      return device;
    },

    'device-watcher.unplug'(ctx, state, { data }) {
      const device = state.devices.find(({ id }) => id === data.id);
      if (device === undefined) {
        throw new TerminalError('AW_DEVICE_UNKNOWN', `Cannot unplug "${data.id}": no such device is attached`);
      }
      if (!device.virtual) {
        throw new TerminalError('AW_DEVICE_REAL', `Cannot unplug "${data.id}": it is a real device, use your hands`);
      }
      state.devices = state.devices.filter((other) => other !== device);
      tell(ctx, 'device.detached', device, 'unplug');
      return device;
    },
  },
});

function tell(ctx: ActorContext, type: 'device.attached' | 'device.detached', device: Device, reason: string): void {
  ctx.emit(type, { device, reason }, { key: deviceKey(device) });
}
