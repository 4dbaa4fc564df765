import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseParentMessage, parseSnapshot, parseWatcherMessage } from './watcher-protocol.ts';

const DEVICE = {
  session: '1:4:77',
  bus: 1,
  address: 4,
  port: '1-1',
  vendorId: 1,
  productId: 2,
  path: '/dev/bus/usb/001/004',
  partial: false,
};
const SNAPSHOT = { devices: [DEVICE], reason: 'hint', observedAt: '2030-01-01T00:00:00.000Z' };
const HEALTH = { state: 'ok', detail: 'Fine', hints: 1, reconciles: 2 };

test('parseWatcherMessage takes each message, with exactly its fields', () => {
  const table: unknown[] = [
    { type: 'hello', pid: 5 },
    { type: 'snapshot', snapshot: SNAPSHOT, answers: [] },
    { type: 'snapshot', snapshot: { ...SNAPSHOT, hintedAt: SNAPSHOT.observedAt }, answers: [1, 2] },
    { type: 'failure', code: 'AW_USB_BUS_UNREADABLE', message: 'Cannot list', answers: [1] },
    { type: 'health', health: HEALTH },
    { type: 'reading', id: 1, reading: { ok: true, details: { usbVersion: '2.0.0' } } },
    { type: 'reading', id: 1, reading: { ok: false, code: 'AW_USB_ACCESS', message: 'Refused' } },
  ];
  for (const message of table) {
    assert.deepEqual(parseWatcherMessage(message), message);
    assert.deepEqual(parseWatcherMessage({ ...(message as object), more: 1 }), message);
  }
});

test('parseWatcherMessage refuses everything else', () => {
  const table: unknown[] = [
    undefined,
    null,
    'hello',
    [],
    {},
    { type: 'unknown' },
    { type: 'hello' },
    { type: 'hello', pid: '5' },
    { type: 'snapshot', snapshot: SNAPSHOT },
    { type: 'snapshot', snapshot: SNAPSHOT, answers: [-1] },
    { type: 'failure', code: 1, message: 'm', answers: [] },
    { type: 'health', health: { ...HEALTH, state: 'fine' } },
    { type: 'health', health: { ...HEALTH, hints: 0.5 } },
    { type: 'reading', id: 1, reading: { ok: true } },
    { type: 'reading', id: 1, reading: { ok: false, code: 'AW_OTHER', message: 'm' } },
  ];
  for (const message of table) assert.equal(parseWatcherMessage(message), undefined, JSON.stringify(message));
});

test('parseSnapshot looks at every field of every device, and drops what it does not know', () => {
  const full = {
    ...DEVICE,
    serial: 's',
    manufacturer: 'm',
    product: 'p',
    speed: '480',
    deviceClass: 9,
    virtual: false,
  };
  assert.deepEqual(parseSnapshot({ ...SNAPSHOT, devices: [{ ...full, more: 1 }] })?.devices, [full]);
  for (const field of Object.keys(DEVICE)) {
    const { [field as keyof typeof DEVICE]: _, ...rest } = DEVICE;
    assert.equal(parseSnapshot({ ...SNAPSHOT, devices: [DEVICE, rest] }), undefined, `without ${field}`);
  }
  for (const field of Object.keys(full)) {
    assert.equal(
      parseSnapshot({ ...SNAPSHOT, devices: [{ ...full, [field]: {} }] }),
      undefined,
      `${field} is an object`,
    );
  }
});

test('parseSnapshot refuses what no host can have', () => {
  const table: unknown[] = [
    { ...SNAPSHOT, reason: 'whim' },
    { ...SNAPSHOT, observedAt: 'soon' },
    { ...SNAPSHOT, hintedAt: 7 },
    { ...SNAPSHOT, devices: 'none' },
    { ...SNAPSHOT, devices: Array(2_049).fill(DEVICE) },
    { ...SNAPSHOT, devices: [{ ...DEVICE, serial: 'x'.repeat(1_025) }] },
  ];
  for (const snapshot of table) assert.equal(parseSnapshot(snapshot), undefined);
});

test('parseParentMessage takes requests and readings only', () => {
  const request = { type: 'request', id: 1 };
  const read = { type: 'read', id: 2, session: '1:4:77', timeoutMs: 100 };
  assert.deepEqual([parseParentMessage(request), parseParentMessage(read)], [request, read]);
  for (const other of [
    null,
    { type: 'request' },
    { ...read, timeoutMs: 'x' },
    { ...read, session: 1 },
    { type: 'exit' },
  ]) {
    assert.equal(parseParentMessage(other), undefined);
  }
});
