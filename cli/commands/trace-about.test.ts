import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aboutStep } from './trace-about.ts';

test('aboutStep says what a step was about, and why it failed', () => {
  const refused = { plugin: 'hello', function: 'queue_add', 'error.message': 'AW_X: no' };
  const cases: readonly (readonly [name: string, ok: boolean, attributes: unknown, expected: string])[] = [
    ['actor.handle', true, { actor: 'agent-run', key: 'r1', type: 'job.ended' }, 'agent-run job.ended'],
    ['actor.handle', true, { actor: 'memory', key: 'm1', type: 'memory.remember' }, 'memory.remember'],
    ['outbox.send', true, { stream: 'EVENTS', type: '' }, 'EVENTS'],
    ['job.process', true, { queue: 'mail', id: '3f~0', type: 'mail.send', attempt: 2 }, 'mail mail.send'],
    ['plugin.call', true, { plugin: 'hello', version: '1.0.0', function: 'greet' }, 'hello greet'],
    ['plugin.host_call', true, { plugin: 'hello', function: 'kv_get' }, 'kv_get'],
    ['plugin.host_call', false, refused, 'queue_add: AW_X: no'],
    [
      'gateway.push',
      true,
      { subscription: 'events', cursor: '7', type: 'memory.remembered' },
      'events memory.remembered',
    ],
    ['actor.commit', true, {}, ''],
    ['actor.commit', false, { 'error.message': 'lost' }, 'lost'],
    ['plugin.call', true, null, ''],
    ['toString', true, { actor: 'a' }, ''],
  ];
  for (const [name, ok, attributes, expected] of cases)
    assert.equal(aboutStep({ name, ok, attributes }), expected, name);
});
