import type { SeenDevice } from './snapshot.ts';

/**
 * What the watcher's process and its parent say to each other over Node's IPC channel, as JSON.
 *
 * The watcher says `hello` first, then `health` and `snapshot` (or `failure`) for the start. From then on it speaks
 * when something has changed, and answers: a `request` by the next `snapshot` or `failure` whose `answers` hold its
 * id, a `read` by the `reading` with its id. Either side ends the talk by closing the channel.
 */

/** Everything on the bus at one instant. */
export interface Snapshot {
  readonly devices: readonly SeenDevice[];
  /** What led to this look: the watcher's start, a hot-plug hint, the timer, or the parent's request. */
  readonly reason: SnapshotReason;
  /** ISO 8601. */
  readonly observedAt: string;
  /** ISO 8601; when the first hint came that led to this look. */
  readonly hintedAt?: string;
}

export const SNAPSHOT_REASONS = ['start', 'hint', 'request', 'poll'] as const;
export type SnapshotReason = (typeof SNAPSHOT_REASONS)[number];

export interface UsbHealth {
  /** `absent`: no USB on this host; `degraded`: devices are seen late, or not at all; `detail` says why. */
  readonly state: UsbState;
  readonly detail: string;
  /** Hot-plug hints heard, and looks taken, since the watcher began. */
  readonly hints: number;
  readonly reconciles: number;
}

export const USB_STATES = ['ok', 'degraded', 'absent'] as const;
export type UsbState = (typeof USB_STATES)[number];

/** What a device says when it is opened, as the addon gives it; or a stable code why not. */
export type DeviceReading =
  | { readonly ok: true; readonly details: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly code: ReadingFailure; readonly message: string };

export const READING_FAILURES = [
  /** The device node may not be opened by this user. */
  'AW_USB_ACCESS',
  /** No device of this session is there any more, or its device node is not. */
  'AW_USB_GONE',
  /** The device, or what drives it, did not answer in time. */
  'AW_USB_TIMEOUT',
  /** Too many readings at once, or another program has the device. */
  'AW_USB_BUSY',
  /** Anything else. */
  'AW_USB_READ',
] as const;
export type ReadingFailure = (typeof READING_FAILURES)[number];

export type WatcherMessage =
  | { readonly type: 'hello'; readonly pid: number }
  | { readonly type: 'snapshot'; readonly snapshot: Snapshot; readonly answers: readonly number[] }
  | { readonly type: 'failure'; readonly code: string; readonly message: string; readonly answers: readonly number[] }
  | { readonly type: 'health'; readonly health: UsbHealth }
  | { readonly type: 'reading'; readonly id: number; readonly reading: DeviceReading };

export type ParentMessage =
  | { readonly type: 'request'; readonly id: number }
  | { readonly type: 'read'; readonly id: number; readonly session: string; readonly timeoutMs: number };

/** The watcher's message with exactly its fields, or undefined when it is none. */
export function parseWatcherMessage(value: unknown): WatcherMessage | undefined {
  if (!isRecord(value)) return undefined;
  const { type, pid, id, code, message, answers } = value;
  switch (type) {
    case 'hello':
      return isCount(pid) ? { type, pid } : undefined;
    case 'snapshot': {
      const snapshot = parseSnapshot(value.snapshot);
      return snapshot !== undefined && isCounts(answers) ? { type, snapshot, answers } : undefined;
    }
    case 'failure':
      return isText(code) && isText(message) && isCounts(answers) ? { type, code, message, answers } : undefined;
    case 'health': {
      const health = parseHealth(value.health);
      return health === undefined ? undefined : { type, health };
    }
    case 'reading': {
      const reading = parseReading(value.reading);
      return isCount(id) && reading !== undefined ? { type, id, reading } : undefined;
    }
    default:
      return undefined;
  }
}

/** The parent's message with exactly its fields, or undefined when it is none. */
export function parseParentMessage(value: unknown): ParentMessage | undefined {
  if (!isRecord(value)) return undefined;
  const { type, id, session, timeoutMs } = value;
  if (type === 'request' && isCount(id)) return { type, id };
  if (type === 'read' && isCount(id) && isText(session) && isCount(timeoutMs)) return { type, id, session, timeoutMs };
  return undefined;
}

/** A snapshot with exactly its fields, or undefined when it is none. */
export function parseSnapshot(value: unknown): Snapshot | undefined {
  if (!isRecord(value) || !Array.isArray(value.devices) || value.devices.length > MAX_DEVICES) return undefined;
  const { observedAt, hintedAt } = value;
  const reason = SNAPSHOT_REASONS.find((known) => known === value.reason);
  const devices = value.devices.map(parseDevice).filter((device) => device !== undefined);
  if (reason === undefined || devices.length !== value.devices.length || !isInstant(observedAt)) return undefined;
  if (hintedAt !== undefined && !isInstant(hintedAt)) return undefined;
  return { devices, reason, observedAt, ...(hintedAt === undefined ? {} : { hintedAt }) };
}

/** More than any host can have; the schema of the actor's command says the same. */
const MAX_DEVICES = 2048;
const MAX_TEXT = 1024;

const DEVICE_FIELDS: {
  readonly [field in keyof SeenDevice]-?: readonly [isRequired: boolean, (value: unknown) => boolean];
} = {
  session: [true, isText],
  bus: [true, isCount],
  address: [true, isCount],
  port: [true, isText],
  vendorId: [true, isCount],
  productId: [true, isCount],
  serial: [false, isText],
  manufacturer: [false, isText],
  product: [false, isText],
  speed: [false, isText],
  deviceClass: [false, isCount],
  path: [true, isText],
  partial: [true, isBoolean],
  virtual: [false, isBoolean],
};

function parseDevice(value: unknown): SeenDevice | undefined {
  if (!isRecord(value)) return undefined;
  const device: Record<string, unknown> = {};
  for (const [field, [isRequired, isValid]] of Object.entries(DEVICE_FIELDS)) {
    if (value[field] === undefined && !isRequired) continue;
    if (!isValid(value[field])) return undefined;
    device[field] = value[field];
  }
  return device as unknown as SeenDevice;
}

function parseHealth(value: unknown): UsbHealth | undefined {
  if (!isRecord(value)) return undefined;
  const { detail, hints, reconciles } = value;
  const state = USB_STATES.find((known) => known === value.state);
  return state !== undefined && isText(detail) && isCount(hints) && isCount(reconciles)
    ? { state, detail, hints, reconciles }
    : undefined;
}

function parseReading(value: unknown): DeviceReading | undefined {
  if (!isRecord(value)) return undefined;
  const { ok, details, message } = value;
  if (ok === true) return isRecord(details) ? { ok, details } : undefined;
  const code = READING_FAILURES.find((known) => known === value.code);
  return ok === false && code !== undefined && isText(message) ? { ok, code, message } : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isCounts(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every(isCount);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_TEXT;
}

function isBoolean(value: unknown): value is boolean {
  return typeof value === 'boolean';
}

function isInstant(value: unknown): value is string {
  return isText(value) && !Number.isNaN(Date.parse(value));
}
