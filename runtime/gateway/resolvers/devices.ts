import type { Device } from '../../../proto/generated/graphql.ts';
import type { Device as PluggedDevice } from '../../../proto/generated/messages.ts';
import type { ActorRecord } from '../../actor/inspection.ts';
import { deviceFilter, type Presence, toDevice, toDeviceEvent } from '../device-view.ts';
import { lastEvents, MAX_HISTORY } from '../event-history.ts';
import { pageSize, type QueryResolvers } from '../resolver.ts';
import type { GatewayServices } from '../services.ts';

/** The states of these two actors are what is known of devices. */
const WATCHER = 'device-watcher';
const DEVICE = 'device';
const PAGE = 500;
/** Devices ever seen that are looked at, at most; the list has no pages. */
const MAX_KNOWN = 10_000;

export const deviceQueries = {
  async devices({ attached: wanted }, { services }) {
    const watchers = await listAll(services, WATCHER);
    // The watcher is the truth about what is attached; the device's own actor hears of it a moment later.
    const attached = new Map<string, Device>();
    for (const { state } of watchers) {
      for (const device of devicesOf(state)) {
        attached.set(`${device.host}/${device.id}`, toDevice(device, { attached: true }));
      }
    }
    if (wanted === true) return [...attached.values()].sort(newestFirst);
    const away: Device[] = [];
    for (const { key, state } of await listAll(services, DEVICE)) {
      const known = knownDevice(state);
      if (known !== undefined && !attached.has(key)) away.push(toDevice(known.device, known.presence));
    }
    away.sort(newestFirst);
    return wanted === false ? away : [...[...attached.values()].sort(newestFirst), ...away];
  },

  async deviceHistory({ id, last }, { services }) {
    const wanted = pageSize('last', last, 50, MAX_HISTORY);
    const { tenant } = services;
    const filters = id == null ? [deviceFilter(tenant)] : await filtersOfDevice(id, services);
    const histories = await Promise.all(filters.map((filter) => lastEvents(filter, wanted, services)));
    return histories
      .flatMap(({ incarnation, events }) => events.map((event) => ({ incarnation, event })))
      .sort((left, right) => left.event.sequence - right.event.sequence)
      .slice(-wanted)
      .map(({ incarnation, event }) => toDeviceEvent(incarnation, event));
  },
} satisfies Pick<QueryResolvers, 'devices' | 'deviceHistory'>;

/** An id may have been plugged into several hosts, each of which has its own key for it. */
async function filtersOfDevice(id: string, services: GatewayServices) {
  const watchers = await listAll(services, WATCHER);
  const hosts = new Set([services.host, ...watchers.map(({ key }) => key)]);
  return [...hosts].map((host) => deviceFilter(services.tenant, `${host}/${id}`));
}

async function listAll(services: GatewayServices, name: string): Promise<readonly ActorRecord[]> {
  const all: ActorRecord[] = [];
  let after: string | undefined;
  do {
    const page = await services.listActors({ name, first: PAGE, ...(after === undefined ? {} : { after }) });
    all.push(...page.actors);
    after = page.next;
  } while (after !== undefined && all.length < MAX_KNOWN);
  return all;
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
