import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
// Not to wait for anything: to kill at a random point.
import { setTimeout as pause } from 'node:timers/promises';
import { type Autoweave, GraphqlError, killBroker, startAutoweave } from '../harness/autoweave.ts';
import { findViolations, type LoopEvent } from '../harness/loop-record.ts';
import { DESCRIBER, deployExample, loadPlugin } from '../harness/loop-world.ts';
import { until } from '../harness/until.ts';

/**
 * `kill -9` at random points of the loop from a plug to what is remembered. What has an effect has it once: the plugin's
 * own count of a device, the steps and the end of each run, and what a run remembers.
 */

const KILLS = 30;
const PLUGS_PER_ROUND = 2;
/** The way from a plug to its memory takes some 100 ms here: kills fall before, into and behind it. */
const LONGEST_MS = 350;
const PLUG = `mutation ($input: VirtualDeviceInput!) { plugVirtualDevice(input: $input) { id } }`;

interface MemoriesRow {
  readonly total: number;
  readonly memories: readonly { readonly metadata: { readonly device: string } }[];
}

test(`kill -9 at ${KILLS} random points of the loop: each recorded effect happened once`, async (t) => {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'autoweave-loop-'));
  t.after(async () => {
    await killBroker(dataDirectory);
    await rm(dataDirectory, { recursive: true, force: true });
  });
  let agentId: string | undefined;
  const plugged = new Set<string>();

  for (let round = 0; round < KILLS; round++) {
    const autoweave = await startAutoweave({ dataDirectory });
    if (agentId === undefined) {
      await loadPlugin(autoweave, DESCRIBER);
      agentId = await deployExample(autoweave);
    }
    const plugs = Array.from({ length: PLUGS_PER_ROUND }, async (_, index) => {
      const input = { vendorId: 0x1209, productId: 1, serial: `R${round}-${index}`, product: 'Thing' };
      await autoweave.query<{ plugVirtualDevice: { id: string } }>(PLUG, { input }).then(
        ({ plugVirtualDevice }) => plugged.add(plugVirtualDevice.id),
        () => undefined,
      );
    });
    await pause(Math.random() * LONGEST_MS);
    // Now and then the broker dies with it.
    await autoweave.kill({ withBroker: round % 6 === 5 });
    await Promise.all(plugs);
  }

  await using last = await startAutoweave({ dataDirectory });
  // Refused, and that behind all plugs that were stored before: then no device is still to come.
  await assert.rejects(last.query('mutation { unplugVirtualDevice(id: "none") { id } }'), GraphqlError);
  const devices = await devicesOf(last);
  const events = await until(async () => {
    const found = await historyOf(last);
    const ended = found.filter(({ type }) => type === 'agent.run_finished' || type === 'memory.remembered');
    return ended.length >= 2 * devices.length ? found : undefined;
  }, 'all runs to end');

  const noted = await until(async () => {
    const { memories } = await last.query<{ memories: MemoriesRow }>(
      '{ memories(first: 100) { total memories { metadata } } }',
    );
    return memories.total >= devices.length ? memories.memories.map(({ metadata }) => metadata.device) : undefined;
  }, 'as many memories as devices');
  // The plugin counts by reading and writing: a call whose effects were kept twice would have counted two.
  const counted = await until(async () => {
    const found = await Promise.all(devices.map(async (id) => [id, await countOf(last, id)] as const));
    return found.every(([, value]) => value !== undefined) ? Object.fromEntries(found) : undefined;
  }, 'a count of each device');
  const paths = await pathsOf(last, agentId!);
  assert.deepEqual(findViolations({ devices, answered: [...plugged], events, paths, noted, counted }), []);
});

async function devicesOf(autoweave: Autoweave): Promise<readonly string[]> {
  const { devices } = await autoweave.query<{ devices: readonly { readonly id: string }[] }>('{ devices { id } }');
  return devices.map(({ id }) => id);
}

async function pathsOf(autoweave: Autoweave, id: string): Promise<readonly (readonly string[])[]> {
  const { agent } = await autoweave.query<{
    agent: { runs: readonly { readonly steps: readonly { readonly node: string }[] }[] };
  }>('query ($id: ID!) { agent(id: $id) { runs(first: 100) { steps { node } } } }', { id });
  return agent.runs.map(({ steps }) => steps.map(({ node }) => node));
}

async function countOf(autoweave: Autoweave, device: string): Promise<string | undefined> {
  const { actor } = await autoweave.query<{ actor: { state: { value: string } } | null }>(
    'query ($key: String!) { actor(name: "plugin-kv", key: $key) { state } }',
    { key: `devices/${device}` },
  );
  return actor?.state.value;
}

async function historyOf(autoweave: Autoweave): Promise<readonly LoopEvent[]> {
  const { eventHistory } = await autoweave.query<{ eventHistory: readonly LoopEvent[] }>(
    `{ eventHistory(last: 1000, types: ["agent.run_started", "agent.run_finished", "agent.step_finished",
       "memory.remembered"]) { type data } }`,
  );
  return eventHistory;
}
