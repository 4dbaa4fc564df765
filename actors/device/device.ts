import type { Device } from '../../proto/generated/messages.ts';
import { defineActor } from '../../runtime/actor/definition.ts';

/** One key per device and host: what is known of it, also while it is away. It only listens. */

export interface DeviceState {
  /** As it was last attached; null before the first event. */
  device: Device | null;
  attached: boolean;
  /** ISO 8601. */
  attachedAt?: string;
  /** ISO 8601; absent while it is attached. */
  detachedAt?: string;
  attachments: number;
}

export const device = defineActor({
  name: 'device',
  description: 'What is known of a device, also while it is away',
  file: 'actors/device/device.ts',
  init: (): DeviceState => ({ device: null, attached: false, attachments: 0 }),
  events: {
    'device.attached': {
      key: (event) => event.subject,
      handle(_ctx, state, { data }) {
        state.device = data.device;
        state.attached = true;
        state.attachedAt = new Date(data.device.timestamp).toISOString();
        state.attachments++;
        delete state.detachedAt;
      },
    },
    'device.detached': {
      key: (event) => event.subject,
      handle(_ctx, state, { time, data }) {
        state.device = data.device;
        state.attached = false;
        state.detachedAt = time;
      },
    },
  },
});
