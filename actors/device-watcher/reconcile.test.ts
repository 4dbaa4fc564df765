import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Device, deviceOf } from './identity.ts';
import { reconcile } from './reconcile.ts';
import type { SeenDevice } from './snapshot.ts';

const BENCH = { host: 'bench', at: 1_000 };

function seen(port: string, session: string, more: Partial<SeenDevice> = {}): SeenDevice {
  const path = '/dev/bus/usb/001/004';
  return { session, bus: 1, address: 4, port, vendorId: 1, productId: 2, path, partial: false, ...more };
}

test('reconcile tells what came and what went', () => {
  const a = seen('1-1', 'a', { serial: 'A' });
  const b = seen('1-2', 'b', { serial: 'B' });
  const table: [name: string, before: SeenDevice[], now: SeenDevice[], detached: string[], attached: string[]][] = [
    ['nothing', [], [], [], []],
    ['the first', [], [a], [], ['a']],
    ['two at once, by port', [], [b, a], [], ['a', 'b']],
    ['no change', [a, b], [b, a], [], []],
    ['one of two goes', [a, b], [b], ['a'], []],
    ['all go, in the order in which they came', [b, a], [], ['b', 'a'], []],
    ['another session on the same port', [a], [seen('1-1', 'a2', { serial: 'A' })], ['a'], ['a2']],
    ['the same device on another port', [a], [seen('1-9', 'a2', { serial: 'A' })], ['a'], ['a2']],
    ['a session twice', [], [a, a], [], ['a']],
    ['a session that comes again as another device', [a], [{ ...a, productId: 9 }], ['a'], ['a']],
    ['a session that comes again with another serial', [a], [{ ...a, serial: 'Z' }], ['a'], ['a']],
    ['a session that comes again on another port', [a], [{ ...a, port: '1-3' }], ['a'], ['a']],
    ['a virtual device in a snapshot', [], [{ ...a, virtual: true }], [], []],
  ];
  for (const [name, before, now, detached, attached] of table) {
    const { next } = inOrder(before);
    const change = reconcile(next, now, BENCH);
    assert.deepEqual(
      change.detached.map((device) => device.session),
      detached,
      name,
    );
    assert.deepEqual(
      change.attached.map((device) => device.session),
      attached,
      name,
    );
  }
});

test('reconcile leaves virtual devices alone, and their ids taken', () => {
  const virtual = deviceOf(seen('virtual', 'v', { serial: 'S', virtual: true }), { ...BENCH, id: '0001:0002:S' });
  const first = reconcile([virtual], [seen('1-1', 'a', { serial: 'S' })], BENCH);
  assert.deepEqual(
    first.attached.map((device) => device.id),
    ['0001:0002@1-1'],
  );
  const second = reconcile(first.next, [], BENCH);
  assert.deepEqual(
    second.detached.map((device) => device.session),
    ['a'],
  );
  assert.deepEqual(second.next, [virtual]);
});

test('reconcile keeps an id for its session, whoever else comes and goes', () => {
  const a = seen('1-1', 'a', { serial: 'S' });
  const b = seen('1-2', 'b', { serial: 'S' });
  const both = reconcile(reconcile([], [a], BENCH).next, [a, b], BENCH);
  assert.deepEqual(
    both.next.map((device) => device.id),
    ['0001:0002:S', '0001:0002@1-2'],
  );
  const alone = reconcile(both.next, [b], BENCH);
  assert.deepEqual(
    alone.next.map((device) => device.id),
    ['0001:0002@1-2'],
  );
  const again = reconcile(alone.next, [b, { ...a, session: 'a2' }], BENCH);
  assert.deepEqual(
    again.attached.map((device) => device.id),
    ['0001:0002:S'],
  );
});

test('reconcile frees an id before it is taken: the same device plugged in again is the same', () => {
  const before = reconcile([], [seen('1-1', 'a', { serial: 'S' })], BENCH).next;
  const { detached, attached } = reconcile(before, [seen('1-2', 'b', { serial: 'S' })], { ...BENCH, at: 2_000 });
  assert.equal(detached[0]?.id, attached[0]?.id);
  assert.deepEqual([detached[0]?.timestamp, attached[0]?.timestamp], [1_000, 2_000]);
});

test('reconcile fills in silently what could not be read at first, and takes nothing away', () => {
  const partial = seen('1-1', 'a', { partial: true });
  const whole = seen('1-1', 'a', { serial: 'S', product: 'Pen' });
  const first = reconcile([], [partial], BENCH).next;
  const filled = reconcile(first, [whole], { ...BENCH, at: 2_000 });
  assert.deepEqual([filled.attached, filled.detached], [[], []]);
  const [device] = filled.next;
  assert.deepEqual(
    [device?.id, device?.serial, device?.product, device?.partial, device?.timestamp],
    ['0001:0002@1-1', 'S', 'Pen', false, 1_000],
  );
  assert.deepEqual(reconcile(filled.next, [partial], BENCH).next, filled.next);
});

test('reconcile, applied at random, always gives what was seen last, with every id once', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = randomFrom(seed);
    const pick = (count: number) => Math.floor(random() * count);
    const virtual = deviceOf(seen('virtual', 'v', { serial: 'S0', virtual: true }), { ...BENCH, id: '0001:0000:S0' });
    let state: readonly Device[] = [virtual];
    const told = new Map<string, Device>([['v', virtual]]);
    const ports = new Map<string, SeenDevice>();
    let sessions = 0;
    for (let step = 0; step < 30; step++) {
      for (let change = pick(5); change > 0; change--) {
        const port = `1-${1 + pick(6)}`;
        if (random() < 0.4) ports.delete(port);
        else {
          const serial = random() < 0.3 ? {} : { serial: `S${pick(3)}` };
          ports.set(port, seen(port, `s${sessions++}`, { productId: pick(2), partial: random() < 0.2, ...serial }));
        }
      }
      const now = [...ports.values()].sort(() => random() - 0.5);
      const { detached, attached, next } = reconcile(state, now, { host: 'bench', at: step });
      for (const device of detached) assert.ok(told.delete(device.session), 'only what was attached detaches');
      for (const device of attached) {
        assert.ok(!told.has(device.session), 'nothing attaches twice');
        assert.ok(![...told.values()].some((other) => other.id === device.id), 'an id is free when it is taken');
        told.set(device.session, device);
      }
      const expected = ['v', ...now.map((device) => device.session)].sort();
      assert.deepEqual([...told.keys()].sort(), expected, `seed ${seed}, step ${step}`);
      assert.deepEqual(next.map((device) => device.session).sort(), expected);
      assert.equal(new Set(next.map((device) => device.id)).size, next.length);
      assert.deepEqual(next[0], virtual);
      for (const device of next) assert.equal(device.id, told.get(device.session)?.id, 'an id stays for its session');
      state = next;
    }
  }
});

/** Attached one after the other. */
function inOrder(devices: readonly SeenDevice[]): { readonly next: readonly Device[] } {
  let next: readonly Device[] = [];
  const there: SeenDevice[] = [];
  for (const device of devices) {
    there.push(device);
    ({ next } = reconcile(next, there, BENCH));
  }
  return { next };
}

/** The "minimal standard" generator of Park and Miller. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}
