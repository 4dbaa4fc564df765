import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  applyUpdate,
  applyUpdates,
  DETACHED_KEPT,
  type Device,
  type DeviceEvent,
  deviceKey,
  EMPTY_FEED,
  type FeedState,
  type FeedUpdate,
  ROWS_KEPT,
  sortDevices,
} from './device-feed.ts';

const START_MS = Date.parse('2026-11-22T10:00:00.000Z');

function makeDevice(name: string, overrides: Partial<Device> = {}): Device {
  return {
    id: `1209:0001:${name}`,
    session: `${name}-1`,
    host: 'lab',
    vendor: 'Vendor',
    product: 'Product',
    vendorId: 0x1209,
    productId: 1,
    serial: name,
    port: '1-1',
    speed: '480',
    path: '/dev/bus/usb/001/002',
    partial: false,
    virtual: true,
    attached: true,
    attachedAt: instant(0),
    detachedAt: null,
    ...overrides,
  };
}

function instant(second: number): string {
  return new Date(START_MS + second * 1000).toISOString();
}

/** The event at one second, which is also its cursor. */
function makeEvent(second: number, type: DeviceEvent['type'], name: string, session = `${name}-1`): DeviceEvent {
  const isAttach = type === 'ATTACHED';
  return {
    id: `event-${second}`,
    cursor: String(second),
    type,
    reason: isAttach ? 'plug' : 'unplug',
    at: instant(second),
    traceId: null,
    device: makeDevice(name, {
      session,
      attached: isAttach,
      attachedAt: instant(isAttach ? second : 0),
      detachedAt: isAttach ? null : instant(second),
    }),
  };
}

function push(event: DeviceEvent): FeedUpdate {
  return { kind: 'pushed', update: { __typename: 'DeviceEvent', ...event } };
}

function caughtUp(cursor: string): FeedUpdate {
  return { kind: 'pushed', update: { __typename: 'CaughtUp', cursor } };
}

function lagged(cursor: string, count: number | null): FeedUpdate {
  return { kind: 'pushed', update: { __typename: 'Lagged', cursor, from: '1', to: cursor, count } };
}

function attachedNames(state: FeedState): string[] {
  return [...state.devices.values()].filter((device) => device.attached).map((device) => device.serial ?? '');
}

function cursors(state: FeedState): string[] {
  return state.rows.map((row) => row.cursor);
}

const settled = applyUpdates(EMPTY_FEED, [
  { kind: 'history', events: [makeEvent(1, 'ATTACHED', 'a')] },
  caughtUp('1'),
  { kind: 'snapshot', devices: [makeDevice('a', { attachedAt: instant(1) })] },
]);

describe('applyUpdate', () => {
  test('history gives rows, newest first, and the cursor to subscribe from', () => {
    const state = applyUpdate(EMPTY_FEED, {
      kind: 'history',
      events: [makeEvent(1, 'ATTACHED', 'a'), makeEvent(2, 'DETACHED', 'a')],
    });
    assert.deepEqual(cursors(state), ['2', '1']);
    assert.equal(state.cursor, '2');
    assert.equal(state.devices.size, 0, 'devices wait for the snapshot');
    assert.equal(state.isCaughtUp, false);
  });

  test('an event attaches, detaches and re-attaches a device', () => {
    const detached = applyUpdate(settled, push(makeEvent(2, 'DETACHED', 'a')));
    const device = detached.devices.get(deviceKey(makeDevice('a')));
    assert.equal(device?.attached, false);
    assert.equal(device?.detachedAt, instant(2));
    const again = applyUpdate(detached, push(makeEvent(3, 'ATTACHED', 'a', 'a-2')));
    assert.deepEqual(attachedNames(again), ['a']);
    assert.equal(again.devices.size, 1);
    assert.equal(again.cursor, '3');
  });

  test('the type of the event decides, whatever its device says of the present', () => {
    const event = makeEvent(2, 'DETACHED', 'a');
    const state = applyUpdate(
      settled,
      push({ ...event, device: { ...event.device, attached: true, detachedAt: null } }),
    );
    assert.deepEqual(attachedNames(state), []);
    assert.equal([...state.devices.values()][0]?.detachedAt, instant(2));
  });

  test('a repeated cursor changes nothing and is counted', () => {
    const once = applyUpdate(settled, push(makeEvent(2, 'ATTACHED', 'b')));
    const twice = applyUpdate(once, push(makeEvent(2, 'ATTACHED', 'b')));
    assert.equal(twice.duplicates, 1);
    assert.deepEqual(cursors(twice), ['2', '1']);
    assert.equal(applyUpdate(settled, push(makeEvent(1, 'ATTACHED', 'a'))).duplicates, 1, 'history counts as seen');
  });

  test('an attach of a session that is over does not bring it back', () => {
    const over = applyUpdate(settled, push(makeEvent(3, 'DETACHED', 'a')));
    const state = applyUpdate(over, push(makeEvent(4, 'ATTACHED', 'a', 'a-1')));
    assert.deepEqual(attachedNames(state), []);
  });

  test('a clock set back does not hide a live event', () => {
    const event = makeEvent(2, 'ATTACHED', 'a', 'a-2');
    const over = applyUpdate(settled, push(makeEvent(3600, 'DETACHED', 'a')));
    assert.deepEqual(attachedNames(applyUpdate(over, push(event))), ['a']);
  });

  test('the same device id on two hosts is two devices', () => {
    const event = makeEvent(2, 'ATTACHED', 'a');
    const state = applyUpdate(settled, push({ ...event, device: { ...event.device, host: 'other' } }));
    assert.equal(state.devices.size, 2);
  });

  test('CaughtUp moves the cursor and says so until the connection is lost', () => {
    const state = applyUpdate(settled, caughtUp('9'));
    assert.equal(state.cursor, '9');
    assert.equal(state.isCaughtUp, true);
    const lost = applyUpdate(state, { kind: 'disconnected' });
    assert.equal(lost.isCaughtUp, false);
    assert.equal(lost.cursor, '9');
    assert.equal(lost.devices.size, 1, 'what was known stays readable');
  });

  test('reset forgets the log, and keeps the devices until a snapshot replaces them', () => {
    const doubled = applyUpdate(settled, push(makeEvent(1, 'ATTACHED', 'a')));
    const state = applyUpdates(doubled, [
      { kind: 'reset' },
      { kind: 'history', events: [makeEvent(1, 'ATTACHED', 'a')] },
    ]);
    assert.deepEqual(cursors(state), ['1']);
    assert.equal(state.duplicates, 1);
    assert.equal(state.devices.size, 1);
    assert.equal(applyUpdate(state, { kind: 'snapshot', devices: [] }).devices.size, 1, 'its history attached one');
  });
});

describe('applyUpdate with a snapshot', () => {
  const before = (events: readonly DeviceEvent[]) =>
    applyUpdates(EMPTY_FEED, [{ kind: 'history', events }, caughtUp('0')]);

  test('a snapshot older than the events gives way to them', () => {
    const table: ReadonlyArray<readonly [claim: string, event: DeviceEvent, snapshot: Device[], attached: string[]]> = [
      ['attach after it', makeEvent(5, 'ATTACHED', 'b'), [], ['b']],
      ['detach after it, same session', makeEvent(5, 'DETACHED', 'a'), [makeDevice('a')], []],
      ['detach after it, other session', makeEvent(5, 'DETACHED', 'a', 'a-2'), [makeDevice('a')], []],
      ['attach of a later session', makeEvent(5, 'ATTACHED', 'a', 'a-2'), [makeDevice('a', detachedAt(4))], ['a']],
    ];
    for (const [claim, event, devices, attached] of table) {
      const pushed = applyUpdates(before([]), [push(event), { kind: 'snapshot', devices }]);
      assert.deepEqual(attachedNames(pushed), attached, claim);
      const fromHistory = applyUpdate(before([event]), { kind: 'snapshot', devices });
      assert.deepEqual(attachedNames(fromHistory), attached, `${claim}, from history`);
    }
  });

  test('a snapshot newer than the events stands', () => {
    const table: ReadonlyArray<readonly [claim: string, event: DeviceEvent, snapshot: Device, attached: string[]]> = [
      ['detach of the session before', makeEvent(2, 'DETACHED', 'a', 'a-0'), makeDevice('a', attachedAt(3)), ['a']],
      ['attach of the session that it ended', makeEvent(2, 'ATTACHED', 'a'), makeDevice('a', detachedAt(3)), []],
      ['attach of the session before', makeEvent(2, 'ATTACHED', 'a', 'a-0'), makeDevice('a', detachedAt(3)), []],
    ];
    for (const [claim, event, device, attached] of table) {
      const state = applyUpdates(before([event]), [{ kind: 'snapshot', devices: [device] }]);
      assert.deepEqual(attachedNames(state), attached, claim);
    }
  });

  test('Lagged is a row, and asks for a new snapshot that replaces what was known', () => {
    const state = applyUpdate(settled, lagged('40', 12));
    assert.ok(state.pending);
    assert.deepEqual(state.rows[0], { kind: 'lagged', cursor: '40', from: '1', to: '40', count: 12 });
    assert.equal(state.cursor, '40');
    const renewed = applyUpdates(state, [
      push(makeEvent(41, 'ATTACHED', 'c')),
      { kind: 'snapshot', devices: [makeDevice('b')] },
    ]);
    assert.deepEqual(attachedNames(renewed).sort(), ['b', 'c']);
    assert.equal(renewed.pending, null);
  });

  test('history asked for once more goes below what was pushed', () => {
    const state = applyUpdates(EMPTY_FEED, [
      { kind: 'history', events: [] },
      caughtUp('4'),
      push(makeEvent(5, 'DETACHED', 'a')),
      { kind: 'history', events: [makeEvent(3, 'ATTACHED', 'b'), makeEvent(4, 'ATTACHED', 'a')] },
      { kind: 'snapshot', devices: [] },
    ]);
    assert.deepEqual(cursors(state), ['5', '4', '3']);
    assert.equal(state.duplicates, 0);
    assert.equal(state.cursor, '5');
    assert.deepEqual(attachedNames(state), ['b'], 'what was pushed about a device is newer than its history');
  });

  function detachedAt(second: number): Partial<Device> {
    return { attached: false, detachedAt: instant(second) };
  }

  function attachedAt(second: number): Partial<Device> {
    return { attachedAt: instant(second) };
  }
});

describe('applyUpdates', () => {
  test('a batch gives what its updates give one by one', () => {
    const updates: FeedUpdate[] = [];
    for (let second = 10; second < 400; second += 1) {
      const name = `d${second % 7}`;
      updates.push(push(makeEvent(second, second % 2 ? 'ATTACHED' : 'DETACHED', name, `${name}-${second >> 1}`)));
      if (second % 50 === 0)
        updates.push(lagged(`${second}.5`, null), { kind: 'snapshot', devices: [makeDevice('s')] });
      if (second % 60 === 0) updates.push(push(makeEvent(second, 'DETACHED', name)));
    }
    const batch = applyUpdates(settled, updates);
    const single = updates.reduce(applyUpdate, settled);
    assert.deepEqual(batch, single);
    assert.equal(batch.rows.length, ROWS_KEPT);
    assert.equal(batch.duplicates, 6);
  });

  test('memory stays bounded', () => {
    let state = settled;
    for (let round = 0; round < 30; round += 1) {
      const updates: FeedUpdate[] = [];
      for (let index = 0; index < 100; index += 1) {
        const second = 10 + round * 100 + index;
        updates.push(push(makeEvent(second, 'DETACHED', `d${second}`)));
      }
      state = applyUpdates(state, updates);
    }
    assert.equal(state.rows.length, ROWS_KEPT);
    assert.equal(state.devices.size, DETACHED_KEPT + 1, 'the attached device stays');
    assert.equal(state.seen.size, 1000);
    assert.ok(state.devices.has(deviceKey(makeDevice('d3009'))), 'the last gone is kept');
  });

  test('no update gives the same state', () => {
    assert.equal(applyUpdates(settled, []), settled);
  });
});

test('sortDevices puts attached ones first and the latest change on top', () => {
  const devices = [
    makeDevice('old', { attachedAt: instant(1) }),
    makeDevice('gone', { attached: false, attachedAt: instant(1), detachedAt: instant(9) }),
    makeDevice('new', { attachedAt: instant(5) }),
    makeDevice('long-gone', { attached: false, attachedAt: instant(1), detachedAt: instant(4) }),
  ];
  assert.deepEqual(
    sortDevices(devices).map((device) => device.serial),
    ['new', 'old', 'gone', 'long-gone'],
  );
});
