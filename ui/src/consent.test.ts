import assert from 'node:assert/strict';
import { test } from 'node:test';
import { choicesOf, grantOf, isGrantedSince, lackingCapability } from './consent.ts';

function item(capability: string, sentence: string, more: { isGranted?: boolean; isAvailable?: boolean } = {}) {
  return { capability, sentence, isGranted: false, isAvailable: true, ...more };
}

const REQUESTED = {
  queue: ['labels', { name: 'mail', mode: 'add' }],
  usb: { vendor_ids: ['*'], product_ids: ['0x0001'] },
  network: { outbound: ['https://example.org/'] },
};
const ITEMS = [
  item('queue', 'Adds jobs to queue "labels"', { isGranted: true }),
  item('queue', 'Adds jobs to queue "mail"'),
  item('usb', 'Be told of devices'),
  item('usb', 'of these products'),
  item('network', 'Reach example.org', { isAvailable: false }),
];

test('choicesOf takes entries by what sentences name, in the order of the sentences', () => {
  const requested = { queue: ['mail-out', 'mail'], events: ['a.b', 'a.b.c'] };
  const items = [
    item('queue', 'Works on jobs of queue "mail"'),
    item('queue', 'Adds jobs to queue "mail-out"', { isGranted: true }),
    item('events', 'Emits "a.b"'),
    item('events', 'Emits "a.b.c"'),
  ];
  const choices = choicesOf({ requested, items });
  assert.deepEqual(
    choices.map(({ part, sentences }) => [part, sentences.join()]),
    [
      ['mail', 'Works on jobs of queue "mail"'],
      ['mail-out', 'Adds jobs to queue "mail-out"'],
      ['a.b', 'Emits "a.b"'],
      ['a.b.c', 'Emits "a.b.c"'],
    ],
  );
});

test('choicesOf says the whole of what was granted in part', () => {
  const items = [
    item('queue', 'Adds jobs to queue "mail"', { isGranted: true }),
    item('queue', 'Works on jobs of queue "mail"'),
    item('queue', 'Adds jobs to queue "labels"', { isGranted: true }),
  ];
  const [mail, labels] = choicesOf({ requested: { queue: ['mail', 'labels'] }, items });
  assert.deepEqual([mail?.sentences, mail?.isGranted], [['Works on jobs of queue "mail"'], false]);
  assert.deepEqual([labels?.sentences, labels?.isGranted], [['Adds jobs to queue "labels"'], true]);
});

test('choicesOf gives each entry of a list by itself, and anything else as a whole', () => {
  const choices = choicesOf({ requested: REQUESTED, items: ITEMS });
  assert.deepEqual(
    choices.map(({ id, sentences, isGranted, isAvailable }) => [id, sentences, isGranted, isAvailable]),
    [
      ['queue 0', ['Adds jobs to queue "labels"'], true, true],
      ['queue 1', ['Adds jobs to queue "mail"'], false, true],
      ['usb', ['Be told of devices', 'of these products'], false, true],
      ['network', ['Reach example.org'], false, false],
    ],
  );
});

test('choicesOf takes a list as a whole when its entries have no sentence each', () => {
  const [choice, ...others] = choicesOf({
    requested: { events: ['a.b', 'c.d'] },
    items: [item('events', 'Emits some')],
  });
  assert.deepEqual(choice?.part, ['a.b', 'c.d']);
  assert.deepEqual(others, []);
});

test('grantOf gives the chosen parts of what is asked for, and nothing that is not available', () => {
  const choices = choicesOf({ requested: REQUESTED, items: ITEMS });
  assert.deepEqual(grantOf(choices, new Set(['queue 1', 'usb', 'network'])), {
    queue: [{ name: 'mail', mode: 'add' }],
    usb: REQUESTED.usb,
  });
  assert.deepEqual(grantOf(choices, new Set(['queue 0', 'queue 1'])), { queue: REQUESTED.queue });
  assert.deepEqual(grantOf(choices, new Set()), {});
});

test('lackingCapability is what a refused load names, and of no other error', () => {
  const message = 'Cannot link the module: it imports "kv_get" of "autoweave"; its permission `kv` is not granted';
  assert.equal(lackingCapability({ code: 'AW_PLUGIN_IMPORT_DENIED', message }), 'kv');
  assert.equal(lackingCapability({ code: 'AW_PLUGIN_IMPORT_DENIED', message: 'there is no such function' }), null);
  assert.equal(lackingCapability({ code: 'AW_PLUGIN_ERROR', message }), null);
  assert.equal(lackingCapability(null), null);
});

test('isGrantedSince is true once all of the capability that a load was refused for is granted', () => {
  const error = { code: 'AW_PLUGIN_IMPORT_DENIED', message: 'its permission `queue` is not granted' };
  const items = ITEMS.map((each) => ({ ...each, isGranted: each.capability === 'queue' }));
  const permissions = { requested: REQUESTED, granted: {}, grantedAt: null, items };
  assert.equal(isGrantedSince({ error, permissions }), true);
  assert.equal(isGrantedSince({ error: { ...error, code: 'AW_PLUGIN_ERROR' }, permissions }), false);
  assert.equal(isGrantedSince({ error, permissions: { ...permissions, items: ITEMS } }), false, 'in part');
});
