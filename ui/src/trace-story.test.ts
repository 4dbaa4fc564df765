import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CLICK,
  PIXEL,
  type StoryStep,
  serverOriginMs,
  storyEndMs,
  titleOf,
  toStory,
  withExpected,
} from './trace-story.ts';

function makeStep(name: string, startMs: number, durationMs = 1): StoryStep {
  return { id: `${name}-${startMs}`, state: 'done', title: name, name, file: null, startMs, durationMs };
}

function names(steps: readonly StoryStep[]): string[] {
  return steps.map((step) => (step.state === 'waiting' ? `(${step.name})` : step.name));
}

test('withExpected lists everything as waiting before anything came', () => {
  const story = withExpected([]);
  assert.equal(story.length, 10);
  assert.ok(story.every((step) => step.state === 'waiting'));
});

test('withExpected keeps every step that came, in order, and places what is missing', () => {
  const table: ReadonlyArray<readonly [came: string[], expected: string[]]> = [
    [
      [CLICK, 'gateway.mutation', 'actor.handle'],
      [
        CLICK,
        'gateway.mutation',
        '(bus.publish)',
        'actor.handle',
        '(actor.commit)',
        '(outbox.send)',
        '(forwarder.forward)',
        '(actor.handle)',
        '(gateway.push)',
        `(${PIXEL})`,
      ],
    ],
    [
      [CLICK, 'gateway.mutation', 'bus.publish', 'actor.handle', 'actor.commit', 'outbox.send', 'forwarder.forward']
        .concat('actor.handle', 'actor.commit', 'gateway.push')
        .concat(PIXEL),
      [CLICK, 'gateway.mutation', 'bus.publish', 'actor.handle', 'actor.commit', 'outbox.send', 'forwarder.forward']
        .concat('actor.handle', 'actor.commit', 'gateway.push')
        .concat(PIXEL),
    ],
    [
      [CLICK, 'unknown.step', 'gateway.push', PIXEL, 'late.step'],
      [
        CLICK,
        '(gateway.mutation)',
        '(bus.publish)',
        '(actor.handle)',
        '(actor.commit)',
        '(outbox.send)',
        '(forwarder.forward)',
        '(actor.handle)',
        'unknown.step',
        'gateway.push',
        PIXEL,
        'late.step',
      ],
    ],
  ];
  for (const [came, expected] of table) {
    const story = withExpected(came.map((name, index) => makeStep(name, index)));
    assert.deepEqual(names(story), expected);
  }
});

test('withExpected keeps unknown steps that came last before what still waits', () => {
  assert.deepEqual(names(withExpected([makeStep(CLICK, 0), makeStep('odd', 1)])).slice(0, 3), [
    CLICK,
    'odd',
    '(gateway.mutation)',
  ]);
});

test('toStory sorts by start, the longer first, and puts it on the given scale', () => {
  const step = (spanId: string, offsetUs: number, durationUs: number) => ({
    traceId: 't',
    spanId,
    parentSpanId: null,
    name: spanId,
    startedAt: '2026-11-22T10:00:00Z',
    offsetUs,
    durationUs,
    ok: spanId !== 'bad',
    file: null,
    attributes: {},
  });
  const story = toStory([step('bad', 2000, 1), step('child', 0, 10), step('root', 0, 5000)], 3);
  assert.deepEqual(
    story.map(({ id, state, startMs }) => [id, state, startMs]),
    [
      ['root', 'done', 3],
      ['child', 'done', 3],
      ['bad', 'failed', 5],
    ],
  );
  assert.equal(storyEndMs(story), 8);
  assert.equal(storyEndMs([]), 0);
});

test('serverOriginMs believes the clocks only where cause and effect allow', () => {
  const table: ReadonlyArray<
    readonly [sent: number, answered: number | null, claimed: number, took: number | null, expected: number]
  > = [
    [1, 20, 3, 10, 3],
    [1, 20, -50, 10, 1],
    [1, 20, 900, 10, 10],
    [1, 20, 900, null, 20],
    [1, null, 900, null, 900],
    [1, 5, 3, 10, 1],
  ];
  for (const [sentMs, answeredMs, claimedMs, mutationMs, expected] of table) {
    assert.equal(serverOriginMs({ sentMs, answeredMs, claimedMs, mutationMs }), expected);
  }
});

test('titleOf speaks of what it knows, and repeats what it does not', () => {
  const table: ReadonlyArray<readonly [name: string, attributes: unknown, title: string]> = [
    ['actor.handle', { 'actor.name': 'device' }, 'The device actor handles it'],
    ['actor.handle', { actor: 'device' }, 'The device actor handles it'],
    ['actor.handle', null, 'The actor handles it'],
    ['bus.publish', { subject: 'aw.main.cmd.device-watcher.lab' }, 'Command stored in the log'],
    ['bus.publish', { 'messaging.destination.name': 'EVENTS' }, 'Event stored in the log'],
    ['bus.publish', {}, 'Message stored in the log'],
    ['job.process', { queue: 'mail', type: 'mail.send' }, 'A worker runs mail.send'],
    ['plugin.call', { subject: 7 }, 'plugin.call'],
  ];
  for (const [name, attributes, title] of table) assert.equal(titleOf({ name, attributes }), title);
});
