import { setTimeout as pause } from 'node:timers/promises';
import type { SeededRandom } from '../../runtime/clock/seeded-random.ts';
import { until } from '../harness/until.ts';
import type { Cluster } from './cluster.ts';
import type { Runtime } from './runtime.ts';
import type { Word } from './snare.ts';

/** What is done to a cluster. Each fault ends when all three runtimes and the broker run again. */
export const FAULT_NAMES = ['kill', 'suspend', 'broker', 'rolling', 'everything'] as const;
export type FaultName = (typeof FAULT_NAMES)[number];

export interface Fault {
  readonly name: FaultName;
  /** On the scale of `performance.now()`. */
  readonly from: number;
  readonly to: number;
}

/** A runtime that is silent for so long counts as gone (`runtime/membership/members.ts`). */
export const LEASE_MS = 2_000;
/** Beyond the lease, so that others have taken over. */
const MARGIN_MS = 700;
const LONGEST_AWAY_MS = 1_200;
/** Until a snare has something to catch, under the load of load.ts. */
export const SNARE_MS = 5_000;
/** It must not close behind us, when nobody is there any more to let its prey go on. */
const SNARE_MARGIN_MS = 1_000;
const SNARED_STREAMS = ['STATE', 'EVENTS', 'MAILBOX'] as const;
const LONGEST_SKIP = 10;

const FAULTS: Readonly<Record<FaultName, (cluster: Cluster, random: SeededRandom) => Promise<void>>> = {
  async kill({ runtimes }, random) {
    const victim = random.pick(runtimes);
    await victim.kill();
    await pause(random.integer(LONGEST_AWAY_MS));
    await victim.start();
  },

  async suspend(cluster, random) {
    const victim = random.pick(cluster.runtimes);
    await suspend(cluster, victim, random);
    await pause(LEASE_MS + MARGIN_MS + random.integer(LONGEST_AWAY_MS));
    victim.resume();
  },

  async broker({ broker }, random) {
    await broker.kill();
    await pause(random.integer(LONGEST_AWAY_MS));
    await broker.restart();
  },

  async rolling({ runtimes }) {
    for (const runtime of runtimes) {
      await runtime.stop();
      await runtime.start();
    }
  },

  async everything(cluster, random) {
    const { broker } = cluster;
    const [stopped, killed, asked] = shuffle(cluster.runtimes, random) as [Runtime, Runtime, Runtime];
    await suspend(cluster, stopped, random);
    const since = performance.now();
    const awayMs = random.integer(LONGEST_AWAY_MS);
    const outage = broker.kill().then(async () => {
      await pause(awayMs);
      await broker.restart();
    });
    // Asked to stop while its broker is away.
    await Promise.all([outage, killed.kill(), asked.stop()]);
    await Promise.all([killed.start(), asked.start()]);
    await pause(Math.max(0, since + LEASE_MS + MARGIN_MS - performance.now()));
    stopped.resume();
  },
};

export async function inflict(name: FaultName, cluster: Cluster, random: SeededRandom): Promise<Fault> {
  const from = performance.now();
  await FAULTS[name](cluster, random);
  return { name, from, to: performance.now() };
}

export function shuffle<Item>(items: readonly Item[], random: SeededRandom): readonly Item[] {
  return items
    .map((item) => ({ item, place: random.fraction() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}

/** Waits until a runtime stands right before a batch that it was told to stop at. */
export async function untilStopped(runtime: Runtime, patienceMs = SNARE_MS + SNARE_MARGIN_MS): Promise<boolean> {
  const isStopping = ({ kind }: Word) => kind === 'stopping';
  const isResumed = ({ kind }: Word) => kind === 'resumed';
  return await until(
    () => runtime.words.filter(isStopping).length > runtime.words.filter(isResumed).length,
    `${runtime.name} to stop before a batch`,
    { patienceMs },
  ).catch(() => false);
}

/** A worker right before a batch, if one leaves soon; any other at this moment. */
async function suspend({ kind }: Cluster, runtime: Runtime, random: SeededRandom): Promise<void> {
  const stream = random.pick(SNARED_STREAMS);
  const skip = random.integer(LONGEST_SKIP);
  if (kind === 'worker') {
    runtime.set({ stream, skip, forMs: SNARE_MS, isUnguarded: false });
    if (await untilStopped(runtime)) return;
  }
  runtime.suspend();
}
