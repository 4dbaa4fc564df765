import assert from 'node:assert/strict';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { C } from '../../cli/plugin/languages/c.ts';
import { guardModule } from '../../runtime/plugins/module-guard.ts';
import { startBareHost } from './bare-host.ts';

/** What the SDK in C does by itself, without the plugin host: JSON, texts, memory, and what it asks for. */
let module: WebAssembly.Module;

before(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'autoweave-c-sdk-'));
  try {
    await copyFile(join(import.meta.dirname, 'fixtures/json_probe.c'), join(folder, 'json_probe.c'));
    const { module: bytes, warnings } = await C.compile(folder);
    assert.equal(warnings, '');
    module = await WebAssembly.compile(guardModule(bytes, { maxPages: 20 }));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

const VALUES: readonly { value: unknown; path?: string; seen: Record<string, unknown> }[] = [
  { value: null, seen: { kind: 'null', same: null } },
  { value: true, seen: { kind: 'boolean', isTrue: true } },
  { value: false, seen: { kind: 'boolean', isTrue: false } },
  { value: -12.5, seen: { kind: 'number', integer: -12, decimal: -12.5 } },
  { value: 0.1, seen: { integer: 0, decimal: 0.1 } },
  { value: 1234.5678, seen: { decimal: 1234.568, same: 1234.5678 } },
  { value: -0.0004, seen: { decimal: 0 } },
  { value: 1e21, seen: { integer: 2 ** 63, decimal: null, same: 1e21 } },
  { value: 2.5e-3, seen: { integer: 0, decimal: 0.003 } },
  { value: '', seen: { kind: 'string', text: '' } },
  { value: 'Größe 5 ✓ 🏷', seen: { text: 'Größe 5 ✓ 🏷' } },
  { value: 'a "b" \\ \b\f\n\r\t \u0001 /', seen: { text: 'a "b" \\ \b\f\n\r\t \u0001 /' } },
  { value: '\ud800 alone', seen: { text: '\ufffd alone' } },
  { value: [], seen: { kind: 'array', count: 0 } },
  { value: [1, [2, 3], { four: 5 }], path: '1.0', seen: { kind: 'number', integer: 2 } },
  { value: [1, [2, 3], { four: 5 }], path: '2.four', seen: { integer: 5 } },
  { value: [1], path: '1', seen: { kind: 'absent', same: null } },
  { value: [1], path: 'x', seen: { kind: 'absent' } },
  { value: { a: { 'b c': [] } }, path: 'a.b c', seen: { kind: 'array' } },
  { value: { 1: 'one' }, path: '1', seen: { text: 'one' } },
  { value: { 'ä"': 1, b: [1, 2] }, seen: { kind: 'object', count: 2, keys: ['ä"', 'b'] } },
  { value: { a: 1 }, path: 'a.b', seen: { kind: 'absent' } },
];

test('the SDK in C reads and writes JSON', () => {
  const host = startBareHost(module);
  for (const { value, path = '', seen } of VALUES) {
    const { output, error } = host.call('look', JSON.stringify({ value, path }));
    assert.equal(error, undefined);
    const found = JSON.parse(output!) as Record<string, unknown>;
    assert.deepEqual({ ...found, ...seen }, found, `${JSON.stringify(value)} at "${path}"`);
  }
});

test('the SDK in C knows what is no JSON', () => {
  const host = startBareHost(module);
  const sound = [
    ' {"a" : [ 1 , -0.5e+3 , "\\u00e4\\/" ] } ',
    '0',
    '""',
    '[[[]]]',
    'true',
    `${'['.repeat(64)}${']'.repeat(64)}`,
  ];
  const unsound = [
    ...['', ' ', '{', '[1', '[1,]', '{"a"}', '{"a":}', '{"a":1,}', '{a:1}', '{1:2}', '[1 2]', '1 2', 'tru', 'nulls'],
    ...['01', '1.', '.5', '-', '+1', '1e', '0x1', 'NaN', '"a', '"\\x"', '"\\u12"', '"\\u12g4"', '"a\nb"', '"\\'],
    ...[`${'['.repeat(65)}${']'.repeat(65)}`, '['.repeat(100_000), '[}'],
  ];
  for (const text of sound) assert.equal(host.call('check', text).output, 'yes', text);
  for (const text of unsound) assert.equal(host.call('check', text).output, 'no', text.slice(0, 80));
  // Whoever reads the input as JSON fails by it.
  assert.match(host.call('look', '{').error!, /no JSON/);
});

test('the SDK in C fails a call by a refusal, unless the result was asked for', () => {
  const host = startBareHost(module, { kv: { here: 'wärme', empty: '' }, refuse: ['secret'] });
  assert.equal(host.call('ask', 'here').output, 'wärme');
  assert.equal(host.call('ask', 'empty').output, '');
  assert.equal(host.call('ask', 'nowhere').output, 'absent');
  assert.deepEqual(host.call('ask', 'secret'), { output: 'AW_PLUGIN_DENIED: secret', sent: [], log: [] });
  assert.equal(host.call('demand', 'secret').error, 'AW_PLUGIN_DENIED: secret');
  assert.equal(host.call('demand', 'here').error, 'a second failure', 'a failure of the call before is forgotten');
});

test('the SDK in C says jobs and events as the host reads them', () => {
  const { sent, log } = startBareHost(module).call('send', '{"title":"x"}');
  assert.deepEqual(sent, [
    { queue: 'labels', type: 'label.print', data: { title: 'x' }, id: 'a "b"', delayMs: 5 },
    { type: 'label.printed', key: 'key', data: { title: 'x' } },
  ]);
  assert.deepEqual(log, ['2 sent']);
});

test('the SDK in C gives the memory of a call to the next one', () => {
  const host = startBareHost(module);
  const first = Number(host.call('take', '1000000').output);
  const pages = host.pages();
  for (let call = 0; call < 5; call++) assert.equal(Number(host.call('take', '1000000').output), first);
  assert.equal(host.pages(), pages);
  assert.throws(
    () => host.call('take', '2000000'),
    WebAssembly.RuntimeError,
    'more than there is: a trap, no nonsense',
  );
});
