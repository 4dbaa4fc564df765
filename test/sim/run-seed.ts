import type { Bus } from '../../runtime/bus/bus.ts';
import { type CrashCoverage, createSimulation, type WrongMode } from '../../runtime/testkit/testkit.ts';
import { checkWorld } from './checks.ts';
import { createCluster } from './cluster.ts';
import { drawFaults, type FaultKind, planFaults } from './faults.ts';
import { recordHistory, Violation } from './history.ts';
import { startSender } from './senders.ts';
import { drawLanes } from './workload.ts';

export interface SeedOptions {
  readonly coverage?: CrashCoverage;
  readonly disguise?: (bus: Bus) => Bus;
  readonly wrong?: readonly WrongMode[];
  readonly kinds?: readonly FaultKind[];
  /** Messages that kill whoever handles them; one in four runs has one when absent. */
  readonly poison?: number;
}

export interface SeedReport {
  readonly faults: readonly FaultKind[];
  readonly events: number;
  readonly virtualMs: number;
  readonly commands: number;
  readonly fingerprint: string;
}

const RUNTIMES = 3;
const LIMIT_MS = 5 * 60_000;
/** In which a process that was just resumed has written what it could. */
const REST_MS = 1_000;
/** Share of the runs with a message that kills. */
const POISONED_RUNS = 0.25;
/** Share of the runs that go on until the mailbox is empty again. */
const TRIMMED_RUNS = 0.05;
/** Longer than anybody repeats what is stored already. */
const KEEP_HANDLED_MS = 20_000;

/**
 * One run of the world under faults, until it has come to rest.
 *
 * @throws SimulationFailure, whose cause is a Violation when something is wrong; otherwise it did not come to rest
 */
export async function runSeed(seed: number | string, options: SeedOptions = {}): Promise<SeedReport> {
  const { coverage, disguise, wrong } = options;
  const simulation = createSimulation({
    seed,
    ...(coverage ? { coverage } : {}),
    ...(wrong ? { broker: { wrong } } : {}),
  });
  const { random, broker, clock } = simulation;
  const history = recordHistory(broker);
  const cluster = createCluster(simulation, {
    size: RUNTIMES,
    replaceMs: () => 50 + random.integer(2_000),
    keepHandledMs: KEEP_HANDLED_MS,
    ...(disguise ? { disguise } : {}),
  });
  for (let count = 0; count < RUNTIMES; count++) clock.schedule(random.integer(500), () => cluster.start());
  const poison = options.poison ?? (random.chance(POISONED_RUNS) ? 1 : 0);
  const plans = ['s1', 's2'].map((name, index) => ({
    name,
    lanes: drawLanes(random, name, { lanes: 3, errands: 6, waitMs: 800, poison: index === 0 ? poison : 0 }),
  }));
  const senders = plans.map(({ name, lanes }) => startSender(simulation, name, lanes));
  const faults = drawFaults(random, options.kinds);
  const waitsForTrimming = random.chance(TRIMMED_RUNS);
  const plan = planFaults({ simulation, random, cluster, senders }, faults);

  const look = (): void => {
    history.look();
    cluster.look();
    for (const sender of senders) sender.look();
  };
  let restedAt: number | undefined;
  /** Nothing is left to do, nobody is held back who could still do harm, and a while has passed in which they might. */
  const isAtRest = (): boolean => {
    look();
    const isTrimmed = history.kept === 0 || !waitsForTrimming;
    const isCalm = plan.isOver && senders.every(({ isDone }) => isDone) && history.isAtRest && isTrimmed;
    if (!isCalm || simulation.processes.some(({ isPaused }) => isPaused)) restedAt = undefined;
    else restedAt ??= clock.monotonic();
    return restedAt !== undefined && clock.monotonic() - restedAt >= REST_MS;
  };
  try {
    await simulation.run(isAtRest, { limitMs: LIMIT_MS });
  } catch (error) {
    if (history.missing.length === 0) throw error;
    throw new Violation(`${(error as Error).message}\nMissing: ${history.missing.join('; ')}`, { cause: error });
  }
  checkWorld(
    history,
    plans.flatMap(({ lanes }) => lanes),
    { mayLoseAnswers: true },
  );
  return {
    faults: faults.map(({ kind }) => kind),
    events: simulation.events,
    virtualMs: clock.monotonic(),
    commands: history.mailbox.length,
    fingerprint: simulation.fingerprint,
  };
}
