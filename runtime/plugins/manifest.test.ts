import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limitsOf, pluginId, readManifest } from './manifest.ts';

const PATH = '/plugins/label-printer/plugin.json';
const LEAST = { name: 'label-printer', version: '1.0.0', entry: 'plugin.wasm', permissions: {} };
const FULL = {
  ...LEAST,
  $schema: 'https://example.org/plugin.json',
  description: 'Prints labels.',
  permissions: {
    usb: { vendor_ids: ['0x1234', '*'] },
    memory: { max_heap_mb: 64, max_workers: 4 },
    queue: ['print', { name: 'scan', mode: 'add' }],
    kv: { prefix: 'label:' },
    events: ['label.printed', 'device.attached'],
    filesystem: [{ path: '/tmp', mode: 'read' }],
    network: { outbound: ['https://example.org/'], inbound: { port: 8080, interface: 'localhost' } },
    secrets: ['token'],
  },
  hooks: { onLoad: 'load', onUSBAttach: 'attach', onJobReceived: 'work' },
  limits: { call_timeout_ms: 250, max_output_kb: 4 },
  jobs: { 'label.print': { type: 'object', properties: { text: { type: 'string', maxLength: 10 } } }, 'label.any': {} },
  events: { 'label.printed': { type: 'object', properties: { at: { type: 'string', format: 'date-time' } } } },
};

function read(value: unknown): ReturnType<typeof readManifest> {
  return readManifest(JSON.stringify(value), PATH);
}

test('readManifest gives what stands there, its fields in their order', () => {
  for (const value of [LEAST, FULL]) assert.equal(JSON.stringify(read(value)), JSON.stringify(value));
  assert.equal(pluginId(read(LEAST)), 'label-printer@1.0.0');
});

const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);
const deepSchema = (depth: number): object => (depth === 0 ? {} : { not: deepSchema(depth - 1) });
const withJob = (schema: unknown, type = 'label.print') => ({ ...LEAST, jobs: { [type]: schema } });
const withPermissions = (permissions: unknown, more = {}) => ({ ...LEAST, permissions, ...more });

const WRONG: Readonly<Record<string, readonly [value: unknown, message: RegExp]>> = {
  null: [null, /: it is null, and should be an object/],
  'a list': [[], /: it is a list, and should be an object/],
  'a missing field': [{ ...LEAST, entry: undefined }, /: it has no "entry"$/],
  'a field too many': [{ ...LEAST, extra: 1 }, /: it has an unknown field "extra"$/],
  'a field of another prototype': [
    JSON.parse(`{"__proto__":{},${JSON.stringify(LEAST).slice(1)}`),
    /unknown field "__proto__"/,
  ],
  'a name with a slash': [{ ...LEAST, name: '../up' }, /\/name is .* 3 to 50 lower-case letters, digits and hyphens$/],
  'a name of two lines': [{ ...LEAST, name: 'label\n' }, /\/name is "label\\u\{a\}", and should/],
  'a version that is none': [
    { ...LEAST, version: '1' },
    /\/version is "1", and should be three numbers, such as 1\.0\.0$/,
  ],
  'an entry that goes up': [{ ...LEAST, entry: 'a/../../b.wasm' }, /\/entry is .* a \.wasm file within the folder/],
  'an entry that is absolute': [{ ...LEAST, entry: '/b.wasm' }, /\/entry is .* a \.wasm file within the folder/],
  'an entry with a backslash': [{ ...LEAST, entry: 'a\\b.wasm' }, /\/entry is .* a \.wasm file within the folder/],
  'an entry of another kind': [{ ...LEAST, entry: 'plugin.js' }, /\/entry is .* a \.wasm file within the folder/],
  'a hook that can be no function': [
    { ...LEAST, hooks: { onLoad: 'a b' } },
    /\/hooks\/onLoad is "a b", .* exported function/,
  ],
  'an unknown hook': [{ ...LEAST, hooks: { onDelete: 'x' } }, /\/hooks has an unknown field "onDelete"$/],
  'an unknown permission': [withPermissions({ root: true }), /\/permissions .*"root"/],
  'a heap that is too large': [
    withPermissions({ memory: { max_heap_mb: 1025 } }),
    /\/permissions\/memory\/max_heap_mb is 1025, and should be 10 to 1024$/,
  ],
  'an unknown mode': [
    withPermissions({ queue: [{ name: 'a', mode: 'all' }] }),
    /\/queue\/0\/mode is "all", .* add, work or both$/,
  ],
  'an empty prefix': [withPermissions({ kv: { prefix: '' } }), /\/permissions\/kv\/prefix is empty$/],
  'a time-out of none': [
    { ...LEAST, limits: { call_timeout_ms: 0 } },
    /\/limits\/call_timeout_ms is 0, and should be 1 to 60000$/,
  ],
  'a hash that is too short': [
    { ...LEAST, signature: { algorithm: 'SHA-256', value: 'ab' } },
    /\/signature\/value is "ab", .* 64 hex/,
  ],
  'another algorithm': [
    { ...LEAST, signature: { algorithm: 'none', value: 'a'.repeat(64) } },
    /\/signature\/algorithm is "none", and should be SHA-256$/,
  ],
  'what is nested deep': [withJob({ const: nested(100) }), /nested more than 48 deep/],

  'a queue twice': [withPermissions({ queue: ['a', 'b', 'a'] }), /\/permissions\/queue\/2 names "a" again/],
  'a queue twice, in two forms': [
    withPermissions({ queue: ['a', { name: 'a', mode: 'add' }] }),
    /\/permissions\/queue\/1 names "a" again/,
  ],
  'a device hook without usb': [{ ...LEAST, hooks: { onUSBAttach: 'a' } }, /\/hooks\/onUSBAttach needs `usb`/],
  'a device hook without a vendor': [
    withPermissions({ usb: { product_ids: ['*'] } }, { hooks: { onUSBDetach: 'a' } }),
    /\/hooks\/onUSBDetach needs `usb`/,
  ],
  'a job hook without a queue': [{ ...LEAST, hooks: { onJobReceived: 'a' } }, /\/hooks\/onJobReceived needs a `queue`/],
  'a job hook with queues to add to': [
    withPermissions({ queue: [{ name: 'a', mode: 'add' }] }, { hooks: { onJobReceived: 'a' } }),
    /\/hooks\/onJobReceived needs a `queue`/,
  ],
  'an event that nobody knows': [
    withPermissions({ events: ['label.printed'] }),
    /\/permissions\/events\/0 is "label\.printed", which is neither/,
  ],
  'an event that is a command': [withPermissions({ events: ['plugin.grant'] }), /\/permissions\/events\/0 .* neither/],
  'an event that is a job': [withPermissions({ events: ['plugin.load'] }), /\/permissions\/events\/0 .* neither/],
  'a type of AutoWeave as a job': [withJob({}, 'plugin.load'), /\/jobs\/plugin\.load is a type of AutoWeave/],
  'a type of AutoWeave as an event': [
    { ...LEAST, events: { 'device.attached': {} } },
    /\/events\/device\.attached is a type of AutoWeave/,
  ],
  'a type of three words': [withJob({}, 'label.print.now'), /\/jobs/],
  'a queue that AutoWeave works on': [
    { ...LEAST, permissions: { queue: ['memory'] } },
    /\/permissions\/queue\/0 names "memory", which AutoWeave works on itself/,
  ],
  'a queue of operators': [
    { ...LEAST, permissions: { queue: [{ name: 'plugins', mode: 'add' }] } },
    /\/permissions\/queue\/0 names "plugins", which is for operators/,
  ],
  'a type of one word': [withJob({}, 'label'), /\/jobs/],
  'a type that is a job and an event': [
    { ...LEAST, jobs: { 'label.a': {} }, events: { 'label.a': {} } },
    /\/events\/label\.a is a type of `jobs` as well/,
  ],
  'a schema that is none': [withJob({ type: 'text' }), /\/jobs\/label\.print is no JSON Schema/],
  'a schema that refers to itself': [withJob({ anyOf: [{ $ref: '#' }] }), /\/jobs\/label\.print\/anyOf\/0 has "\$ref"/],
  'a schema with a regular expression': [
    withJob({ properties: { text: { type: 'string', pattern: '^(a+)+$' } } }),
    /\/jobs\/label\.print\/properties\/text has "pattern"/,
  ],
  'a schema with patterns of names': [withJob({ patternProperties: { '(a+)+$': {} } }), /has "patternProperties"/],
  'a schema that compares each with each': [withJob({ items: { uniqueItems: true } }), /\/items has "uniqueItems"/],
  'a schema that names itself': [withJob({ $id: 'schemas/device.schema.json' }), /has "\$id"/],
  'a schema with definitions': [withJob({ $defs: {} }), /has "\$defs"/],
  'a schema with an unknown format': [withJob({ format: 'regex' }), /\/label\.print\/format is not one of date, time/],
  'a schema of many': [
    withJob({ properties: Object.fromEntries(Array.from({ length: 600 }, (_, index) => [`p${index}`, {}])) }),
    /\/properties\/p499 is one schema too many/,
  ],
  'a schema that is nested deep': [withJob(deepSchema(20)), /lies too deep/],
  'a schema of the wrong form': [withJob({ properties: [1] }), /\/jobs\/label\.print is no JSON Schema/],
};

for (const [what, [value, message]] of Object.entries(WRONG)) {
  test(`readManifest refuses ${what}`, () => {
    assert.throws(() => read(value), { name: 'TerminalError', code: 'AW_PLUGIN_MANIFEST_INVALID', message });
  });
}

test('readManifest says which file, and what of the first few is wrong', () => {
  const wrong = withPermissions({ queue: ['a', 'a'] }, { hooks: { onUSBAttach: 'a' }, jobs: { 'a.b': { $ref: '#' } } });
  assert.throws(() => read(wrong), {
    message: `Cannot use manifest ${PATH}: /jobs/a.b has "$ref", which a plugin's schema can't have; /hooks/onUSBAttach needs \`usb\` in permissions, with one of \`vendor_ids\` at least; /permissions/queue/1 names "a" again`,
  });
});

test('readManifest tells up to five places at once, and what was meant', () => {
  const wrong = {
    name: 'a',
    version: '0.1',
    entry: 'plugin.wasm',
    permisions: { usb: { vendorIds: ['1209'] }, queue: 'print' },
  };
  const places = [
    '/name is "a", and should be 3 to 50 lower-case letters, digits and hyphens',
    '/version is "0.1", and should be three numbers, such as 1.0.0',
    'it has an unknown field "permisions" (did you mean "permissions"?)',
    '/permisions/usb has an unknown field "vendorIds" (did you mean "vendor_ids"?)',
    '/permisions/usb/vendorIds/0 is "1209", and should be 0x and four hexadecimal digits, or *',
  ];
  const hint = 'see docs/guide/plugins.md';
  assert.throws(() => read(wrong), { message: `Cannot use manifest ${PATH}: ${places.join('; ')}; and more`, hint });
  assert.throws(() => read({ ...wrong, permisions: undefined }), {
    message: `Cannot use manifest ${PATH}: ${places.slice(0, 2).join('; ')}; it has no "permissions"`,
  });
  assert.throws(() => read(withPermissions({ queue: 'print', usb: [], events: [3] })), {
    message:
      /\/queue is a text, and should be a list; \/permissions\/usb is a list, .* an object; .*\/events\/0 is a whole/,
  });
  assert.throws(() => read(withPermissions({ queue: [true] })), {
    message: /\/queue\/0 is true or false, and should be a text or an object$/,
  });
});

test('readManifest stops at a few places of a manifest that is wrong throughout', () => {
  const many = withPermissions({ queue: Array.from({ length: 100_000 }, () => 1) });
  const fields = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`nam${index}`, 1]));
  for (const wrong of [many, { ...fields, ...LEAST }]) {
    assert.throws(
      () => read(wrong),
      (error: Error) => error.message.length < 1_000 && error.message.endsWith('; and more'),
    );
  }
});

test('readManifest refuses what is no JSON, and what is too long, in words that fool no terminal', () => {
  assert.throws(
    () => readManifest('{"name": \u001b[2J}', PATH),
    (error: Error) => {
      assert.match(error.message, /it is no JSON: at line 1, column 10 there is "\\u\{1b\}" where a value should be$/);
      return !/\p{C}/u.test(error.message);
    },
  );
  assert.throws(
    () => read({ ...LEAST, '\u001b[2J': 1 }),
    (error: Error) => !/\p{C}/u.test(error.message),
  );
  assert.throws(() => readManifest(' '.repeat(300_000), PATH), { message: /300000 characters of at most 262144/ });
  assert.throws(() => readManifest('['.repeat(200_000), PATH), { code: 'AW_PLUGIN_MANIFEST_INVALID' });
  const deep = `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
  assert.throws(() => readManifest(deep, PATH), { message: /nested more than 48 deep/ });
});

test('limitsOf takes what is granted, and else the defaults', () => {
  assert.deepEqual(limitsOf(read(LEAST), {}), {
    callTimeoutMs: 1_000,
    maxOutputBytes: 245_760,
    maxHeapBytes: 16_777_216,
    maxWorkers: 1,
  });
  assert.deepEqual(limitsOf(read(FULL), { memory: { max_heap_mb: 32 } }), {
    callTimeoutMs: 250,
    maxOutputBytes: 4_096,
    maxHeapBytes: 33_554_432,
    maxWorkers: 1,
  });
});
