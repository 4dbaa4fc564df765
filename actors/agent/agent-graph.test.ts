import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { AgentCreate } from '../../proto/generated/messages.ts';
import { checkGraph } from './agent-graph.ts';

const call = (id: string, more: object = {}) => ({
  id,
  type: 'plugin',
  plugin: 'label-maker',
  function: 'label',
  ...more,
});
/** With `then`, `else` and `next`, as far as they are given. */
const ask = (id: string, ways: readonly (string | undefined)[] = [], more: object = {}) => {
  const named = ['then', 'else', 'next'].map((field, index) => [field, ways[index]] as const);
  const given = Object.fromEntries(named.filter(([, to]) => to !== undefined));
  return { id, type: 'condition', if: { value: 1, is: 'equal', to: 1 }, ...given, ...more };
};
const keep = (id: string, text: string, more: object = {}) => ({ id, type: 'remember', text, ...more });
const every = (more: object) => ({ nodes: [call('a')], triggers: [{ type: 'schedule', ...more }] });

describe('checkGraph', () => {
  test('gives back a graph with nothing wrong', () => {
    const graph = {
      triggers: [
        { type: 'device', on: 'attached', vendorId: 1 },
        { type: 'job' },
        { type: 'schedule', cron: '0 3 * * *', timezone: 'Europe/Berlin' },
        { type: 'schedule', everyMs: 1_000, input: { a: 1 } },
      ],
      start: 'ask',
      nodes: [
        call('left', { input: { run: '{{run.id}}', all: '{{trigger}}' }, next: 'end' }),
        ask('ask', ['left', 'right']),
        { id: 'right', type: 'job', queue: 'mail', jobType: 'mail.send', data: ['{{ask.output}}'], next: 'end' },
        { id: 'end', type: 'search', query: '{{left.output.a[0]}} or {{right.output}}', next: 'keep' },
        keep('keep', '{{end.output.memories.length}}', { metadata: { agent: '{{run.agentId}}' } }),
      ],
    };
    assert.equal(checkGraph({ graph }), graph);
  });

  const refused: ReadonlyArray<readonly [what: string, graph: unknown, message: RegExp]> = [
    ['no graph', undefined, /config has no "graph"$/],
    ['no nodes', { nodes: [] }, /\/nodes must NOT have fewer than 1 items/],
    ['a list', [], /must be object/],
    [
      'an unknown type of node',
      { nodes: [call('a'), { id: 'b', type: 'plugn' }] },
      /\/nodes\/1\/type is "plugn", none of plugin, job/,
    ],
    ['a node without a type', { nodes: [{ id: 'b' }] }, /\/nodes\/0 .*type/],
    [
      'an unknown type of trigger',
      { nodes: [call('a')], triggers: [{ type: 'chat' }] },
      /\/triggers\/0\/type is "chat", none of device/,
    ],
    ['a wrong field', { nodes: [call('a'), call('b', { plugin: 7 })] }, /\/nodes\/1\/plugin must be string/],
    [
      'a field too many',
      { nodes: [call('a', { nxt: 'b' })] },
      /\/nodes\/0 must NOT have additional properties \("nxt"\)/,
    ],
    ['an id that is none', { nodes: [call('A b')] }, /\/nodes\/0\/id must match pattern/],
    [
      'an id twice',
      { nodes: [call('a', { next: 'b' }), call('b'), call('a')] },
      /\/nodes\/2\/id is "a", as that of \/nodes\/0/,
    ],
    ['a reserved id', { nodes: [call('trigger')] }, /\/nodes\/0\/id is "trigger"/],
    [
      'an unknown next',
      { nodes: [call('a', { next: 'b' }), call('b'), ask('c', [undefined, undefined, 'x'])] },
      /\/nodes\/2\/next names "x", which no node is/,
    ],
    [
      'an unknown then and else',
      { nodes: [ask('a', ['x', 'y'])] },
      /\/nodes\/0\/then names "x".*; \/nodes\/0\/else names "y"/,
    ],
    ['an unknown start', { nodes: [call('a')], start: 'b' }, /\/start names "b", which no node is/],
    [
      'a cycle',
      { nodes: [call('a', { next: 'b' }), ask('b', ['c']), call('c', { next: 'a' })] },
      /\/nodes\/2\/next leads back: a → b → c → a$/,
    ],
    ['a cycle of one', { nodes: [call('a', { next: 'a' })] }, /\/nodes\/0\/next leads back: a → a$/],
    [
      'a cycle behind the start',
      { nodes: [call('s', { next: 'b' }), ask('b', [undefined, 'c']), call('c', { next: 'b' })] },
      /leads back: b → c → b$/,
    ],
    ['a node that nothing leads to', { nodes: [call('a'), call('b')] }, /\/nodes\/1 "b" is never come to from "a"/],
    [
      'a next that a condition never takes',
      { nodes: [ask('a', ['b', 'b', 'c']), call('b'), call('c')] },
      /\/nodes\/2 "c" is never come to/,
    ],
    [
      'a comparison with nothing',
      { nodes: [ask('a', [], { if: { value: 1, is: 'less' } })] },
      /\/nodes\/0\/if has no "to"/,
    ],
    [
      'present with something',
      { nodes: [ask('a', [], { if: { value: 1, is: 'present', to: 1 } })] },
      /\/nodes\/0\/if\/to/,
    ],
    [
      'a path from nowhere',
      { nodes: [call('a', { input: { b: ['{{c.output}}'] } })] },
      /\/nodes\/0\/input\/b\/0 holds "\{\{c\.output\}\}", which begins with neither trigger, run nor a node/,
    ],
    [
      'a path to what comes later',
      { nodes: [keep('a', '{{b.output}}', { next: 'b' }), call('b')] },
      /\/nodes\/0\/text .* and "b" does not come before "a"/,
    ],
    ['a path to itself', { nodes: [keep('a', '{{a.output}}')] }, /"a" does not come before "a"/],
    [
      'a path to the other branch',
      { nodes: [ask('a', ['b', 'c']), call('b'), keep('c', '{{b.output}}')] },
      /"b" does not come before "c"/,
    ],
    [
      'a path without output',
      { nodes: [call('a', { next: 'b' }), keep('b', '{{a.title}}')] },
      /of a node only its output can be had: "a\.output"/,
    ],
    ['a path to what runs have not', { nodes: [keep('a', '{{run.name}}')] }, /a run has only id, agentId, startedAt/],
    [
      'what is no path',
      { nodes: [keep('a', '{{my name}}')] },
      /\/nodes\/0\/text holds "\{\{my name\}\}", which is no path/,
    ],
    ['no clock', every({}), /\/triggers\/0 has neither cron nor everyMs/],
    ['both clocks', every({ cron: '0 5 * * *', everyMs: 1_000 }), /\/triggers\/0 has both/],
    ['a wrong cron', every({ cron: '0 25 * * *' }), /\/triggers\/0: hour "25" of cron/],
    [
      'a wrong zone',
      every({ cron: '0 5 * * *', timezone: 'Europe/Atlantis' }),
      /\/triggers\/0: timezone "Europe\/Atlantis"/,
    ],
    ['a zone without cron', every({ everyMs: 1_000, timezone: 'UTC' }), /\/triggers\/0\/timezone goes with cron only/],
    ['a date in no year', every({ cron: '0 0 30 2 *' }), /\/triggers\/0\/cron .* in no year/],
    ['large input', every({ everyMs: 1_000, input: 'x'.repeat(70_000) }), /\/triggers\/0\/input: it has more than/],
    [
      'a second job trigger',
      { nodes: [call('a')], triggers: [{ type: 'job' }, { type: 'job' }] },
      /\/triggers\/1 is a second job trigger/,
    ],
    ['what is too large', { nodes: [call('a', { input: 'x'.repeat(200_000) })] }, /more than 131072 bytes/],
    [
      'what is too deep',
      { nodes: [call('a', { input: JSON.parse(`${'['.repeat(5_000)}${']'.repeat(5_000)}`) })] },
      /more than 64 levels/,
    ],
  ];
  for (const [what, graph, message] of refused) {
    test(`refuses ${what}`, () => {
      assert.throws(() => checkGraph(graph === undefined ? {} : { graph }), {
        code: 'AW_AGENT_GRAPH_INVALID',
        message,
      });
    });
  }

  test('names up to five places, and how many more there are', () => {
    const nodes = Array.from({ length: 8 }, (_, index) => call(`n${index}`, { next: 'x' }));
    assert.throws(
      () => checkGraph({ graph: { nodes } }),
      ({ message }: Error) => {
        assert.equal(message.match(/names "x"/g)?.length, 5);
        return /; and 10 more$/.test(message);
      },
    );
  });

  test('refuses a configuration with more than a graph', () => {
    const config = { graph: { nodes: [call('a')] }, model: 'x' };
    assert.throws(() => checkGraph(config), /config has "model", and may have only "graph"/);
    assert.throws(() => checkGraph(null), /config is no object/);
  });
});

test('the example has nothing wrong', async () => {
  const file = join(import.meta.dirname, 'examples', 'device-notes.json');
  const { config } = JSON.parse(await readFile(file, 'utf8')) as AgentCreate;
  assert.equal(checkGraph(config).nodes.length, 6);
});
