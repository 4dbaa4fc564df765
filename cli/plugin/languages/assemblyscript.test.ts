import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { ASSEMBLYSCRIPT } from './assemblyscript.ts';
import { type Guest, startGuest } from './guest-for-test.ts';

const SOURCE = `
import { event, fail, input, inputBytes, json, kv, log, output, outputBytes, outputJson, queue } from "autoweave";

export function copy(): void { outputJson(json.parse(input())); }
export function bytes(): void { outputBytes(inputBytes()); }
export function isJson(): void { output(json.tryParse(input()) === null ? "no" : "yes"); }
export function number(): void { outputJson(json.from(json.parse(input()).number())); }
export function integer(): void { output(json.parse(input()).integer().toString()); }
export function getters(): void {
  const value = json.parse(input());
  outputJson(json.array()
    .push(value.text("device.product")).push(value.text("lines.1")).push(value.text("lines.7", "none"))
    .push(value.flag("device.virtual")).push(value.number("device.count")).push(value.integer("big"))
    .push(value.has("device.none")).push(value.get("a.b").text()).push(value.find("lines").length)
    .push(value.text("device.count", "no text")).push(value.get("device").keys()));
}
export function written(): void {
  outputJson(json.object()
    .set("text", "a\\"b\\\\c\\n\\t\\u0001é😀").set("int", -7).set("long", i64.MIN_VALUE).set("float", 1.5).set("whole", 2.0)
    .set("nan", NaN).set("flag", true).set("list", [1, 2]).set("nested", json.array().push(json.object()).push(json.array()))
    .set("nothing", json.nothing()).set("raw", json.raw('{"x":1}')));
}
export function half(): void { output(json.from(String.fromCharCode(0xd83d) + "x").toString()); }
export function halfRaw(): void { output(String.fromCharCode(0xdc00)); }
export function hello(): void {
  const seen = kv.get("seen");
  log.info(seen === null ? "first" : "seen " + seen);
  kv.set("seen", "1");
  kv.set("gone", "1");
  kv.remove("gone");
  const data = json.object().set("x", 1);
  const id = queue.add("labels", "label.print", data, 5000, "the-id");
  event.emit("thing.done", "k", data);
  output(id);
}
export function asked(): void {
  const outcome = queue.tryAdd("labels", "label.print", json.object());
  output(outcome.isDone ? "added" : outcome.text);
}
export function refused(): void { queue.add("labels", "label.print", json.object()); output("not reached"); }
export function failing(): void { output("ignored"); fail("no paper"); }
export function throwing(): void { if (input().length > 0) throw new Error("broken"); }
`;

suite('assemblyscript', () => {
  let folder: string;
  let guest: Guest;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'autoweave plugin '));
    await writeFile(join(folder, 'index.ts'), SOURCE);
    const { module, warnings } = await ASSEMBLYSCRIPT.compile(folder);
    assert.equal(warnings, '');
    guest = startGuest(module);
  });
  after(() => rm(folder, { recursive: true }));

  test('json reads and writes what JSON.parse and JSON.stringify do', () => {
    const values: unknown[] = [
      ...[null, true, false, 0, -0.5, 12345678901234, 1e300, '', [], {}, [[]], [{}], { a: {} }],
      ...['plain', 'é😀\u2028\u0000\u001f\u007f', '"\\/\b\f\n\r\t', 'x'.repeat(100_000)],
      { a: [1, 'two', null, { b: false }], 'with.dot': 1, '': 2, __proto__x: 3, '10': 4, '9': 5 },
    ];
    for (const value of values) {
      assert.deepEqual(JSON.parse(guest.call('copy', JSON.stringify(value))), value);
      assert.deepEqual(JSON.parse(guest.call('copy', JSON.stringify(value, null, 3))), value);
    }
    assert.equal(
      guest.call('copy', ' { "a" : [ 1 , 2.50, 1E+2, 12345678901234567890 ] }\r\n'),
      '{"a":[1,2.50,1E+2,12345678901234567890]}',
    );
    assert.equal(guest.call('copy', '"\\u00e9\\ud83d\\ude00\\u0041\\/"'), '"é😀A/"');
    assert.equal(guest.call('copy', '{"a":1,"b":2,"a":3}'), '{"a":3,"b":2}');
    assert.equal(guest.call('copy', '"\\ud83d"'), '"\\ud83d"');
  });

  test('json takes for JSON what JSON.parse does', () => {
    const texts = [
      ...['', ' ', 'nul', 'nullx', 'True', '1 2', '01', '-', '+1', '.5', '1.', '1e', '1e+', '0x1', '-0', '1e5', 'NaN'],
      ...['"', '"a', '"\n"', '"\\x"', '"\\u12g4"', '"\\u12', '"\\"', "'a'", '"\u007f"', '"\\', '"\\u'],
      ...['[', ']', '[1', '[1,', '[1,]', '[,1]', '[1 2]', '{', '}', '{"a"', '{"a":', '{"a":1', '{"a":1,', '{"a":1,}'],
      ...['{a:1}', '{"a" 1}', '{1:1}', '{,}', '{"a":1 "b":2}', '[[]', '{}{}', '//', '\u00a01', '\ufeff1', '[1]\t\n'],
    ];
    for (const text of texts)
      assert.equal(guest.call('isJson', text), isJson(text) ? 'yes' : 'no', JSON.stringify(text));
    assert.equal(guest.call('isJson', '['.repeat(100) + ']'.repeat(100)), 'yes');
    assert.equal(guest.call('isJson', '['.repeat(101) + ']'.repeat(101)), 'no');
    assert.equal(guest.call('isJson', '{"a":'.repeat(100_000)), 'no');
    assert.throws(
      () => guest.call('copy', '{"a":tru}'),
      /^Error: Not JSON: expected a value at 5, found "t" \(.*reader|Not JSON: expected a value at 5, found "t"/,
    );
  });

  test('json reads numbers as JavaScript does', () => {
    const numbers = [
      '0.1',
      '-1.5',
      '123456789.123456789',
      '1.7976931348623157e308',
      '5e-324',
      '9007199254740993',
      '1e23',
      '0.30000000000000004',
      '2.2250738585072014e-308',
      '179769313486231570000000000000000000000',
    ];
    for (const text of numbers) assert.equal(Number(guest.call('number', text)), Number(text), text);
    assert.equal(guest.call('integer', '9223372036854775807'), '9223372036854775807');
    assert.equal(guest.call('integer', '-9223372036854775808'), '-9223372036854775808');
    assert.equal(guest.call('integer', '1.9e3'), '1900');
  });

  test('json finds values by path, and nothing where nothing is', () => {
    const value = {
      device: { product: 'Key', virtual: true, count: 2.5 },
      lines: ['a', 'b'],
      big: 2 ** 53,
      'a.b': 'dots',
    };
    const expected = [
      'Key',
      'b',
      'none',
      true,
      2.5,
      2 ** 53,
      false,
      'dots',
      2,
      'no text',
      ['product', 'virtual', 'count'],
    ];
    assert.deepEqual(JSON.parse(guest.call('getters', JSON.stringify(value))), expected);
    assert.deepEqual(JSON.parse(guest.call('getters', '[]')), [
      '',
      '',
      'none',
      false,
      0,
      0,
      false,
      '',
      0,
      'no text',
      [],
    ]);
  });

  test('json writes every kind of value', () => {
    assert.equal(
      guest.call('written'),
      '{"text":"a\\"b\\\\c\\n\\t\\u0001é😀","int":-7,"long":-9223372036854775808,"float":1.5,"whole":2,"nan":null,' +
        '"flag":true,"list":[1,2],"nested":[{},[]],"nothing":null,"raw":{"x":1}}',
    );
    assert.equal(guest.call('half'), '"\\ud83dx"');
    assert.equal(guest.call('halfRaw'), '\ufffd');
  });

  test('the SDK speaks every function of the host', () => {
    assert.equal(guest.call('hello'), 'the-id');
    guest.call('hello');
    assert.deepEqual(guest.logged, ['info: first', 'info: seen 1']);
    assert.deepEqual([...guest.kv], [['seen', '1']]);
    assert.deepEqual(guest.sent.slice(0, 2), [
      { queue: 'labels', type: 'label.print', data: { x: 1 }, delayMs: 5000, id: 'the-id' },
      { type: 'thing.done', key: 'k', data: { x: 1 } },
    ]);
    assert.equal(guest.call('asked'), 'added');
    assert.equal(guest.call('bytes', new Uint8Array(1_000_000).fill(65)).length, 1_000_000);
  });

  test('a call fails with what the author, the host or an assertion says', () => {
    assert.throws(() => guest.call('failing'), { message: 'no paper' });
    assert.throws(() => guest.call('throwing', 'x'), /broken \(index\.ts:\d+:\d+\)/);
    guest.refusal = 'AW_PLUGIN_DENIED: queue "labels" was not granted';
    assert.equal(guest.call('asked'), guest.refusal);
    assert.throws(() => guest.call('refused'), { message: guest.refusal });
    guest.refusal = undefined;
  });

  test('6,000 calls leave no memory behind', () => {
    const text = JSON.stringify({ lines: Array.from({ length: 20 }, (_, index) => `line ${index} é "quoted"`) });
    for (let count = 0; count < 1_000; count++) guest.call('copy', text);
    const { memoryBytes } = guest;
    for (let count = 0; count < 5_000; count++) guest.call('copy', text);
    assert.equal(guest.memoryBytes, memoryBytes);
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
