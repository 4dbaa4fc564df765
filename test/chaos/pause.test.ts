import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect, nanos } from '@nats-io/transport-node';
import { PARTITIONS } from '../../runtime/bus/streams.ts';
import { systemRandom } from '../../runtime/clock/random.ts';
import { createSeededRandom } from '../../runtime/clock/seeded-random.ts';
import { until } from '../harness/until.ts';
import { type Cluster, startCluster } from './cluster.ts';
import { SNARE_MS, shuffle, untilStopped } from './faults.ts';
import { startLoad } from './load.ts';
import { type Observer, openObserver } from './observer.ts';
import type { Runtime } from './runtime.ts';
import { findViolations, type Sent } from './violations.ts';

/**
 * Two owners that sleep at the worst moments: one with a state computed and not yet committed, one with an outbox
 * committed and not yet sent. The third takes over, the duplicate windows pass, and they wake with their batch in hand.
 */

/** The shortest that the server takes. */
const WINDOW_MS = 100;
/** Calls that are answered after the take-over: every key has moved on. */
const CALLS_MEANWHILE = 100;
const LONGEST_SKIP = 20;

const seed = process.env['CHAOS_SEED'] ?? systemRandom.hex(4);
const repeat = `Seed ${seed}; to repeat: CHAOS_SEED=${seed} npm test -- test/chaos/pause.test.ts`;

test('owners that were stopped right before a batch change nothing when they go on', async () => {
  await using cluster = await startCluster('worker');
  const { sleepers, sent, observer } = await letSleep(cluster, { isUnguarded: false });
  const outcomes = await wake(sleepers);
  assert.ok(!outcomes.includes('stored'), `their batches were ${outcomes.join(' and ')}; ${repeat}`);
  await untilShared(cluster);
  assert.deepEqual(await observer.settle(sent), [], repeat);
  const faults = cluster.runtimes.flatMap((runtime) => runtime.faults);
  assert.deepEqual(faults, [], repeat);
});

test('control: without their conditions the same batches are stored, and what they destroy is found', async () => {
  await using cluster = await startCluster('worker');
  const { sleepers, sent, observer } = await letSleep(cluster, { isUnguarded: true });
  assert.deepEqual(await wake(sleepers), ['stored', 'stored'], repeat);
  const found = findViolations(sent, await observer.look());
  const text = `${JSON.stringify(found)}\n${repeat}`;
  const isEvent = (what: string) => what.includes('event');
  assert.ok(
    found.some(({ kind, what }) => kind === 'missing' && !isEvent(what)),
    `an old state is found: ${text}`,
  );
  assert.ok(
    found.some(({ kind, what }) => kind === 'repeated' && isEvent(what)),
    `an event that is there twice is found: ${text}`,
  );
});

interface Sleep {
  readonly sleepers: readonly Runtime[];
  readonly sent: Sent;
  readonly observer: Observer;
}

/** Resolves when everything that was sent has been done by the one that is awake, and the windows have passed. */
async function letSleep(cluster: Cluster, { isUnguarded }: { readonly isUnguarded: boolean }): Promise<Sleep> {
  const random = createSeededRandom(seed);
  const [writer, sender, third] = shuffle(cluster.runtimes, random) as [Runtime, Runtime, Runtime];
  const observer = openObserver(cluster.bus);
  await untilShared(cluster);
  using load = startLoad(cluster.bus, random.fork('load'));
  writer.set({ stream: 'STATE', skip: random.integer(LONGEST_SKIP), forMs: SNARE_MS, isUnguarded });
  sender.set({ stream: 'EVENTS', skip: random.integer(LONGEST_SKIP), forMs: SNARE_MS, isUnguarded });
  for (const sleeper of [writer, sender]) assert.ok(await untilStopped(sleeper), `${sleeper.name} stops; ${repeat}`);
  await until(() => partitionsOf(third) === PARTITIONS, 'the third to own everything');
  const before = load.calls.length;
  await until(() => load.calls.length >= before + CALLS_MEANWHILE, 'the third to answer calls');
  await load.stop();
  assert.deepEqual(await observer.settle(load.sent), [], `with two owners asleep; ${repeat}`);
  await shortenWindows(cluster.broker.url);
  await pause(2 * WINDOW_MS);
  return { sleepers: [writer, sender], sent: load.sent, observer };
}

/** @returns what became of the batch of each */
async function wake(sleepers: readonly Runtime[]): Promise<readonly string[]> {
  for (const sleeper of sleepers) sleeper.resume();
  return await Promise.all(
    sleepers.map(({ name, words }) =>
      until(() => words.find((word) => word.kind === 'resumed')?.outcome, `the batch of ${name}`),
    ),
  );
}

async function untilShared({ runtimes }: Cluster): Promise<void> {
  const owned = () => runtimes.map(partitionsOf);
  await until(
    () => owned().every((count) => count > 0) && owned().reduce((sum, count) => sum + count) === PARTITIONS,
    'all three to own something',
  );
}

function partitionsOf({ words }: Runtime): number {
  return words.findLast((word) => word.kind === 'status')?.partitions ?? 0;
}

/** Outboxes must not need them. Only once nothing is sent any more: clients do. */
async function shortenWindows(url: string): Promise<void> {
  const connection = await connect({ servers: url });
  const manager = await jetstreamManager(connection);
  for (const name of ['EVENTS', 'MAILBOX']) {
    const { config } = await manager.streams.info(name);
    await manager.streams.update(name, { ...config, duplicate_window: nanos(WINDOW_MS) });
  }
  await connection.close();
}
