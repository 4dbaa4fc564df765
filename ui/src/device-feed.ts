/**
 * What the page knows of devices and events, as a pure function of what the gateway sent.
 *
 * States, and what changes them:
 * - *empty*: nothing loaded. `history` brings the newest events and with them the cursor to subscribe from.
 * - *awaiting a snapshot* (`pending` is a map): at the start and after `Lagged`. Events are applied, and the newest of
 *   each device is kept aside, because the snapshot that is under way may be older or newer than they are.
 * - *settled* (`pending` is null): a `snapshot` came and what was kept aside is applied to it. From here events alone
 *   keep the devices true: they come without gap, also over a reconnect.
 */
import type { DeviceEventsSubscription, DeviceHistoryQuery, DevicesQuery } from './generated/operations.ts';

export type Device = DevicesQuery['devices'][number];
export type DeviceEvent = DeviceHistoryQuery['deviceHistory'][number];
export type PushedUpdate = DeviceEventsSubscription['deviceEvents'];

/** One line of the event feed. */
export type FeedRow =
  | { readonly kind: 'event'; readonly cursor: string; readonly event: DeviceEvent; readonly isLive: boolean }
  | {
      readonly kind: 'lagged';
      readonly cursor: string;
      readonly from: string;
      readonly to: string;
      readonly count: number | null;
    };

export interface FeedState {
  /** By {@link deviceKey}. */
  readonly devices: ReadonlyMap<string, Device>;
  /** Newest first. */
  readonly rows: readonly FeedRow[];
  /** Where to subscribe from; null before anything is known. */
  readonly cursor: string | null;
  /** True while everything up to now is here. */
  readonly isCaughtUp: boolean;
  readonly pending: ReadonlyMap<string, DeviceEvent> | null;
  /** Events that the gateway sent twice; none are expected. */
  readonly duplicates: number;
  /** {@link eventKey} of the last events, oldest first. */
  readonly seen: ReadonlySet<string>;
}

export type FeedUpdate =
  | { readonly kind: 'history'; readonly events: readonly DeviceEvent[] }
  | { readonly kind: 'snapshot'; readonly devices: readonly Device[] }
  | { readonly kind: 'pushed'; readonly update: PushedUpdate }
  | { readonly kind: 'disconnected' }
  /** The gateway does not know our cursor any more: everything is loaded anew. */
  | { readonly kind: 'reset' };

/** Lines kept in the feed. */
export const ROWS_KEPT = 200;
/** Detached devices kept; the longest gone leave first. */
export const DETACHED_KEPT = 100;
/** Enough to notice a repeated page of events; a gateway that repeats more is not one of ours. */
const SEEN_KEPT = 1000;

export const EMPTY_FEED: FeedState = {
  devices: new Map(),
  rows: [],
  cursor: null,
  isCaughtUp: false,
  pending: new Map(),
  duplicates: 0,
  seen: new Set(),
};

/** A device without a serial number is told apart by its port, which is unique on its host only. */
export function deviceKey(device: Pick<Device, 'host' | 'id'>): string {
  return `${device.host}\n${device.id}`;
}

export function applyUpdate(state: FeedState, update: FeedUpdate): FeedState {
  return applyUpdates(state, [update]);
}

/** Applies many at once, copying each collection once: what makes a thousand events a second bearable. */
export function applyUpdates(state: FeedState, updates: readonly FeedUpdate[]): FeedState {
  if (updates.length === 0) return state;
  const draft: Draft = {
    ...state,
    devices: new Map(state.devices),
    pending: state.pending && new Map(state.pending),
    seen: new Set(state.seen),
    fresh: [],
  };
  for (const update of updates) applyToDraft(draft, update);
  trimOldest(draft.seen, SEEN_KEPT);
  trimDetached(draft.devices);
  const { fresh, ...rest } = draft;
  if (fresh.length === 0) return rest;
  return { ...rest, rows: [...fresh.slice(-ROWS_KEPT).reverse(), ...rest.rows].slice(0, ROWS_KEPT) };
}

/** Attached first, each group with its latest change on top. */
export function sortDevices(devices: Iterable<Device>): Device[] {
  return Array.from(devices, (device) => ({ device, changedAt: changedAtMs(device) }))
    .sort(
      (a, b) =>
        Number(b.device.attached) - Number(a.device.attached) ||
        b.changedAt - a.changedAt ||
        (a.device.id < b.device.id ? -1 : 1),
    )
    .map(({ device }) => device);
}

/** A cursor says where an event stands in the log; a log that was made anew has other events at the same places. */
function eventKey(event: DeviceEvent): string {
  return `${event.cursor} ${event.id}`;
}

interface Draft {
  devices: Map<string, Device>;
  rows: readonly FeedRow[];
  pending: Map<string, DeviceEvent> | null;
  seen: Set<string>;
  cursor: string | null;
  isCaughtUp: boolean;
  duplicates: number;
  /** New rows, oldest first. */
  fresh: FeedRow[];
}

function applyToDraft(draft: Draft, update: FeedUpdate): void {
  switch (update.kind) {
    case 'history':
      takeHistory(draft, update.events);
      return;
    case 'snapshot':
      draft.devices = new Map(update.devices.map((device) => [deviceKey(device), device]));
      for (const [key, event] of draft.pending ?? []) {
        const known = draft.devices.get(key);
        if (!known || isNewer(event, known)) draft.devices.set(key, deviceOf(event));
      }
      draft.pending = null;
      return;
    case 'disconnected':
      draft.isCaughtUp = false;
      return;
    case 'reset':
      draft.rows = [];
      draft.fresh = [];
      draft.seen = new Set();
      draft.cursor = null;
      draft.isCaughtUp = false;
      // The devices stay readable until the snapshot replaces them.
      draft.pending = new Map();
      return;
    case 'pushed':
      applyPushed(draft, update.update);
  }
}

/** History comes before what is pushed, or, where the log was empty, once more up to where the pushing began. */
function takeHistory(draft: Draft, events: readonly DeviceEvent[]): void {
  const pushedKeys = new Set(draft.pending?.keys());
  const older: FeedRow[] = [];
  for (const event of events) {
    if (draft.seen.has(eventKey(event))) continue;
    draft.seen.add(eventKey(event));
    older.unshift({ kind: 'event', cursor: event.cursor, event, isLive: false });
    const key = deviceKey(event.device);
    if (!pushedKeys.has(key)) draft.pending?.set(key, event);
  }
  draft.rows = [...draft.rows, ...older].slice(0, ROWS_KEPT);
  draft.cursor ??= events.at(-1)?.cursor ?? null;
}

function applyPushed(draft: Draft, update: PushedUpdate): void {
  switch (update.__typename) {
    case 'CaughtUp':
      draft.isCaughtUp = true;
      draft.cursor = update.cursor;
      return;
    case 'Lagged':
      // What was lost may have been about any device: the devices are true again after the next snapshot.
      draft.pending ??= new Map();
      draft.cursor = update.cursor;
      draft.fresh.push({
        kind: 'lagged',
        cursor: update.cursor,
        from: update.from,
        to: update.to,
        count: update.count,
      });
      return;
    case 'DeviceEvent':
      if (draft.seen.has(eventKey(update))) draft.duplicates += 1;
      else takePushed(draft, update);
  }
}

function takePushed(draft: Draft, event: DeviceEvent): void {
  draft.seen.add(eventKey(event));
  draft.cursor = event.cursor;
  draft.fresh.push({ kind: 'event', cursor: event.cursor, event, isLive: true });
  const key = deviceKey(event.device);
  draft.pending?.set(key, event);
  if (!isSessionOver(event, draft.devices.get(key))) draft.devices.set(key, deviceOf(event));
}

/** The event's type decides, whatever the device in it says of the present. */
function deviceOf(event: DeviceEvent): Device {
  return event.type === 'ATTACHED'
    ? { ...event.device, attached: true, detachedAt: null }
    : { ...event.device, attached: false, detachedAt: event.device.detachedAt ?? event.at };
}

/** A session ends once: an attach of one that is known to be over is an old event behind a newer snapshot. */
function isSessionOver(event: DeviceEvent, known: Device | undefined): boolean {
  return event.type === 'ATTACHED' && known?.session === event.device.session && !known.attached;
}

/**
 * Whether the event tells more than a snapshot does. At the same instant the event wins: were the snapshot newer, the
 * events that made it so are still to come and will say it again.
 */
function isNewer(event: DeviceEvent, known: Device): boolean {
  if (known.session === event.device.session) return event.type === 'DETACHED' && known.attached;
  return Date.parse(event.at) >= changedAtMs(known);
}

function changedAtMs(device: Device): number {
  return Date.parse((device.attached ? null : device.detachedAt) ?? device.attachedAt);
}

function trimOldest(set: Set<string>, kept: number): void {
  let excess = set.size - kept;
  for (const oldest of set) {
    if (excess-- <= 0) return;
    set.delete(oldest);
  }
}

function trimDetached(devices: Map<string, Device>): void {
  const detached = [...devices].filter(([, device]) => !device.attached);
  if (detached.length <= DETACHED_KEPT) return;
  detached.sort(([, a], [, b]) => changedAtMs(b) - changedAtMs(a));
  for (const [key] of detached.slice(DETACHED_KEPT)) devices.delete(key);
}
