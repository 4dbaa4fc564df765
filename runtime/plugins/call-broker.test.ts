import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PluginPermissions } from '../../proto/generated/messages.ts';
import { AutoWeaveError } from '../errors/errors.ts';
import { type BrokerParts, createCallBroker } from './call-broker.ts';
import type { HostFunction } from './host-functions.ts';

const GRANTED: PluginPermissions = {
  kv: { prefix: 'own/' },
  queue: [
    { name: 'labels', mode: 'add' },
    { name: 'both', mode: 'both' },
    { name: 'works', mode: 'work' },
  ],
  events: ['own.done'],
};

const utf8 = new TextEncoder();
const decoder = new TextDecoder();

function open(parts: Partial<BrokerParts> = {}) {
  const denied: string[] = [];
  const kept = new Map([['own/kept', 'a value']]);
  const broker = createCallBroker({
    requested: { ...GRANTED, kv: { prefix: 'other/o' } },
    effective: () => GRANTED,
    readKey: async (key) => kept.get(key),
    checkData(type, data) {
      if (data === 'wrong') throw new AutoWeaveError('AW_DATA_INVALID', `Data of "${type}" breaks its schema`);
    },
    onDenied: (capability, subject) => denied.push(`${capability} ${subject}`),
    now: () => 0,
    canSend: true,
    ...parts,
  });
  /** The refusal, else the reply, else `absent`. */
  const ask = async (name: HostFunction, ...given: readonly (string | Uint8Array | object)[]): Promise<string> => {
    const { data, refusal } = await broker.answer(name, given.map(toBytes));
    return refusal ?? (data === undefined ? 'absent' : decoder.decode(data));
  };
  return { broker, ask, denied };
}

function toBytes(given: string | Uint8Array | object): Uint8Array {
  if (given instanceof Uint8Array) return given;
  return utf8.encode(typeof given === 'string' ? given : JSON.stringify(given));
}

const NO_UTF8 = Uint8Array.of(0x6f, 0xff);
const job = (changed: object) => ({ queue: 'labels', type: 'label.print', data: {}, ...changed });
const event = (changed: object) => ({ type: 'own.done', key: 'k', data: {}, ...changed });

const REFUSED: readonly [
  what: string,
  name: HostFunction,
  given: Parameters<ReturnType<typeof open>['ask']>[1][],
  answer: RegExp,
][] = [
  ['no key', 'kv_get', [''], /^AW_PLUGIN_REFUSED: a key has 1 to 256 bytes, this one 0$/],
  ['a long key', 'kv_get', [`own/${'k'.repeat(253)}`], /^AW_PLUGIN_REFUSED: a key .* this one 257$/],
  ['a long key of letters of two bytes', 'kv_delete', [`own/${'ä'.repeat(127)}`], /this one 258$/],
  ['a key that is no text', 'kv_get', [NO_UTF8], /^AW_PLUGIN_REFUSED: this is no UTF-8$/],
  ['what is asked for', 'kv_get', ['other/own'], /^AW_PLUGIN_DENIED: key "other\/own" is not granted$/],
  ['the key of another', 'kv_get', ['other/key'], /^AW_PLUGIN_DENIED: key "other\/key" is not granted, and .* not ask/],
  ['the key of another', 'kv_set', ['other/key', 'v'], /^AW_PLUGIN_DENIED/],
  ['the key of another', 'kv_delete', ['other/key'], /^AW_PLUGIN_DENIED/],
  ['a value that is no text', 'kv_set', ['own/a', NO_UTF8], /^AW_PLUGIN_REFUSED: this is no UTF-8$/],
  ['a long value', 'kv_set', ['own/a', 'v'.repeat(65_537)], /^AW_PLUGIN_REFUSED: a value has at most 65536 bytes/],
  ['no JSON', 'queue_add', ['{'], /^AW_PLUGIN_REFUSED: this is no JSON: /],
  ['JSON that is no text', 'queue_add', [NO_UTF8], /^AW_PLUGIN_REFUSED: this is no UTF-8$/],
  ['a list', 'event_emit', ['[]'], /^AW_PLUGIN_REFUSED: this is no JSON object$/],
  ['nothing', 'event_emit', ['null'], /^AW_PLUGIN_REFUSED: this is no JSON object$/],
  ['a job without a queue', 'queue_add', [job({ queue: undefined })], /^AW_PLUGIN_REFUSED: a job needs texts/],
  ['a job without a type', 'queue_add', [job({ type: 7 })], /^AW_PLUGIN_REFUSED: a job needs texts/],
  ['a job of a queue of others', 'queue_add', [job({ queue: 'plugins' })], /^AW_PLUGIN_DENIED: queue "plugins" is not/],
  ['a job of a queue where it only works', 'queue_add', [job({ queue: 'works' })], /^AW_PLUGIN_DENIED/],
  ['an empty id', 'queue_add', [job({ id: '' })], /^AW_PLUGIN_REFUSED: `id` is a text of 1 to 200/],
  ['a long id', 'queue_add', [job({ id: 'i'.repeat(201) })], /^AW_PLUGIN_REFUSED: `id`/],
  ['an id that is a number', 'queue_add', [job({ id: 1 })], /^AW_PLUGIN_REFUSED: `id`/],
  ['a delay into the past', 'queue_add', [job({ delayMs: -1 })], /^AW_PLUGIN_REFUSED: `delayMs` is a number/],
  ['a delay that is a text', 'queue_add', [job({ delayMs: '1' })], /^AW_PLUGIN_REFUSED: `delayMs`/],
  [
    'an id that ends in half a letter',
    'queue_add',
    ['{"queue":"labels","type":"a.b","data":1,"id":"\\ud800"}'],
    /`id`/,
  ],
  ['a delay of very many years', 'queue_add', [job({ delayMs: 1e15 })], /^AW_PLUGIN_REFUSED: `delayMs` is a number/],
  ['a job without data', 'queue_add', [job({ data: undefined })], /^AW_PLUGIN_REFUSED: a job needs `data`$/],
  ['data that breaks the schema', 'queue_add', [job({ data: 'wrong' })], /^AW_DATA_INVALID: Data of "label.print"/],
  ['an event without a type', 'event_emit', [event({ type: null })], /^AW_PLUGIN_REFUSED: an event needs texts/],
  ['an event without a key', 'event_emit', [event({ key: undefined })], /^AW_PLUGIN_REFUSED: an event needs texts/],
  ['an event without data', 'event_emit', [event({ data: undefined })], /^AW_PLUGIN_REFUSED: an event needs `data`$/],
  ['an event of others', 'event_emit', [event({ type: 'device.attached' })], /^AW_PLUGIN_DENIED: event type "device/],
  ['an event with an empty key', 'event_emit', [event({ key: '' })], /^AW_PLUGIN_REFUSED: `key` has 1 to 256/],
  ['an event with a long key', 'event_emit', [event({ key: 'k'.repeat(257) })], /^AW_PLUGIN_REFUSED: `key`/],
  ['an event with half a letter as its key', 'event_emit', ['{"type":"own.done","key":"\\ud800","data":1}'], /`key`/],
  ['an event that breaks the schema', 'event_emit', [event({ data: 'wrong' })], /^AW_DATA_INVALID: Data of "own.done"/],
];

describe('the broker of a call', () => {
  for (const [what, name, given, answer] of REFUSED) {
    test(`refuses ${what} (${name})`, async () => {
      const { broker, ask, denied } = open();
      assert.match(await ask(name, ...given), answer);
      assert.deepEqual(broker.effects, []);
      assert.equal(denied.length, /^\/\^AW_PLUGIN_DENIED/.test(String(answer)) ? 1 : 0);
    });
  }

  test('collects what a call sends, in its order', async () => {
    const { broker, ask, denied } = open();
    assert.equal(await ask('kv_set', 'own/a', 'v'.repeat(65_536)), '');
    assert.equal(await ask('queue_add', job({ id: 'i'.repeat(200), delayMs: 1.9 })), 'i'.repeat(200));
    assert.equal(await ask('queue_add', { queue: 'both', type: 'a.b', data: null }), '');
    assert.equal(await ask('event_emit', event({ key: 'k'.repeat(256), more: 'is left out' })), '');
    assert.equal(await ask('kv_delete', 'own/a'), '');
    assert.deepEqual(broker.effects, [
      { kind: 'kv', key: 'own/a', value: 'v'.repeat(65_536) },
      { kind: 'job', queue: 'labels', type: 'label.print', data: {}, id: 'i'.repeat(200), delayMs: 1 },
      { kind: 'job', queue: 'both', type: 'a.b', data: null },
      { kind: 'event', type: 'own.done', key: 'k'.repeat(256), data: {} },
      { kind: 'kv', key: 'own/a', value: null },
    ]);
    assert.deepEqual(denied, []);
  });

  test('reads what is kept, and before that what the same call has written', async () => {
    const { ask } = open();
    assert.equal(await ask('kv_get', 'own/kept'), 'a value');
    assert.equal(await ask('kv_get', 'own/none'), 'absent');
    await ask('kv_set', 'own/kept', 'another');
    assert.equal(await ask('kv_get', 'own/kept'), 'another');
    await ask('kv_set', 'own/kept', '');
    assert.equal(await ask('kv_get', 'own/kept'), '');
    await ask('kv_delete', 'own/kept');
    assert.equal(await ask('kv_get', 'own/kept'), 'absent');
  });

  test('looks at what is granted at that moment', async () => {
    let granted: PluginPermissions = {};
    const { ask } = open({ effective: () => granted });
    assert.match(await ask('kv_get', 'own/kept'), /^AW_PLUGIN_DENIED/);
    granted = GRANTED;
    assert.equal(await ask('kv_get', 'own/kept'), 'a value');
  });

  test('says why a key cannot be read', async () => {
    const readKey = () => Promise.reject(new AutoWeaveError('AW_BROKER_UNAVAILABLE', 'The broker is away'));
    const { ask, denied } = open({ readKey });
    assert.equal(await ask('kv_get', 'own/kept'), 'AW_BROKER_UNAVAILABLE: The broker is away');
    assert.deepEqual(denied, []);
  });

  test('sends nothing from a hook that has no outcome, and reads', async () => {
    const { broker, ask } = open({ canSend: false });
    for (const [name, ...given] of [
      ['kv_set', 'own/a', 'v'],
      ['kv_delete', 'own/a'],
      ['queue_add', job({})],
      ['event_emit', event({})],
    ] as const) {
      assert.match(await ask(name, ...given), /^AW_PLUGIN_REFUSED: nothing can be sent from onLoad and onUnload$/);
    }
    assert.equal(await ask('kv_get', 'own/kept'), 'a value');
    assert.deepEqual(broker.effects, []);
  });

  test('takes so many effects, and so many bytes of them', async () => {
    const many = open();
    for (let count = 0; count < 256; count++) assert.equal(await many.ask('event_emit', event({})), '');
    assert.match(await many.ask('event_emit', event({})), /^AW_PLUGIN_REFUSED: one call sends at most 256 things$/);
    const much = open();
    const value = 'v'.repeat(65_530);
    for (let count = 0; count < 4; count++) assert.equal(await much.ask('kv_set', 'own/aa', value), '');
    assert.match(await much.ask('kv_set', 'own/aa', value), /^AW_PLUGIN_REFUSED: one call sends at most 262144 bytes$/);
    assert.deepEqual([many.broker.effects.length, much.broker.effects.length], [256, 4]);
  });

  test('tells of each question, and shortens what it tells of denials', async () => {
    const asked: string[] = [];
    const { ask, denied } = open({
      now: () => 7,
      onAsked: (name, startedAt, refusal) => asked.push(`${name} ${startedAt} ${refusal?.slice(0, 16)}`),
    });
    await ask('kv_get', 'own/kept');
    const answer = await ask('queue_add', job({ queue: 'q'.repeat(2_000) }));
    assert.deepEqual(asked, ['kv_get 7 undefined', 'queue_add 7 AW_PLUGIN_DENIED']);
    assert.ok(answer.length < 300);
    assert.deepEqual(denied, [`queue ${'q'.repeat(512)}`]);
  });
});
