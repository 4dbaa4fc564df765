import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asTree, type StoryStep, serverOriginMs, storyEndMs, toStory } from './trace-story.ts';

function makeStep(id: string, parentId: string | null, startMs: number): StoryStep {
  const told = { state: 'done', title: id, about: '', problem: null, name: id, attributes: {}, file: null } as const;
  return { ...told, id, parentId, depth: 0, startMs, durationMs: 1 };
}

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

test('asTree puts each step below the one that led to it, and keeps one whose parent is not known', () => {
  const steps = [
    makeStep('root', null, 0),
    makeStep('a', 'root', 1),
    makeStep('lost', 'gone', 2),
    makeStep('b', 'root', 3),
    makeStep('under a', 'a', 4),
  ];
  assert.deepEqual(
    asTree(steps).map(({ id, depth }) => `${depth} ${id}`),
    ['0 root', '1 a', '2 under a', '1 b', '0 lost'],
  );
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
