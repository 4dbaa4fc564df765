import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LogEvent } from './event-log.ts';
import { type EventStory, eventStory } from './event-text.ts';

const AGENTS = new Map([['a1', 'Device notes']]);

function storyOf(type: string, data: unknown, subject = 'key'): EventStory {
  const event: LogEvent = { id: '1', cursor: 'a-1', type, subject, at: '2026-01-02T03:04:05Z', data, traceId: null };
  return eventStory(event, AGENTS);
}

test('eventStory tells each type in a sentence', () => {
  const cases: [type: string, data: unknown, title: string, sentence: string][] = [
    ['plugin.loaded', { plugin: 'label', durationMs: 3.2 }, 'label', 'loaded in 3.20 ms'],
    ['plugin.revoked', { plugin: 'label' }, 'label', 'the consent was taken back'],
    ['plugin.revoked', { plugin: 'label', capabilities: ['kv', 'usb'] }, 'label', 'kv, usb was taken back'],
    ['plugin.failed', { plugin: 'label', error: { code: 'C', message: 'No' } }, 'label', 'failed: No'],
    [
      'plugin.hook_failed',
      { plugin: 'label', hook: 'onUSBAttach', jobId: '1', error: { code: 'C', message: 'No' } },
      'label',
      'onUSBAttach failed: No',
    ],
    [
      'plugin.denied',
      { plugin: 'label', capability: 'kv', subject: 'x', count: 3 },
      'label',
      'kv “x” was denied, 3 times',
    ],
    ['agent.status_changed', { agentId: 'a1', name: 'N', status: 'DRAFT', before: null }, 'N', 'made, as a draft'],
    [
      'agent.status_changed',
      { agentId: 'a1', name: 'N', status: 'DEPLOYED', before: 'DRAFT' },
      'N',
      'draft → deployed',
    ],
    [
      'agent.run_started',
      { agentId: 'a1', runId: 'r', trigger: 'device' },
      'Device notes',
      'a run was begun by a device',
    ],
    ['agent.updated', { agentId: 'a1', name: 'N' }, 'N', 'changed'],
    ['agent.step_finished', { agentId: 'a2', node: 'n', status: 'DONE' }, 'a2', 'step “n” is done'],
    ['agent.run_finished', { agentId: 'a1', status: 'FAILED' }, 'Device notes', 'the run failed: it is not known why'],
    [
      'memory.remembered',
      { memoryId: 'm', agentId: 'a1', characters: 1 },
      'Memory',
      '1 character remembered by Device notes',
    ],
    ['memory.forgotten', { memoryId: 'm' }, 'Memory', 'forgotten'],
    ['label.printed', { copies: 2, agentId: 'a1' }, 'key', 'copies 2, agentId Device notes'],
    ['label.printed', null, 'key', 'happened'],
  ];
  for (const [type, data, title, sentence] of cases) {
    const story = storyOf(type, data);
    assert.deepEqual([story.title, story.sentence], [title, sentence], type);
  }
});

test('eventStory leads to what the event is about, where there is a page for it', () => {
  assert.equal(storyOf('plugin.unloaded', {}, 'label').href, '#/plugins/label');
  assert.equal(storyOf('agent.run_started', { agentId: 'a1', runId: 'r/1' }).href, '#/agents/a1/r%2F1');
  assert.equal(storyOf('agent.deleted', { agentId: 'a1' }).href, '#/agents');
  assert.equal(storyOf('memory.remembered', {}, 'm1').href, '#/memories/m1');
  assert.equal(storyOf('memory.forgotten', {}, 'm1').href, null);
  assert.equal(storyOf('label.printed', {}).href, null);
});

test('eventStory keeps a sentence short', () => {
  assert.equal(storyOf('label.printed', { text: 'x'.repeat(1000) }).sentence.length, 160);
});
