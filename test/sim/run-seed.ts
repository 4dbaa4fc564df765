import type { Bus } from '../../runtime/bus/bus.ts';
import { type CrashCoverage, createSimulation, type WrongMode } from '../../runtime/testkit/testkit.ts';
import { checkWorld } from './checks.ts';
import { createCluster } from './cluster.ts';
import { drawFaults, type FaultKind, planFaults } from './faults.ts';
import { recordHistory } from './history.ts';
import { drawTasks, startOperator } from './operator.ts';
import { startSender } from './senders.ts';
import { typeOf } from './stored.ts';
import { Violation } from './violation.ts';
import { drawAlarmLane, drawLanes } from './workload.ts';

export interface SeedOptions {
  readonly coverage?: CrashCoverage;
  readonly disguise?: (bus: Bus) => Bus;
  readonly wrong?: readonly WrongMode[];
  readonly kinds?: readonly FaultKind[];
  /** Messages that kill whoever handles them; one in four runs has one when absent. */
  readonly poison?: number;
  /** Whether there are timers; in some runs when absent. */
  readonly hasAlarms?: boolean;
  /** Whether there is an operator; in some runs when absent. */
  readonly hasOperator?: boolean;
}

/** What a run held beside messages, that it may be seen how much of it was tried. */
export interface Deeds {
  readonly 'turn of a timer': number;
  readonly 'turn missed': number;
  readonly 'destroyed by its handler': number;
  readonly 'destroyed by an operator': number;
  readonly 'paused by an operator': number;
}

export interface SeedReport {
  readonly faults: readonly FaultKind[];
  readonly deeds: Deeds;
  readonly events: number;
  readonly virtualMs: number;
  readonly commands: number;
  readonly fingerprint: string;
}

const RUNTIMES = 3;
const LIMIT_MS = 5 * 60_000;
/** Within this all runtimes start: before anything goes wrong, when handing over again and again is only slow. */
const START_MS = 50;
/** Share of the runs in which they take their time all the same. */
const SCATTERED_STARTS = 0.25;
const SCATTERED_START_MS = 500;
/** In which a process that was just resumed has written what it could. */
const REST_MS = 1_000;
/** Share of the runs with a message that kills. */
const POISONED_RUNS = 0.25;
/** Share of the runs in which one lane in three of a sender sets timers. */
const TIMED_RUNS = 0.25;
/** Share of the runs with an operator, and of those with timers. */
const OPERATED_RUNS = 0.2;
const OPERATED_TIMED_RUNS = 0.5;
/** With timers a clock that is ahead by an hour would make an hour of the run. */
const LONGEST_JUMP_MS = 3_600_000;
const LONGEST_JUMP_WITH_TIMERS_MS = 15_000;
const LANES = 3;
const ERRANDS = 6;
const WAIT_MS = 800;
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
  const startMs = random.chance(SCATTERED_STARTS) ? SCATTERED_START_MS : START_MS;
  for (let count = 0; count < RUNTIMES; count++) clock.schedule(random.integer(startMs), () => cluster.start());
  const poison = options.poison ?? (random.chance(POISONED_RUNS) ? 1 : 0);
  const hasAlarms = random.chance(TIMED_RUNS);
  const isTimed = options.hasAlarms ?? hasAlarms;
  const plans = ['s1', 's2'].map((name, index) => {
    const drawn = { lanes: LANES, errands: ERRANDS, waitMs: WAIT_MS, poison: index === 0 ? poison : 0 };
    const lanes = drawLanes(random, name, drawn);
    return {
      name,
      lanes: isTimed && index > 0 ? [...lanes.slice(1), drawAlarmLane(random, `${name}.a`, drawn)] : lanes,
    };
  });
  const senders = plans.map(({ name, lanes }) => startSender(simulation, name, lanes));
  const faults = drawFaults(random, options.kinds);
  const waitsForTrimming = random.chance(TRIMMED_RUNS);
  const longestJumpMs = isTimed ? LONGEST_JUMP_WITH_TIMERS_MS : LONGEST_JUMP_MS;
  const plan = planFaults({ simulation, random, cluster, senders, longestJumpMs }, faults);
  const tasks =
    (options.hasOperator ?? random.chance(isTimed ? OPERATED_TIMED_RUNS : OPERATED_RUNS))
      ? drawTasks(random, isTimed)
      : [];
  const operator = startOperator({ simulation, random, cluster, history }, tasks);

  const look = (): void => {
    history.look();
    cluster.look();
    for (const sender of senders) sender.look();
    operator.look();
  };
  let restedAt: number | undefined;
  /** Nothing is left to do, nobody is held back who could still do harm, and a while has passed in which they might. */
  const isAtRest = (): boolean => {
    look();
    const isTrimmed = history.kept === 0 || !waitsForTrimming;
    const isCalm =
      plan.isOver && operator.isDone && senders.every(({ isDone }) => isDone) && history.isAtRest && isTrimmed;
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
  const expected = checkWorld(
    history,
    plans.flatMap(({ lanes }) => lanes),
    { mayLoseAnswers: true, hasOneClock: faults.every(({ kind }) => kind !== 'clock jump'), operator },
  );
  return {
    faults: faults.map(({ kind }) => kind),
    deeds: {
      'turn of a timer': history.turns,
      'turn missed': [...expected.values()].reduce((sum, { missed }) => sum + missed, 0),
      'destroyed by its handler': history.mailbox.filter((message) => typeOf(message) === 'alarm.destroy').length,
      'destroyed by an operator': history.destroyed.size,
      'paused by an operator': tasks.filter((task) => task.do === 'pause').length,
    },
    events: simulation.events,
    virtualMs: clock.monotonic(),
    commands: history.mailbox.length,
    fingerprint: simulation.fingerprint,
  };
}
