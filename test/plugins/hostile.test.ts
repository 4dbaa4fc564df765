import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { PluginManifest } from '../../proto/generated/messages.ts';
import { hashPlugin, readPlugin } from '../../runtime/plugins/read-plugin.ts';
import { compileWat, fixture } from './compile-wat.ts';
import { type PluginWorld, startPluginWorld } from './plugin-world.ts';

/**
 * Plugins that mean harm, or are broken: each is stopped, told of, and costs nobody else anything. One file, although it
 * is long: the world and the compiler of the texts take longer to start than most of the tests.
 */

let world: PluginWorld;
before(async () => {
  world = await startPluginWorld();
});
after(() => world[Symbol.asyncDispose]());

/** Of calls that run into it, while others of the same plugin must not, however busy the machine is. */
const TIMEOUT_MS = 500;
/** For `start`, whatever the time-out of calls. */
const START_MS = 1_000;
const limits = { call_timeout_ms: TIMEOUT_MS };
/** Longer than any test. */
const patient = { call_timeout_ms: 60_000 };
const timedOut = (timeoutMs = TIMEOUT_MS) => ({
  code: 'AW_PLUGIN_TIMEOUT',
  message: new RegExp(`took over ${timeoutMs} ms$`),
});

/** How long it was is for the benchmark of plugins: here it is not before its time. */
async function assertTimedOut(run: () => Promise<unknown>, timeoutMs = TIMEOUT_MS): Promise<void> {
  const startedAt = performance.now();
  await assert.rejects(run(), timedOut(timeoutMs));
  const ms = performance.now() - startedAt;
  assert.ok(ms >= timeoutMs - 1, `ended after ${ms} ms`);
}

test('a plugin that loops in a call is gone in time, and a new instance takes the next one', async () => {
  await world.load('looper', fixture('loops'), { limits, permissions: { kv: { prefix: 'loops/' } } });
  for (const functionName of ['spin', 'chatter', 'ask']) {
    await world.beside(() => assertTimedOut(() => world.call('looper', functionName)));
    assert.equal(await world.call('looper', 'echo', 'again'), 'again', `after ${functionName}`);
  }
  const { timeouts, failures, calls } = world.host.get('looper')!.stats;
  assert.deepEqual({ timeouts, failures, calls }, { timeouts: 3, failures: 3, calls: 6 });
  await world.host.unload('looper');
});

test('a plugin that loops takes with it no call that was waiting behind it', async () => {
  await world.load('looper', fixture('loops'), { limits, permissions: { kv: { prefix: 'loops/' } } });
  const spun = assert.rejects(world.call('looper', 'spin'), { code: 'AW_PLUGIN_TIMEOUT' });
  const behind = await Promise.all(['a', 'b', 'c'].map((text) => world.call('looper', 'echo', text)));
  assert.deepEqual(behind, ['a', 'b', 'c']);
  await spun;
  await world.host.unload('looper');
});

test('a plugin that loops goes on where its time-out is long, and ends by the signal of its caller', async () => {
  await world.load('looper', fixture('loops'), { limits: patient, permissions: { kv: { prefix: 'loops/' } } });
  const controller = new AbortController();
  const spin = () => world.host.call('looper', 'spin', new Uint8Array(0), { signal: controller.signal });
  const spinning = world.besideEndless(spin, () => controller.abort());
  await assert.rejects(spinning, { code: 'AW_PLUGIN_ABORTED' });
  assert.equal(await world.call('looper', 'echo', 'again'), 'again');
  await world.host.unload('looper');
});

const NEVER_LOADED: readonly { where: string; name: string; timeoutMs: number; manifest: Partial<PluginManifest> }[] = [
  { where: 'start', name: 'loop-in-start', timeoutMs: START_MS, manifest: { limits } },
  { where: 'what toolchains call first', name: 'loop-in-initialize', timeoutMs: START_MS, manifest: { limits } },
  {
    where: 'onLoad',
    name: 'loops',
    timeoutMs: TIMEOUT_MS,
    manifest: { limits, hooks: { onLoad: 'spin' }, permissions: { kv: { prefix: 'loops/' } } },
  },
];

for (const { where, name, manifest, timeoutMs } of NEVER_LOADED) {
  test(`a plugin that loops in ${where} is not loaded, and the one that it was to replace stays`, async () => {
    await world.load('replaced', fixture('echo'));
    await world.beside(() => assertTimedOut(() => world.load('replaced', fixture(name), manifest), timeoutMs));
    assert.equal(await world.call('replaced', 'echo', 'still here'), 'still here');
    await world.host.unload('replaced');
    const load = () => world.load('new-one', fixture(name), { ...manifest, limits: patient });
    await assert.rejects(
      world.besideEndless(load, () => world.host.cancelLoad('new-one')),
      { code: 'AW_PLUGIN_ABORTED' },
    );
    assert.equal(world.host.get('new-one'), undefined);
  });
}

test('a plugin that loops in onUnload is unloaded all the same', async () => {
  const manifest = { limits, hooks: { onUnload: 'spin' }, permissions: { kv: { prefix: 'loops/' } } };
  await world.load('stayer', fixture('loops'), manifest);
  await world.beside(async () => assert.equal(await world.host.unload('stayer'), true));
  assert.equal(world.host.get('stayer'), undefined);
});

test('a plugin that takes memory gets what it may have, and no more', async () => {
  const number = async (functionName: string) => {
    const { output } = await world.host.call('taker', functionName, new Uint8Array(0));
    return new DataView(output.buffer, output.byteOffset).getInt32(0, true);
  };
  for (const [megabytes, pages] of [
    [10, 160],
    [20, 320],
  ] as const) {
    await world.load('taker', fixture('memory'), { permissions: { memory: { max_heap_mb: megabytes } } });
    const grown = await world.beside(() => number('grow'));
    assert.ok(grown <= pages && grown > pages - 16, `${grown} of ${pages} pages`);
  }
  assert.equal(await number('leap'), -1);
  assert.ok((await number('grow_table')) <= 65_536);
  // What trapped where no page more would fit was out of memory; else only how much it had can be told.
  for (const [functionName, code, message] of [
    ['grow_and_fall', 'AW_PLUGIN_TRAPPED', /19 of 20 MiB of memory \(`permissions\.memory\.max_heap_mb`\)$/],
    ['fill_and_fall', 'AW_PLUGIN_MEMORY_EXCEEDED', /all the memory that it may have, 20 MiB$/],
    ['fill_and_divide', 'AW_PLUGIN_TRAPPED', /divide by zero, with 20 of 20 MiB of memory/],
    ['fill_and_sink', 'AW_PLUGIN_TRAPPED', /call stack/],
  ] as const) {
    await assert.rejects(world.call('taker', functionName), { code, message }, functionName);
  }
  assert.equal(await world.beside(() => number('leap')), -1, 'a new instance');
  await world.host.unload('taker');
});

test('a plugin that begins with more memory than it may have is not loaded', async () => {
  const module = compileWat('(module (memory (export "memory") 1000) (func (export "echo")))');
  await assert.rejects(world.load('big', module), { code: /^AW_PLUGIN_(MODULE_INVALID|MEMORY_EXCEEDED)$/ });
  const wider = { permissions: { memory: { max_heap_mb: 100 } } };
  await world.load('big', module, wider);
  // One that has had all of it from the start has asked for no more.
  const full = compileWat('(module (memory (export "memory") 256) (func (export "fall") unreachable))');
  await world.load('big', full);
  await assert.rejects(world.call('big', 'fall'), { code: 'AW_PLUGIN_TRAPPED', message: /16 of 16 MiB/ });
  await world.host.unload('big');
});

test('a plugin that takes memory of the host gets what it may have, and no more', async () => {
  await world.load('classic', fixture('classic'), { limits: { ...patient, max_output_kb: 1 } });
  for (const functionName of ['alloc_without_end', 'alloc_at_once', 'alloc_negative']) {
    const failure = { code: 'AW_PLUGIN_MEMORY_EXCEEDED' };
    await world.beside(() => assert.rejects(world.call('classic', functionName), failure, functionName));
    assert.equal(await world.call('classic', 'echo', 'again'), 'again');
  }
  // What it keeps between calls counts as a whole: 16 MiB.
  for (let count = 0; count < 8; count++) await world.call('classic', 'keep', String(count));
  await assert.rejects(world.call('classic', 'keep', '8'), { code: 'AW_PLUGIN_ERROR', message: /limit exceeded/ });
  await assert.rejects(world.call('classic', 'huge_output'), { code: 'AW_PLUGIN_OUTPUT_TOO_LARGE' });
  for (const functionName of ['stray_output', 'long_output']) {
    // Nothing of the host's own may come out: it fails, or it gives what was in the block.
    const given = await world.call('classic', functionName).catch((error: { code: string }) => error.code);
    assert.match(given, /^(AW_PLUGIN_(TRAPPED|OUTPUT_TOO_LARGE|ERROR)|\0{0,8})$/, functionName);
    assert.equal(await world.call('classic', 'echo', 'again'), 'again');
  }
  await world.host.unload('classic');
});

test('a plugin that gives too much output fails its call', async () => {
  await world.load('giver', fixture('output'), { limits: { max_output_kb: 1 } });
  const give = (bytes: number) => world.host.call('giver', 'give', new Uint8Array(Uint32Array.of(bytes).buffer));
  assert.equal((await give(1024)).output.length, 1024);
  for (const bytes of [1025, 4_000_000]) {
    await world.beside(() => assert.rejects(give(bytes), { code: 'AW_PLUGIN_OUTPUT_TOO_LARGE' }));
  }
  assert.equal((await give(1024)).output.length, 1024);
  await world.host.unload('giver');
});

test('a plugin that traps fails its call, and a new instance takes the next one', async () => {
  await world.load('trapper', fixture('traps'));
  const traps = [
    ...['give_up', 'read_outside', 'write_outside', 'divide_by_zero', 'call_nothing', 'fall', 'fall_in_the_host'],
  ];
  for (const functionName of traps) {
    await world.beside(() =>
      assert.rejects(world.call('trapper', functionName), { code: 'AW_PLUGIN_TRAPPED' }, functionName),
    );
    assert.equal(await world.call('trapper', 'echo', 'again'), 'again', `after ${functionName}`);
  }
  for (const functionName of ['complain', 'complain_and_give_up']) {
    const failure = { code: 'AW_PLUGIN_ERROR', message: /its own words/ };
    await assert.rejects(world.call('trapper', functionName), failure);
    assert.equal(await world.call('trapper', 'echo', 'again'), 'again', `after ${functionName}`);
  }
  await world.host.unload('trapper');
});

test('plugins that trap all at once, each in the middle of good calls, fail only those', async () => {
  const names = Array.from({ length: 6 }, (_, index) => `trapper-${index}`);
  const module = fixture('traps');
  await Promise.all(names.map((name) => world.load(name, module)));
  const calls = names.flatMap((name) =>
    ['echo', 'give_up', 'echo', 'fall', 'echo', 'give_up', 'echo'].map((functionName) =>
      world.call(name, functionName, name).catch((error: { code: string }) => error.code),
    ),
  );
  const answers = await world.beside(() => Promise.all(calls));
  const trapped = 'AW_PLUGIN_TRAPPED';
  assert.deepEqual(
    answers,
    names.flatMap((name) => [name, trapped, name, trapped, name, trapped, name]),
  );
  await Promise.all(names.map((name) => world.host.unload(name)));
});

test('what is no module is not loaded, wherever it breaks off', async () => {
  const whole = fixture('traps');
  const refused = (module: Uint8Array, what: string) =>
    assert.rejects(world.load('broken', module), { code: 'AW_PLUGIN_MODULE_INVALID' }, what);
  await world.beside(async () => {
    for (let length = 0; length < whole.length; length++) {
      const part = whole.slice(0, length);
      // Cut between sections, it may still be one.
      if (!WebAssembly.validate(part)) await refused(part, `${length} bytes`);
    }
  });
  const text = new TextEncoder().encode('<!doctype html><title>Not found</title>');
  const component = Uint8Array.of(0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0);
  const endless = Uint8Array.of(...whole.slice(0, 8), 1, 0xff, 0xff, 0xff, 0xff, 0x0f);
  for (const [what, module] of Object.entries({ text, component, endless })) await refused(module, what);
  const bad = whole.slice();
  bad[bad.lastIndexOf(0x0b)] = 0xff;
  await refused(bad, 'an instruction that there is not');
  assert.equal(world.host.get('broken'), undefined);
});

test('a module that is not the one of its hash is not even read', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'autoweave hash '));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const module = fixture('echo');
  const manifest: PluginManifest = { name: 'hashed', version: '1.0.0', entry: 'plugin.wasm', permissions: {} };
  const signature = { algorithm: 'SHA-256' as const, value: hashPlugin(manifest, module) };
  const write = async (changed: Partial<PluginManifest>, bytes: Uint8Array) => {
    await writeFile(join(folder, 'plugin.json'), JSON.stringify({ ...manifest, signature, ...changed }));
    await writeFile(join(folder, 'plugin.wasm'), bytes);
  };
  await write({}, module);
  const files = await readPlugin(folder);
  assert.equal(files.isHashed, true);
  await world.host.load(files, { granted: {} });
  assert.equal(await world.call('hashed', 'echo', 'as it was'), 'as it was');
  await write({}, Uint8Array.of(...module, 0, 1, 0));
  await assert.rejects(readPlugin(folder), { code: 'AW_PLUGIN_HASH_WRONG' }, 'an empty section more');
  await write({ permissions: { kv: { prefix: 'a' } } }, module);
  await assert.rejects(readPlugin(folder), { code: 'AW_PLUGIN_HASH_WRONG' }, 'a permission more');
  await world.host.unload('hashed');
});

const IMPORTS: readonly { what: string; text: string; code?: string; manifest?: Partial<PluginManifest> }[] = [
  { what: 'files', text: '(import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32)))' },
  { what: 'the network', text: '(import "extism:host/env" "http_request" (func (param i64 i64) (result i64)))' },
  { what: 'an abort', text: '(import "env" "abort" (func (param i32 i32 i32 i32)))' },
  { what: 'a function that there is not', text: '(import "autoweave" "kv_list" (func (result i32)))' },
  { what: 'what every object has', text: '(import "autoweave" "constructor" (func (result i32)))' },
  { what: 'keys without permission', text: '(import "autoweave" "kv_get" (func (param i32 i32) (result i32)))' },
  { what: 'jobs without permission', text: '(import "autoweave" "queue_add" (func (param i32 i32) (result i32)))' },
  {
    what: 'jobs where it may only work',
    text: '(import "autoweave" "queue_add" (func (param i32 i32) (result i32)))',
    manifest: { permissions: { queue: [{ name: 'labels', mode: 'work' }] } },
  },
  { what: 'events without permission', text: '(import "autoweave" "event_emit" (func (param i32 i32) (result i32)))' },
  { what: 'a memory', text: '(import "env" "memory" (memory 1))', code: 'AW_PLUGIN_MODULE_INVALID' },
  { what: 'a global', text: '(import "autoweave" "log" (global i32))', code: 'AW_PLUGIN_MODULE_INVALID' },
];

for (const { what, text, code = 'AW_PLUGIN_IMPORT_DENIED', manifest } of IMPORTS) {
  test(`a plugin that imports ${what} is not loaded`, async () => {
    const module = compileWat(`(module ${text} (func (export "echo")))`);
    await assert.rejects(world.load('importer', module, manifest), { code });
    assert.equal(world.host.get('importer'), undefined);
  });
}

test('a plugin that imports functions by other signatures gains nothing by it', async () => {
  const module = compileWat(`(module
    (import "autoweave" "input_read" (func $read (param f64)))
    (import "autoweave" "output_write" (func $write (param externref i64)))
    (import "autoweave" "log" (func $log))
    (memory (export "memory") 1)
    (func (export "by_double") (call $read (f64.const 65536.5)))
    (func (export "by_long") (call $write (ref.null extern) (i64.const 8)))
    (func (export "by_nothing") (call $log)))`);
  await world.load('importer', module);
  for (const functionName of ['by_double', 'by_long']) {
    await assert.rejects(world.call('importer', functionName, 'x'), { code: 'AW_PLUGIN_TRAPPED' }, functionName);
  }
  assert.equal(await world.beside(() => world.call('importer', 'by_nothing')), '');
  await world.host.unload('importer');
});

const ASKS = {
  permissions: { kv: { prefix: 'asks/' }, queue: [{ name: 'labels', mode: 'add' }], events: ['asks.done'] },
} satisfies Partial<PluginManifest>;

/** What the host answered: the number, and the reply. */
async function ask(functionName: string, input: string | Uint8Array) {
  const given = typeof input === 'string' ? new TextEncoder().encode(input) : input;
  const { output, effects } = await world.host.call('asker', functionName, given);
  const answer = new DataView(output.buffer, output.byteOffset).getInt32(0, true);
  return { answer, reply: new TextDecoder().decode(output.subarray(4)), effects };
}

const job = (queue: string) => JSON.stringify({ queue, type: 'label.print', data: { title: 'x' } });
const event = (type: string) => JSON.stringify({ type, key: 'k', data: {} });
const DENIED: readonly { functionName: string; bad: string; good: string; capability: string; subject: string }[] = [
  { functionName: 'kv_get', bad: 'asksother/x', good: 'asks/x', capability: 'kv', subject: 'asksother/x' },
  { functionName: 'kv_set', bad: 'asks', good: 'asks/x', capability: 'kv', subject: 'asks' },
  { functionName: 'kv_delete', bad: 'other/../asks/x', good: 'asks/x', capability: 'kv', subject: 'other/../asks/x' },
  { functionName: 'queue_add', bad: job('plugins'), good: job('labels'), capability: 'queue', subject: 'plugins' },
  {
    functionName: 'event_emit',
    bad: event('device.attached'),
    good: event('asks.done'),
    capability: 'events',
    subject: 'device.attached',
  },
];

test('a plugin that asks for what it was not granted is told so, and nothing is sent', async () => {
  await world.load('asker', fixture('asks'), ASKS);
  for (const { functionName, bad, good, capability, subject } of DENIED) {
    const before = world.denials.length;
    const denied = await world.beside(() => ask(functionName, bad));
    assert.ok(denied.answer <= -2, functionName);
    assert.match(denied.reply, /^AW_PLUGIN_DENIED: /);
    assert.equal(denied.reply.length, -2 - denied.answer);
    assert.deepEqual(denied.effects, []);
    const [denial, ...more] = world.denials.slice(before);
    assert.deepEqual({ ...denial, at: 0 }, { plugin: 'asker', capability, subject, at: 0 });
    assert.deepEqual(more, []);
    // The same with what it may.
    const allowed = await ask(functionName, good);
    assert.ok(allowed.answer >= -1, functionName);
    assert.equal(allowed.effects.length, functionName === 'kv_get' ? 0 : 1);
    assert.equal(world.denials.length, before + 1);
  }
  await world.host.unload('asker');
});

test('a plugin that asks nonsense is told so, and nothing is sent', async () => {
  await world.load('asker', fixture('asks'), ASKS);
  const nonsense: readonly [string, string | Uint8Array][] = [
    ...['', '{', '[]', 'null', '{"queue":"labels"}', '{"queue":["labels"],"type":"a.b"}'].map(
      (text): [string, string] => ['queue_add', text],
    ),
    ['queue_add', JSON.stringify({ queue: 'labels', type: 'a.b', data: 1, delayMs: -1 })],
    ['queue_add', JSON.stringify({ queue: 'labels', type: 'a.b', data: 1, id: '' })],
    ['queue_add', `{"queue":"labels","type":"a.b","data":${'['.repeat(100_000)}`],
    ['event_emit', '{"type":"asks.done","key":"","data":{}}'],
    ['event_emit', '{"type":"asks.done","data":{}}'],
    ['event_emit', JSON.stringify({ type: 'asks.done', key: 'k'.repeat(10_000), data: {} })],
    ['kv_get', ''],
    ['kv_get', `asks/${'k'.repeat(300)}`],
    ['kv_set', Uint8Array.of(0x61, 0x73, 0x6b, 0x73, 0x2f, 0xff)],
  ];
  for (const [functionName, input] of nonsense) {
    const { answer, reply, effects } = await ask(functionName, input);
    assert.ok(answer <= -2, `${functionName} ${input.slice(0, 60)}`);
    assert.match(reply, /^AW_[A-Z_]+: /);
    assert.deepEqual(effects, []);
  }
  await world.host.unload('asker');
});

test('a plugin that keeps a value beyond the limit is told so', async () => {
  await world.load('asker', fixture('asks'), ASKS);
  const fill = (bytes: number) => {
    const size = new Uint8Array(Uint32Array.of(bytes).buffer);
    return ask('kv_fill', Buffer.concat([size, Buffer.from('asks/x')]));
  };
  assert.equal((await fill(65_536)).effects.length, 1);
  for (const bytes of [65_537, 3_000_000]) {
    const { answer, reply, effects } = await world.beside(() => fill(bytes));
    assert.ok(answer <= -2);
    assert.match(reply, /at most 65536 bytes/);
    assert.deepEqual(effects, []);
  }
  await world.host.unload('asker');
});

test('a plugin that never stops sending gets so many and so much, and no more', async () => {
  await world.load('asker', fixture('asks'), { ...ASKS, limits: patient });
  const small = event('asks.done');
  const large = JSON.stringify({ type: 'asks.done', key: 'k', data: { text: 'x'.repeat(10_000) } });
  const many = await world.beside(() => ask('flood', small));
  assert.equal(many.effects.length, many.answer);
  assert.ok(many.answer >= 100 && many.answer <= 1_000, `${many.answer} events`);
  const much = await world.beside(() => ask('flood', large));
  assert.equal(much.effects.length, much.answer);
  assert.ok(much.answer * large.length <= 1_048_576, `${much.answer} large events`);
  await world.host.unload('asker');
});

test('what a plugin sends in a call that fails is not sent', async () => {
  await world.load('asker', fixture('asks'), { ...ASKS, limits });
  const failed = (functionName: string) => world.beside(() => ask(functionName, event('asks.done')));
  // It rejects: there is no outcome that could have effects.
  await assert.rejects(failed('send_and_fall'), { code: 'AW_PLUGIN_TRAPPED' });
  await assert.rejects(failed('flood_without_end'), { code: 'AW_PLUGIN_TIMEOUT' });
  const { effects } = await ask('event_emit', event('asks.done'));
  assert.equal(effects.length, 1, 'nothing is left of the calls before');
  await world.host.unload('asker');
});

test('a plugin that names memory which it has not got fails its call', async () => {
  await world.load('pointer', fixture('pointers'), { permissions: { kv: { prefix: 'kept/' } } });
  world.kept.set('kept/key', 'a value');
  const wild = [
    ...['input_behind', 'input_across', 'input_negative', 'output_across', 'output_negative', 'output_wraps'],
    ...[
      'output_length_negative',
      'error_across',
      'log_length_negative',
      'key_across',
      'value_negative',
      'reply_across',
    ],
  ];
  for (const functionName of wild) {
    const failure = { code: /^AW_PLUGIN_(TRAPPED|OUTPUT_TOO_LARGE)$/ };
    await assert.rejects(world.call('pointer', functionName, 'some input'), failure, functionName);
    assert.equal(await world.call('pointer', 'echo', 'again'), 'again', `after ${functionName}`);
  }
  for (const functionName of ['overlap', 'nothing_at_the_end', 'strange_level']) {
    assert.equal(await world.call('pointer', functionName, 'some input'), '', functionName);
  }
  await world.beside(() => world.host.unload('pointer'));
});

test('a plugin that asks its host in start is not loaded, or sends nothing', async () => {
  const manifest = { permissions: { kv: { prefix: 'kept/' } } };
  const loaded = await world.beside(() =>
    world.load('early', fixture('asks-in-start'), manifest).then(
      () => 'loaded',
      (error: { code: string }) => error.code,
    ),
  );
  assert.match(loaded, /^(loaded|AW_PLUGIN_TRAPPED)$/);
  await world.host.unload('early');
});

test('a plugin can be asked only for what it exports as a function', async () => {
  await world.load('strange', fixture('exports'));
  for (const functionName of ['number', 'memory', 'nowhere', 'hasOwnProperty', '__proto__']) {
    const failure = { code: 'AW_PLUGIN_FUNCTION_UNKNOWN' };
    await assert.rejects(world.call('strange', functionName), failure, functionName);
  }
  // Names that mean something to JavaScript mean nothing here.
  for (const functionName of ['fine', 'gives_long', 'then', 'constructor']) {
    assert.equal(await world.call('strange', functionName), '', functionName);
  }
  await world.host.unload('strange');
});

test('a plugin whose export needs something is not asked for it', async () => {
  const failure = { code: 'AW_PLUGIN_FUNCTION_UNKNOWN' };
  await world.load('strange', fixture('exports'));
  await assert.rejects(world.call('strange', 'needs'), failure);
  await world.host.unload('strange');
  await assert.rejects(world.load('strange', fixture('exports'), { hooks: { onLoad: 'needs' } }), failure);
});

const CALLS = 20_000;
const IN_FLIGHT = 32;
/** What V8 keeps for later comes and goes by more than a small leak would add; 4 KB of each call would be 80 MB. */
const MOST_GROWTH = 60_000_000;

for (const name of ['echo', 'classic']) {
  test(`${CALLS} calls leave nothing behind (${name})`, async () => {
    await world.load('worker', fixture(name));
    const input = 'x'.repeat(100);
    const run = async (calls: number) => {
      let left = calls;
      const lane = async () => {
        while (left-- > 0) assert.equal(await world.call('worker', 'echo', input), input);
      };
      await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
    };
    await run(2_000);
    const before = process.memoryUsage().rss;
    await run(CALLS);
    const grown = process.memoryUsage().rss - before;
    assert.ok(grown < MOST_GROWTH, `${grown} bytes more`);
    assert.equal(await world.beside(() => world.call('worker', 'echo', 'the last')), 'the last');
    const { calls, failures, instances } = world.host.get('worker')!.stats;
    assert.deepEqual({ calls, failures, instances }, { calls: CALLS + 2_001, failures: 0, instances: 1 });
    await world.host.unload('worker');
  });
}
