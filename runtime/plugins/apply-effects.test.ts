import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyEffects } from './apply-effects.ts';
import type { PluginEffect } from './host-api.ts';

function apply(effects: readonly PluginEffect[]) {
  const sent: unknown[][] = [];
  const ctx = {
    cast: (...given: unknown[]) => void sent.push(['cast', ...given]),
    emit: (...given: unknown[]) => void sent.push(['emit', ...given]),
    enqueue(...given: unknown[]) {
      sent.push(['enqueue', ...given]);
      return 'id';
    },
  };
  const keys = applyEffects(ctx, 'works', 'the write', effects);
  return { sent, keys };
}

test('applyEffects sends jobs and events as the call did, in its order', () => {
  const { sent, keys } = apply([
    { kind: 'event', type: 'works.done', key: 'a', data: { n: 1 } },
    { kind: 'job', queue: 'labels', type: 'label.print', data: null },
    { kind: 'job', queue: 'labels', type: 'label.print', data: 2, id: 'mine', delayMs: 0 },
    { kind: 'event', type: 'works.done', key: 'a', data: { n: 2 } },
  ]);
  assert.deepEqual(sent, [
    ['emit', 'works.done', { n: 1 }, { key: 'a' }],
    ['enqueue', 'labels', 'label.print', null, {}],
    ['enqueue', 'labels', 'label.print', 2, { id: 'mine', delayMs: 0 }],
    ['emit', 'works.done', { n: 2 }, { key: 'a' }],
  ]);
  assert.deepEqual(keys, []);
});

test('applyEffects writes the last value of each key, under the name of the write', () => {
  const { sent, keys } = apply([
    { kind: 'kv', key: 'a', value: '1' },
    { kind: 'kv', key: 'b', value: '1' },
    { kind: 'kv', key: 'c', value: null },
    { kind: 'kv', key: 'a', value: '2' },
    { kind: 'kv', key: 'b', value: null },
    { kind: 'kv', key: 'c', value: '' },
  ]);
  const written = { plugin: 'works', write: 'the write' };
  assert.deepEqual(sent, [
    ['cast', 'plugin-kv', 'a', 'plugin-kv.set', { ...written, value: '2' }],
    ['cast', 'plugin-kv', 'b', 'plugin-kv.delete', written],
    ['cast', 'plugin-kv', 'c', 'plugin-kv.set', { ...written, value: '' }],
  ]);
  assert.deepEqual(keys, ['a', 'b', 'c']);
});

test('applyEffects of a call that sent nothing sends nothing', () => {
  assert.deepEqual(apply([]), { sent: [], keys: [] });
});
