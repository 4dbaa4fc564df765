import type { Device } from '../../../proto/generated/graphql.ts';
import type { Device as PluggedDevice } from '../../../proto/generated/messages.ts';
import { deviceFilter, type Presence, toDevice, toDeviceEvent } from '../device-view.ts';
import { lastEvents, MAX_HISTORY } from '../event-history.ts';
import type { EveryActor } from '../every-actor.ts';
import { pageSize, type QueryResolvers } from '../resolver.ts';

/** The states of these two actors are what is known of devices. */
const WATCHER = 'device-watcher';
const DEVICE = 'device';

export const deviceQueries = {
  async devices({ attached: wanted }, { everyActor }) {
    const watchers = await everyActor(WATCHER);
    // The watcher is the truth about what is attached; the device's own actor hears of it a moment later.
    const attached = new Map<string, Device>();
    for (const { state } of watchers) {
      for (const device of devicesOf(state)) {
        attached.set(`${device.host}/${device.id}`, toDevice(device, { attached: true }));
      }
    }
    if (wanted === true) return [...attached.values()].sort(newestFirst);
    const away: Device[] = [];
    for (const { key, state } of await everyActor(DEVICE)) {
      const known = knownDevice(state);
      if (known !== undefined && !attached.has(key)) away.push(toDevice(known.device, known.presence));
    }
    away.sort(newestFirst);
    return wanted === false ? away : [...[...attached.values()].sort(newestFirst), ...away];
  },

  async deviceHistory({ id, last }, { services, tenant, everyActor }) {
    const wanted = pageSize('last', last, 50, MAX_HISTORY);
    const filters = id == null ? [deviceFilter(tenant)] : await filtersOfDevice(id, tenant, services.host, everyActor);
    const histories = await Promise.all(filters.map((filter) => lastEvents(filter, wanted, services)));
    return histories
      .flatMap(({ incarnation, events }) => events.map((event) => ({ incarnation, event })))
      .sort((left, right) => left.event.sequence - right.event.sequence)
      .slice(-wanted)
      .map(({ incarnation, event }) => toDeviceEvent(incarnation, event));
  },
} satisfies Pick<QueryResolvers, 'devices' | 'deviceHistory'>;

/** An id may have been plugged into several hosts, each of which has its own key for it. */
async function filtersOfDevice(id: string, tenant: string, host: string, everyActor: EveryActor) {
  const watchers = await everyActor(WATCHER);
  const hosts = new Set([host, ...watchers.map(({ key }) => key)]);
  return [...hosts].map((each) => deviceFilter(tenant, `${each}/${id}`));
}

/** States are the actors' own and were written by them, perhaps by another version: take what has the right shape. */
function devicesOf(state: unknown): readonly PluggedDevice[] {
  const devices = isRecord(state) ? state['devices'] : undefined;
  return Array.isArray(devices) ? devices.filter(isDevice) : [];
}

function knownDevice(state: unknown): { device: PluggedDevice; presence: Presence } | undefined {
  if (!isRecord(state) || !isDevice(state['device'])) return undefined;
  const presence = { attached: false, attachedAt: text(state['attachedAt']), detachedAt: text(state['detachedAt']) };
  return { device: state['device'], presence };
}

function isDevice(value: unknown): value is PluggedDevice {
  return isRecord(value) && typeof value['id'] === 'string' && typeof value['timestamp'] === 'number';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function newestFirst(left: Device, right: Device): number {
  return right.timestamp - left.timestamp;
}
