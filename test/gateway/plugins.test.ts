import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakePlugin } from './fake-plugins.ts';
import { startWorld } from './gateway-world.ts';

test('plugins are listed, found by name, and looked at before they are loaded', async (t) => {
  const { query, services } = await startWorld(t);
  services.plugins.plugins.set('label', fakePlugin('label', { state: 'LOADED' }));
  const { data, errors } = await query(
    `{
      plugins { id state hooks permissions { requested granted items { sentence isGranted } } limits { callTimeoutMs } }
      plugin(name: "label") { name stats { calls p50Ms recentDenials { subject } } }
      none: plugin(name: "none") { name }
      inspectPlugin(manifestPath: "/plugins/other") { name state }
      health { plugins { allowsUnsigned folders } }
    }`,
  );
  assert.equal(errors, undefined);
  assert.deepEqual(data, {
    plugins: [
      {
        id: 'label@1.0.0',
        state: 'LOADED',
        hooks: { onUSBAttach: 'attached' },
        permissions: {
          requested: { events: ['label.printed'] },
          granted: null,
          items: [{ sentence: 'Emit label.printed', isGranted: false }],
        },
        limits: { callTimeoutMs: 1_000 },
      },
    ],
    plugin: { name: 'label', stats: { calls: 0, p50Ms: null, recentDenials: [] } },
    none: null,
    inspectPlugin: { name: 'other', state: 'FOUND' },
    health: { plugins: { allowsUnsigned: true, folders: ['/plugins'] } },
  });
  const unreadable = await query('{ inspectPlugin(manifestPath: "/etc") { name } }');
  assert.equal(unreadable.errors?.[0]?.extensions.code, 'AW_PLUGIN_UNREADABLE');
});

test('plugins are loaded, granted, called, reloaded, revoked and unloaded, each as a step of the trace', async (t) => {
  const { query, services } = await startWorld(t);
  const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
  services.plugins.answer = (name, input) => (name === 'greet' ? { hello: input } : undefined);
  const { data, errors } = await query(
    `mutation ($options: JSON, $grant: JSON, $permissions: JSON!) {
      loadPlugin(manifestPath: "/plugins/label", options: $options, grant: $grant) { state }
      grantPlugin(name: "label", permissions: $permissions) { permissions { granted } }
      more: grantPlugin(name: "label", capabilities: ["kv"]) { name }
      executePlugin(name: "label", function: "greet", input: ["you"], timeoutMs: 50)
      nothing: executePlugin(name: "label", function: "other")
      reloadPlugin(id: "label@1.0.0") { id }
      some: revokePlugin(name: "label", capabilities: ["queue:labels"])
      revokePlugin(name: "label")
      unloadPlugin(id: "label")
    }`,
    { options: { speed: 3 }, grant: { events: ['label.printed'] }, permissions: { events: [] } },
    { traceparent },
  );
  assert.equal(errors, undefined);
  assert.deepEqual(data, {
    loadPlugin: { state: 'LOADED' },
    grantPlugin: { permissions: { granted: { events: [] } } },
    more: { name: 'label' },
    executePlugin: { hello: ['you'] },
    nothing: null,
    reloadPlugin: { id: 'label@1.0.0' },
    some: true,
    revokePlugin: true,
    unloadPlugin: true,
  });
  assert.deepEqual(services.plugins.orders, [
    ['load', '/plugins/label', { options: { speed: 3 }, grant: { events: ['label.printed'] }, traceparent }],
    ['grant', 'label', { events: [] }, { traceparent }],
    ['grantMore', 'label', ['kv'], { traceparent }],
    ['execute', 'label', 'greet', ['you'], { timeoutMs: 50, traceparent }],
    ['execute', 'label', 'other', undefined, { timeoutMs: 10_000, traceparent }],
    ['reload', 'label@1.0.0', { traceparent }],
    ['revoke', 'label', { capabilities: ['queue:labels'], traceparent }],
    ['revoke', 'label', { traceparent }],
    ['unload', 'label', { traceparent }],
  ]);
});

test('what is wrong with an order to a plugin is told with its code', async (t) => {
  const { query, services } = await startWorld(t);
  const table: [string, string][] = [
    ['loadPlugin(manifestPath: "/plugins/label", options: [1]) { id }', 'AW_ARGUMENT_INVALID'],
    ['loadPlugin(manifestPath: "/plugins/label", grant: "all") { id }', 'AW_ARGUMENT_INVALID'],
    ['loadPlugin(manifestPath: "/nowhere") { id }', 'AW_PLUGIN_UNREADABLE'],
    ['grantPlugin(name: "label", permissions: 7) { id }', 'AW_ARGUMENT_INVALID'],
    ['grantPlugin(name: "label") { id }', 'AW_ARGUMENT_INVALID'],
    ['grantPlugin(name: "label", capabilities: []) { id }', 'AW_ARGUMENT_INVALID'],
    ['grantPlugin(name: "label", permissions: {}, capabilities: ["kv"]) { id }', 'AW_ARGUMENT_INVALID'],
    ['grantPlugin(name: "label", permissions: {}) { id }', 'AW_PLUGIN_UNKNOWN'],
    ['revokePlugin(name: "label", capabilities: [])', 'AW_ARGUMENT_INVALID'],
    ['reloadPlugin(id: "label") { id }', 'AW_PLUGIN_UNKNOWN'],
    ['executePlugin(name: "label", function: "greet")', 'AW_PLUGIN_UNKNOWN'],
    ['executePlugin(name: "label", function: "greet", timeoutMs: 0)', 'AW_ARGUMENT_INVALID'],
    ['executePlugin(name: "label", function: "greet", timeoutMs: 60001)', 'AW_ARGUMENT_INVALID'],
  ];
  for (const [field, code] of table) {
    assert.equal((await query(`mutation { ${field} }`)).errors?.[0]?.extensions.code, code, field);
  }
  assert.deepEqual(
    services.plugins.orders.map(([verb]) => verb),
    ['load', 'grant', 'reload', 'execute'],
  );
});
