import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PluginPermissions } from '../../proto/generated/messages.ts';
import {
  describePermissions,
  exceeds,
  intersect,
  mayAdd,
  mayAddTo,
  mayEmit,
  mayEmitEvents,
  maySee,
  maySeeAny,
  mayUseKey,
  mayUseKeys,
  worksOn,
} from './permissions.ts';
import { addTo, checkTakeBack, takeBack } from './take-back.ts';

type Pair = readonly [left: PluginPermissions, right: PluginPermissions, both: PluginPermissions];

const usb = (vendors: string[], products?: string[], serials?: string[]): PluginPermissions => ({
  usb: {
    vendor_ids: vendors,
    ...(products && { product_ids: products }),
    ...(serials && { serials }),
  },
});
const queue = (...queues: NonNullable<PluginPermissions['queue']>): PluginPermissions => ({ queue: queues });
const kv = (prefix: string): PluginPermissions => ({ kv: { prefix } });
const memory = (max_heap_mb?: number, max_workers?: number): PluginPermissions => ({
  memory: { ...(max_heap_mb && { max_heap_mb }), ...(max_workers && { max_workers }) },
});

const EVERYTHING: PluginPermissions = {
  ...usb(['*']),
  ...queue('a', 'b'),
  ...kv('a'),
  ...memory(1024, 8),
  events: ['a.b', 'c.d'],
  filesystem: [{ path: '/', mode: 'readwrite' }],
  network: { outbound: ['http://x/'], inbound: { port: 2000, interface: 'all' } },
  secrets: ['s'],
};

const TABLE: readonly Pair[] = [
  [{}, {}, {}],
  [EVERYTHING, {}, {}],
  [{ filesystem: [], network: {}, usb: {}, memory: {}, queue: [], events: [], secrets: [] }, EVERYTHING, {}],

  [usb(['0x1234']), usb(['0x1234', '0x5678']), usb(['0x1234'])],
  [usb(['0xABCD']), usb(['0xabcd']), usb(['0xabcd'])],
  [usb(['0x1234']), usb(['0x5678']), {}],
  [usb(['*']), usb(['0x1234']), usb(['0x1234'])],
  [usb(['*', '0x1234']), usb(['*']), usb(['*'])],
  [usb([]), usb(['*']), {}],
  [{ usb: { product_ids: ['*'], serials: ['A'] } }, usb(['*']), {}],
  [usb(['*'], ['0x0001']), usb(['0x1234']), usb(['0x1234'], ['0x0001'])],
  [usb(['*'], ['*']), usb(['*'], ['0x0002', '0x0001']), usb(['*'], ['0x0001', '0x0002'])],
  [usb(['*'], ['0x0001']), usb(['*'], ['0x0002']), {}],
  [usb(['*'], []), usb(['*']), {}],
  [usb(['*'], undefined, ['A']), usb(['*'], ['0x0001'], ['B', 'A']), usb(['*'], ['0x0001'], ['A'])],
  [usb(['*'], undefined, ['A']), usb(['*'], undefined, ['a']), {}],
  [usb(['*'], undefined, ['*']), usb(['*'], undefined, ['A']), {}],
  [usb(['*'], undefined, []), usb(['*']), {}],

  [queue('a'), queue('a'), queue({ name: 'a', mode: 'both' })],
  [queue('a'), queue({ name: 'a', mode: 'add' }), queue({ name: 'a', mode: 'add' })],
  [queue({ name: 'a', mode: 'work' }), queue({ name: 'a', mode: 'both' }), queue({ name: 'a', mode: 'work' })],
  [queue({ name: 'a', mode: 'work' }), queue({ name: 'a', mode: 'add' }), {}],
  [queue({ name: 'a', mode: 'work' }, { name: 'a', mode: 'add' }), queue('a'), queue({ name: 'a', mode: 'both' })],
  [queue('b', 'a'), queue('c', 'a'), queue({ name: 'a', mode: 'both' })],
  [queue('a'), queue('ab'), {}],

  [kv('a'), kv('a'), kv('a')],
  [kv('a'), kv('a:b'), kv('a:b')],
  [kv('ab'), kv('ac'), {}],
  [kv(''), kv('a'), {}],

  [memory(64, 4), memory(32, 8), memory(32, 4)],
  [memory(64), {}, {}],
  [memory(10), {}, memory(10)],
  [memory(64, 2), memory(undefined, 2), memory(undefined, 2)],
  [memory(16, 1), memory(64, 8), {}],

  [{ events: ['a.b', 'c.d'] }, { events: ['c.d', 'e.f'] }, { events: ['c.d'] }],
  [{ events: ['c.d', 'a.b', 'a.b'] }, EVERYTHING, { events: ['a.b', 'c.d'] }],
  [{ secrets: ['s'] }, { secrets: ['t'] }, {}],
  [{ filesystem: [{ path: '/', mode: 'read' }] }, EVERYTHING, { filesystem: [{ path: '/', mode: 'read' }] }],
  [{ filesystem: [{ path: '/', mode: 'read' }] }, { filesystem: [{ path: '/', mode: 'write' }] }, {}],
  [{ filesystem: [{ path: '/etc', mode: 'read' }] }, EVERYTHING, {}],
  [
    { network: { outbound: ['http://x/', 'http://y/'], inbound: { port: 2000 } } },
    EVERYTHING,
    { network: { outbound: ['http://x/'], inbound: { port: 2000, interface: 'localhost' } } },
  ],
  [{ network: { inbound: { interface: 'all' } } }, EVERYTHING, {}],
  [{ network: { inbound: { port: 2001 } } }, EVERYTHING, {}],
];

test('intersect gives what both allow', () => {
  for (const [left, right, both] of TABLE) {
    assert.deepEqual(intersect(left, right), both, `${JSON.stringify(left)} and ${JSON.stringify(right)}`);
  }
});

/** Everything that can be asked, with the answer: what permissions come to. */
function answers(permissions: PluginPermissions): ReadonlySet<string> {
  const devices = ['0x1234', '0x5678', '0xabcd'].flatMap((vendor) =>
    [1, 2].flatMap((productId) =>
      [undefined, 'A', 'a', 'B', '*'].map((serial) => ({ vendorId: Number(vendor), productId, serial })),
    ),
  );
  return new Set([
    ...devices.filter((device) => maySee(permissions.usb, device)).map((device) => JSON.stringify(device)),
    ...['a', 'a:b', 'ab', 'ac', 'b', ''].filter((key) => mayUseKey(permissions, key)).map((key) => `kv ${key}`),
    ...['a', 'b', 'c', 'ab'].filter((name) => mayAddTo(permissions, name)).map((name) => `add ${name}`),
    ...worksOn(permissions).map((name) => `work ${name}`),
    ...['a.b', 'c.d', 'e.f'].filter((type) => mayEmit(permissions, type)),
  ]);
}

test('intersect allows what both allow and nothing else, in either order, and again the same', () => {
  const all = TABLE.flat().map((permissions) => ({
    permissions,
    may: answers(permissions),
    shown: JSON.stringify(permissions),
  }));
  for (const { permissions: left, may, shown } of all) {
    for (const { permissions: right, ...other } of all) {
      const both = intersect(left, right);
      const what = `${shown} and ${other.shown}`;
      assert.deepEqual(answers(both), may.intersection(other.may), what);
      assert.deepEqual(both, intersect(right, left), what);
      assert.deepEqual(intersect(both, both), both, what);
      assert.deepEqual(intersect(both, left), both, what);
      assert.deepEqual(exceeds(both, left), [], what);
      const isCovered = describePermissions(left, right).every(({ isGranted }) => isGranted);
      assert.equal(isCovered, exceeds(left, right).length === 0, what);
    }
  }
});

test('intersect of three does not depend on their order', () => {
  const some = TABLE.flat().filter((_, index) => index % 3 === 0);
  for (const one of some) {
    for (const two of some) {
      for (const three of some) {
        assert.deepEqual(intersect(intersect(one, two), three), intersect(one, intersect(two, three)));
      }
    }
  }
});

test('what is absent or empty grants nothing', () => {
  const nothing: PluginPermissions[] = [{}, { usb: {}, queue: [], events: [], memory: {} }, kv('')];
  for (const permissions of nothing) {
    assert.deepEqual(answers(permissions), new Set());
    assert.equal(maySeeAny(permissions.usb), false);
    assert.equal(mayAdd(permissions) || mayUseKeys(permissions) || mayEmitEvents(permissions), false);
  }
  assert.equal(mayAdd(queue({ name: 'a', mode: 'work' })), false);
  // A mode that only a later version knows.
  assert.deepEqual(answers(queue({ name: 'a', mode: 'all' as 'both' })), new Set());
});

test('exceeds names what is asked for beyond a consent', () => {
  const table: readonly (readonly [requested: PluginPermissions, consented: PluginPermissions, beyond: string[]])[] = [
    [{}, {}, []],
    [EVERYTHING, EVERYTHING, []],
    [memory(16, 1), {}, []],
    [memory(10), memory(64), []],
    [memory(undefined, 4), memory(10, 4), []],
    [usb(['0x1234']), usb(['*']), []],
    [
      usb(['0x1234', '0x5678']),
      usb(['0x1234']),
      ['Is told of each USB device of vendor 0x5678 that is attached or detached'],
    ],
    [
      usb(['0x1234']),
      usb(['0x1234'], undefined, ['A']),
      ['Is told of each USB device of vendor 0x1234 that is attached or detached'],
    ],
    [queue('a', 'b'), queue({ name: 'a', mode: 'work' }, 'b'), ['Adds jobs to queue "a"']],
    [kv('a'), kv('a:b'), ['Reads and writes keys that begin with "a"']],
    [kv('a:b'), kv('a'), []],
    [memory(64, 4), memory(32, 4), ['Uses up to 64 MiB of memory for each call']],
    [
      { events: ['a.b', 'device.attached'] },
      { events: ['a.b'] },
      ['Emits events of type "device.attached", as if they came from AutoWeave itself'],
    ],
  ];
  for (const [requested, consented, beyond] of table) assert.deepEqual(exceeds(requested, consented), beyond);
});

test('describePermissions says each in words, and whether it is granted', () => {
  const items = describePermissions(EVERYTHING, { ...usb(['*'], ['0x0001'], ['A', 'B']), ...kv('a:b'), ...memory(64) });
  assert.deepEqual(
    items.map(({ capability, sentence, isGranted, isAvailable }) =>
      [isGranted ? '+' : '-', isAvailable ? '' : '(not yet)', `${capability}:`, sentence].filter(Boolean).join(' '),
    ),
    [
      '+ usb: Is told of any USB device that is attached or detached, if it is product 0x0001 and has serial number "A" or "B"',
      '- usb: Is told of any USB device that is attached or detached',
      '- queue: Adds jobs to queue "a"',
      '- queue: Works on jobs of queue "a"',
      '- queue: Adds jobs to queue "b"',
      '- queue: Works on jobs of queue "b"',
      '+ kv: Reads and writes keys that begin with "a:b"',
      '- kv: Reads and writes keys that begin with "a"',
      '- events: Emits events of type "a.b"',
      '- events: Emits events of type "c.d"',
      '+ memory: Uses up to 64 MiB of memory for each call',
      '- memory: Uses up to 1024 MiB of memory for each call',
      '- memory: Does up to 8 calls at once',
      '- (not yet) filesystem: Reads and writes "/"',
      '- (not yet) network: Connects to "http://x/"',
      '- (not yet) network: Is reached at port 2000 from any machine',
      '- (not yet) secrets: Uses the secret "s"',
    ],
  );
  assert.deepEqual(describePermissions({}, EVERYTHING), []);
  assert.ok(describePermissions(EVERYTHING, EVERYTHING).every(({ isGranted }) => isGranted));
  assert.ok(describePermissions(EVERYTHING).every(({ isGranted }) => !isGranted));
});

test('describePermissions keeps the words of a plugin apart from its own', () => {
  const [item] = describePermissions(kv('x" only. \u202e\u0000\n'));
  assert.equal(item?.sentence, 'Reads and writes keys that begin with "x\\" only. \\u{202e}\\u{0}\\u{a}"');
  const serials = Array.from({ length: 256 }, (_, index) => `${index}`);
  const [many] = describePermissions(usb(['*'], undefined, serials));
  assert.match(many!.sentence, /if it has serial number "0" or "1" or "10" or "100" or "101" or one of 251 more$/);
});

test('takeBack takes what bears a name or stands below it, and nothing else', () => {
  const { events, filesystem, network, secrets, ...rest } = intersect(EVERYTHING, EVERYTHING);
  const { kv: _kv, ...withoutKv } = EVERYTHING;
  const table: readonly (readonly [names: string[], granted: PluginPermissions, left: PluginPermissions])[] = [
    [[], EVERYTHING, intersect(EVERYTHING, EVERYTHING)],
    [['kv'], EVERYTHING, intersect(withoutKv, withoutKv)],
    [['events', 'filesystem', 'network', 'secrets:s'], EVERYTHING, rest],
    [['queue:a:add'], queue('a', 'b'), queue({ name: 'a', mode: 'work' }, { name: 'b', mode: 'both' })],
    [['queue:a'], queue('a', 'ab'), queue({ name: 'ab', mode: 'both' })],
    [['queue'], queue('a', 'b'), {}],
    [
      ['queue:', 'queue:c', 'que', 'events:a'],
      { ...queue({ name: 'a', mode: 'add' }), events: ['a.b'] },
      {
        ...queue({ name: 'a', mode: 'add' }),
        events: ['a.b'],
      },
    ],
    [['events:a.b'], { events: ['a.b', 'a.bc'] }, { events: ['a.bc'] }],
    [['usb:0x1234'], usb(['0x1234', '0x5678'], ['0x0001'], ['A']), usb(['0x5678'], ['0x0001'], ['A'])],
    [['usb:*'], usb(['*'], ['0x0001']), {}],
    [
      ['network:http://x/'],
      { network: { outbound: ['http://x/', 'http://x/y'] } },
      { network: { outbound: ['http://x/y'] } },
    ],
    [['memory:max_workers'], memory(64, 4), memory(64)],
    // The default would be more.
    [['memory'], memory(10, 4), memory(10)],
  ];
  for (const [names, granted, left] of table) {
    assert.deepEqual(takeBack(granted, names), left, names.join());
    assert.deepEqual(exceeds(left, granted), []);
  }
  const names = describePermissions(EVERYTHING).map(({ name }) => name);
  assert.deepEqual(names.slice(0, 4), ['usb:*', 'queue:a:add', 'queue:a:work', 'queue:b:add']);
  assert.equal(new Set(names).size, names.length);
  for (const name of names) checkTakeBack('x', [EVERYTHING], [name]);
  assert.deepEqual(takeBack(EVERYTHING, names), {});
});

test('addTo gives what was granted and what is named, and nothing that is not asked for', () => {
  const usb = { vendor_ids: ['0x0001', '0x0002'] };
  const requested: PluginPermissions = {
    usb,
    queue: ['labels', 'mail'],
    kv: { prefix: 'a/' },
    memory: { max_heap_mb: 64, max_workers: 4 },
  };
  const labels = (mode: 'add' | 'work' | 'both') => ({ queue: [{ name: 'labels', mode }] });
  const table: readonly [given: PluginPermissions, names: readonly string[], granted: PluginPermissions][] = [
    [{}, ['kv'], { kv: { prefix: 'a/' } }],
    [{ kv: { prefix: 'a/b' } }, ['queue:labels:add'], { kv: { prefix: 'a/b' }, ...labels('add') }],
    [labels('work'), ['queue:labels:add'], labels('both')],
    [{ kv: { prefix: 'a/b' } }, ['kv'], { kv: { prefix: 'a/' } }],
    [{ usb: { vendor_ids: ['0x0001'], serials: ['A'] } }, ['usb'], { usb }],
    [{ memory: { max_heap_mb: 32 } }, ['memory:max_workers'], { memory: { max_heap_mb: 32, max_workers: 4 } }],
    [{ memory: { max_heap_mb: 8 } }, ['kv'], { memory: { max_heap_mb: 8 }, kv: { prefix: 'a/' } }],
    [{ memory: { max_heap_mb: 8 } }, ['memory'], { memory: { max_heap_mb: 64, max_workers: 4 } }],
    [{ secrets: ['gone'] }, ['kv'], { kv: { prefix: 'a/' } }],
  ];
  for (const [given, names, granted] of table) {
    assert.deepEqual(addTo(given, 'x', requested, names), granted, names.join());
  }
  assert.throws(() => addTo({}, 'x', requested, ['kv', 'queue:other']), { code: 'AW_PLUGIN_GRANT_EXCESSIVE' });
});

test('checkTakeBack says what was not granted, what was meant, and what was granted', () => {
  const granted = { ...queue({ name: 'labels', mode: 'add' }), ...kv('a') };
  const table: readonly (readonly [name: string, granted: PluginPermissions, hint: string])[] = [
    ['queue:lables', granted, 'did you mean "queue:labels"? granted to it: queue:labels:add, kv'],
    ['quue', granted, 'did you mean "queue"? granted to it: queue:labels:add, kv'],
    ['secrets', granted, 'granted to it: queue:labels:add, kv'],
    ['kv', {}, 'granted to it: nothing'],
    // Without a grant it would have more: there is nothing to take.
    ['memory', memory(10), 'granted to it: nothing'],
  ];
  for (const [name, given, hint] of table) {
    const message = `Plugin "x" was not granted "${name}"`;
    assert.throws(() => checkTakeBack('x', [given], [name]), { code: 'AW_PLUGIN_NOT_GRANTED', message, hint });
  }
  checkTakeBack('x', [granted], ['kv', 'queue']);
});
