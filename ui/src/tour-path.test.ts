import assert from 'node:assert/strict';
import { test } from 'node:test';
import { moreText, tourPath } from './tour-path.ts';
import { CLICK, PIXEL, type StoryStep } from './trace-story.ts';

function makeStep(name: string, attributes: Readonly<Record<string, string>> = {}): StoryStep {
  const told = { about: '', problem: null, parentId: null, file: null, depth: 0, startMs: 0, durationMs: 1 };
  return { ...told, id: `${name} ${Object.values(attributes)}`, state: 'done', title: name, name, attributes };
}

const WAY = [
  makeStep(CLICK),
  makeStep('gateway.mutation', { field: 'plugVirtualDevice' }),
  makeStep('bus.publish', { actor: 'device-watcher' }),
  makeStep('actor.handle', { actor: 'device-watcher' }),
  makeStep('actor.commit'),
  makeStep('outbox.send', { stream: 'EVENTS' }),
  makeStep('forwarder.forward', { actor: 'device' }),
  makeStep('actor.handle', { actor: 'device' }),
  makeStep('gateway.push', { subscription: 'deviceEvents' }),
  makeStep(PIXEL),
];

test('tourPath lists the whole way as waiting before anything came', () => {
  const { path, more } = tourPath([]);
  assert.equal(path.length, WAY.length);
  assert.ok(path.every(({ state }) => state === 'waiting'));
  assert.deepEqual(more, []);
});

test('tourPath keeps to the way, whatever comes between and in whatever order', () => {
  const besides = [
    makeStep('forwarder.forward', { actor: 'agent-router' }),
    makeStep('actor.handle', { actor: 'agent-router' }),
    makeStep('gateway.push', { subscription: 'events' }),
    makeStep('actor.commit'),
  ];
  const came = [...WAY.slice(0, 6), ...besides.slice(0, 3), WAY[8]!, WAY[6]!, WAY[7]!, besides[3]!, WAY[9]!];
  assert.deepEqual(tourPath(came), { path: WAY, more: besides });
});

test('moreText says how much, of what kinds, and what failed', () => {
  const failed: StoryStep = { ...makeStep('job.process', { queue: 'plugin-hello' }), state: 'failed' };
  const cases: [more: StoryStep[], text: string][] = [
    [[makeStep('actor.commit')], 'and 1 more step'],
    [
      [makeStep('actor.handle', { actor: 'memory' }), makeStep('a', { type: 'agent.start' })],
      'and 2 more steps: agents, memory',
    ],
    [[failed, makeStep('plugin.call')], 'and 2 more steps: plugins; 1 failed'],
  ];
  for (const [more, text] of cases) assert.equal(moreText(more), text);
});
