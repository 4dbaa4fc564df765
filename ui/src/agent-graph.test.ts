import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type GraphNode, nodeText, orderNodes, readGraph, startText, waysFrom } from './agent-graph.ts';

const remember = (id: string, next?: string): GraphNode => ({
  id,
  type: 'remember',
  text: id,
  ...(next === undefined ? {} : { next }),
});
const fork = (id: string, then: string, otherwise?: string): GraphNode => ({
  id,
  type: 'condition',
  if: { value: '{{trigger.device.vendorId}}', is: 'equal', to: 4617 },
  then,
  ...(otherwise === undefined ? {} : { else: otherwise }),
});
const ids = (nodes: readonly GraphNode[]) => nodes.map(({ id }) => id).join(' ');

test('orderNodes follows a run from its start, at a fork first what holds', () => {
  const nodes = [remember('d'), fork('b', 'c', 'd'), remember('a', 'b'), remember('c', 'd'), remember('lost')];
  assert.equal(ids(orderNodes({ start: 'a', nodes })), 'a b c d lost');
  assert.equal(ids(orderNodes({ nodes: [remember('x'), remember('y')] })), 'x y');
});

test('waysFrom says where a run goes on', () => {
  assert.deepEqual(waysFrom(remember('a')), [{ when: 'then', to: null }]);
  assert.deepEqual(waysFrom(fork('a', 'b')), [
    { when: 'if so', to: 'b' },
    { when: 'if not', to: null },
  ]);
});

test('nodeText and startText say what happens in words', () => {
  assert.equal(nodeText(fork('a', 'b')), 'Looks whether trigger.device.vendorId is 4617');
  assert.equal(
    nodeText({ id: 'a', type: 'job', queue: 'labels', jobType: 'label.print' }),
    'Adds a job label.print to the queue labels, and waits for its result',
  );
  assert.equal(
    nodeText({ id: 'a', type: 'search', query: 'x', limit: 3 }),
    'Looks for “x” in its own memories, at most 3',
  );
  assert.equal(startText({ type: 'device', on: 'attached', vendorId: 0x1209 }), 'A device is attached: vendor 1209');
  assert.equal(startText({ type: 'schedule', cron: '0 8 * * *' }), 'By the clock: 0 8 * * * in UTC');
});

test('readGraph gives null for what has no graph', () => {
  for (const config of [null, {}, { graph: 1 }, { graph: { nodes: 1 } }]) assert.equal(readGraph(config), null);
  assert.deepEqual(readGraph({ graph: { nodes: [] } }), { nodes: [] });
});
