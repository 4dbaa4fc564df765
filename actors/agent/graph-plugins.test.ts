import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AgentGraph } from '../../proto/generated/messages.ts';
import { missingPlugins } from './graph-plugins.ts';

const LOADED = new Map([
  ['label-maker', ['label', 'on_job']],
  ['silent', []],
  ['large', Array.from({ length: 23 }, (_, index) => `f${index}`)],
]);

const call = (plugin: string, name: string) => ({ type: 'plugin', plugin, function: name });
const job = (queue: string, data?: unknown, jobType = 'plugin.call') => ({ type: 'job', queue, jobType, data });

const cases: ReadonlyArray<readonly [node: object, missing?: string]> = [
  [call('label-maker', 'label')],
  [
    call('label-maker', 'print'),
    '/nodes/0/function names "print", which "label-maker" does not export: it has label, on_job',
  ],
  [call('silent', 'x'), '/nodes/0/function names "x", which "silent" does not export: it has no functions'],
  [
    call('large', 'x'),
    `/nodes/0/function names "x", which "large" does not export: it has ${LOADED.get('large')!.slice(0, 20).join(', ')} and 3 more`,
  ],
  [call('other', 'x'), '/nodes/0/plugin names "other", which is not loaded: load it first'],
  [job('plugin-label-maker', { function: 'on_job' })],
  [
    job('plugin-label-maker', { function: 'print' }),
    '/nodes/0/data/function names "print", which "label-maker" does not export: it has label, on_job',
  ],
  [job('plugin-other', { function: '{{x}}' }), '/nodes/0/queue names "other", which is not loaded: load it first'],
  // What the run fills in, and what breaks the schema of the job, are found by the run.
  [job('plugin-label-maker', { function: '{{trigger.input.function}}' })],
  [job('plugin-label-maker', '{{trigger.input}}')],
  [job('plugin-label-maker')],
  [job('labels', { function: 'print' })],
  [job('plugin-other', {}, 'label.print')],
];

test('missingPlugins says what is not loaded, and what is not exported', () => {
  for (const [node, missing] of cases) {
    const graph = { nodes: [{ id: 'a', ...node }] } as AgentGraph;
    assert.deepEqual(missingPlugins(graph, LOADED), missing === undefined ? [] : [missing], JSON.stringify(node));
  }
});
