import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aboutOf, problemOf, titleOf } from './step-text.ts';

test('titleOf speaks of what it knows, and repeats what it does not', () => {
  const table: ReadonlyArray<readonly [name: string, attributes: unknown, title: string]> = [
    ['actor.handle', { 'actor.name': 'device' }, 'The device actor handles it'],
    ['actor.handle', { actor: 'device' }, 'The device actor handles it'],
    ['actor.handle', null, 'The actor handles it'],
    ['bus.publish', { subject: 'aw.main.cmd.device-watcher.lab' }, 'Command stored in the log'],
    ['bus.publish', { 'messaging.destination.name': 'EVENTS' }, 'Event stored in the log'],
    ['bus.publish', {}, 'Message stored in the log'],
    ['job.process', { queue: 'mail', type: 'mail.send' }, 'A worker runs mail.send'],
    ['plugin.call', { plugin: 'hello', function: 'greet' }, 'Plugin hello runs greet'],
    ['plugin.host_call', { plugin: 'hello', function: 'kv_get' }, 'It asks its host: kv_get'],
    ['outbox.send', { stream: 'MAILBOX', type: 'agent.start' }, 'Command sent into the log'],
    ['outbox.send', {}, 'Outbox sent'],
    ['else.happens', { subject: 7 }, 'else.happens'],
  ];
  for (const [name, attributes, title] of table) assert.equal(titleOf({ name, attributes }), title);
});

test('aboutOf says what the title does not', () => {
  const table: ReadonlyArray<readonly [name: string, attributes: unknown, about: string]> = [
    ['actor.handle', { actor: 'agent-run', type: 'job.ended' }, 'job.ended'],
    ['bus.publish', { stream: 'MAILBOX', actor: 'agent', type: 'agent.deploy' }, 'agent.deploy'],
    ['job.process', { queue: 'mail', type: 'mail.send' }, 'mail'],
    ['plugin.call', { plugin: 'hello', function: 'greet' }, ''],
    ['gateway.push', { subscription: 'events', type: 'a.b' }, 'events a.b'],
    ['actor.commit', {}, ''],
    ['gateway.mutation', null, ''],
  ];
  for (const [name, attributes, about] of table) assert.equal(aboutOf({ name, attributes }), about, name);
});

test('problemOf is the message of what failed or was declined', () => {
  const attributes = { 'error.message': 'No paper' };
  assert.equal(problemOf({ ok: false, attributes }), 'No paper');
  assert.equal(problemOf({ ok: true, attributes }), null);
  assert.equal(problemOf({ ok: true, attributes: { declined: 'Not granted' } }), 'Not granted');
  assert.equal(problemOf({ ok: false, attributes: null }), null);
});
