import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { MAX_AGENT_ID, MAX_RUNNING, MAX_RUNS } from '../../actors/agent/agent.ts';
import { checkGraph } from '../../actors/agent/agent-graph.ts';
import { AGENT_LIFE, type AgentOrder, type AgentState } from '../../actors/agent/agent-life.ts';
import { missingPlugins } from '../../actors/agent/graph-plugins.ts';
import { MAX_BYTES, MAX_DEPTH } from '../../actors/agent/value-size.ts';
import type { AgentCreate, PluginManifest } from '../../proto/generated/messages.ts';
import { createContracts, type JsonSchema } from '../../runtime/contracts/contracts.ts';
import { ROOT } from '../harness/root.ts';

/** What the guide says of agents is what they do. */

const guide = await readFile(join(ROOT, 'docs', 'guide', 'agents.md'), 'utf8');
const [, printed = ''] = /^```json\n([\s\S]*?)^```/m.exec(guide) ?? [];

describe('the guide to agents', () => {
  test('prints a graph with nothing wrong, and with everything once', () => {
    const { config } = JSON.parse(printed) as AgentCreate;
    const { nodes, triggers = [] } = checkGraph(config);
    assert.deepEqual(nodes.map(({ type }) => type).toSorted(), ['condition', 'job', 'plugin', 'remember', 'search']);
    assert.deepEqual(triggers.map(({ type }) => type).toSorted(), ['device', 'job', 'schedule']);
  });

  test('calls what the plugins have that it says to load, and adds jobs that one of them works on', async () => {
    assert.deepEqual(await missingFrom(printed), []);
  });

  test('control: a function and a job that nobody has are missing', async () => {
    const wrong = printed
      .replace('"function": "describe"', '"function": "explain"')
      .replace('label.print', 'label.burn');
    assert.deepEqual(await missingFrom(wrong), [
      '/nodes/0/function names "explain", which "device-describer" does not export: it has describe, on_attach',
      '/nodes/3: no plugin works on label.burn of the queue labels',
    ]);
    await assert.rejects(missingFrom(printed.replace('"lines": []', '"line": ""')), { code: 'AW_DATA_INVALID' });
  });

  test('control: the graph is looked at', () => {
    const { config } = JSON.parse(printed.replace('"next": "known"', '"next": "unknown"')) as AgentCreate;
    assert.throws(() => checkGraph(config), /\/nodes\/1\/next names "unknown"/);
  });

  test('has the table of an agent’s life', () => {
    const orders: readonly AgentOrder[] = [
      'create',
      'update',
      'deploy',
      'stop',
      'delete',
      'start',
      'all_ended',
      'all_ended_badly',
    ];
    const rows = Object.entries(AGENT_LIFE) as [AgentState, (typeof AGENT_LIFE)[AgentState]][];
    const word = (state: unknown) => (state === 'NONE' ? 'none' : typeof state === 'string' ? `\`${state}\`` : '—');
    for (const [state, row] of rows) {
      const line = `| ${[word(state), ...orders.map((order) => word(row[order]))].join(' | ')} |`;
      assert.ok(guide.includes(line), line);
    }
  });

  test('has the limits', () => {
    const kibibytes = (bytes: number) => `${bytes / 1024} KiB`;
    for (const line of [
      `| Id of an agent | ${MAX_AGENT_ID} characters`,
      `| A graph | ${kibibytes(MAX_BYTES.graph)} of JSON, ${MAX_DEPTH} levels |`,
      `| What starts a run | ${kibibytes(MAX_BYTES.trigger)} `,
      `| Output of a step; of all steps of a run | ${kibibytes(MAX_BYTES.output)}; ${kibibytes(MAX_BYTES.outputs)} |`,
      `| What a step gives to its job, filled in | ${kibibytes(MAX_BYTES.value)} |`,
      `| Metadata of a memory | ${kibibytes(MAX_BYTES.metadata)} |`,
      `| Runs of one agent at work | ${MAX_RUNNING};`,
      `| Runs that can be looked at | the last ${MAX_RUNS},`,
    ]) {
      assert.ok(guide.includes(line), line);
    }
  });
});

/** What the example asks of the plugins that the guide has loaded, and they do not have. */
async function missingFrom(text: string): Promise<readonly string[]> {
  const graph = checkGraph((JSON.parse(text) as AgentCreate).config);
  const folders = Array.from(guide.matchAll(/plugin load (plugins-wasm\/[a-z-]+)/g), ([, folder]) =>
    join(ROOT, folder!),
  );
  const plugins = await Promise.all(folders.map(readPlugin));
  const unworked = graph.nodes.flatMap((node, index) => {
    if (node.type !== 'job') return [];
    const { queue, jobType, data } = node;
    const worker = plugins.find(({ manifest }) => worksOn(manifest, queue) && manifest.jobs?.[jobType] !== undefined);
    if (worker === undefined) return [`/nodes/${index}: no plugin works on ${jobType} of the queue ${queue}`];
    createContracts({ [jobType]: worker.manifest.jobs![jobType] as JsonSchema }).validate(jobType, data);
    return [];
  });
  const functions = new Map(plugins.map(({ manifest, functions: names }) => [manifest.name, names]));
  return [...missingPlugins(graph, functions), ...unworked];
}

function worksOn({ permissions, hooks }: PluginManifest, queue: string): boolean {
  const mayWork = permissions.queue?.some((one) => typeof one === 'object' && one.name === queue && one.mode !== 'add');
  return mayWork === true && hooks?.onJobReceived !== undefined;
}

/** With the functions that its hooks and its tests name. */
async function readPlugin(folder: string) {
  const read = async (file: string): Promise<unknown> => JSON.parse(await readFile(join(folder, file), 'utf8'));
  const manifest = (await read('plugin.json')) as PluginManifest;
  const names = new Set<string>(Object.values(manifest.hooks ?? {}));
  for await (const file of glob('tests/*.json', { cwd: folder })) {
    for (const { function: name } of (await read(file)) as readonly { readonly function: string }[]) names.add(name);
  }
  return { manifest, functions: [...names].sort() };
}
