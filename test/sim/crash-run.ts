import { type CrashCoverage, type CrashStage, createSimulation, type PortCall } from '../../runtime/testkit/testkit.ts';
import { checkWorld } from './checks.ts';
import { type Cluster, createCluster } from './cluster.ts';
import { recordHistory } from './history.ts';
import { type Lane, startSender } from './senders.ts';
import { smallAlarmLanes, smallLanes } from './workload.ts';

/**
 * A small world in which nothing goes wrong but one thing: one process is killed at one of its crash points. It is
 * played once to count them, and then once for each of them and both its stages.
 */
export interface Scenario {
  readonly name: string;
  readonly lanes: () => readonly Lane[];
  /** Processes that may be killed, by the order of their start. */
  readonly victims: readonly number[];
  /** Starts processes and stops them, whatever else happens. */
  readonly play: (cluster: Cluster, at: (atMs: number, action: () => void) => void) => void;
  readonly size: number;
}

export interface ScenarioOptions {
  /** Of the times on the way; 1 when absent. */
  readonly seed?: number;
  readonly crash?: Crash;
  readonly coverage?: CrashCoverage;
}

/** Where a process is killed. */
export interface Crash {
  readonly victim: number;
  readonly number: number;
  readonly stage: CrashStage;
}

export interface CrashPoint extends Crash {
  /** Of the call, such as `bus.commit STATE`. */
  readonly name: string;
}

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'alone',
    lanes: () => smallLanes({ hasPoison: false }),
    victims: [0],
    size: 1,
    play: (cluster) => void cluster.start(),
  },
  {
    name: 'poison',
    lanes: () => smallLanes({ hasPoison: true }),
    victims: [0, 1],
    size: 1,
    play: (cluster) => void cluster.start(),
  },
  {
    name: 'timers',
    lanes: smallAlarmLanes,
    victims: [0],
    size: 1,
    play: (cluster) => void cluster.start(),
  },
  {
    name: 'hand-over',
    lanes: () => smallLanes({ hasPoison: false }),
    victims: [0, 1],
    size: 1,
    play(cluster, at) {
      const first = cluster.start();
      at(120, () => void cluster.start());
      at(700, () => cluster.leave(first));
    },
  },
];

const LIMIT_MS = 120_000;
const REPLACE_MS = 100;
const KEEP_HANDLED_MS = 1_500;

/** Plays a scenario, and gives the crash points that its victims came past. */
export async function playScenario(
  scenario: Scenario,
  { seed = 1, crash, coverage }: ScenarioOptions = {},
): Promise<readonly CrashPoint[]> {
  const points: CrashPoint[] = [];
  const simulation = createSimulation({
    seed,
    ...(coverage ? { coverage } : {}),
    onPortCall(process, call: PortCall, stage) {
      if (!process.name.startsWith('r')) return;
      const victim = victimOf(process.name);
      if (scenario.victims.includes(victim)) points.push({ victim, number: call.number, stage, name: call.name });
      if (crash?.victim === victim && crash.number === call.number && crash.stage === stage) process.kill();
    },
  });
  const { broker, clock } = simulation;
  const history = recordHistory(broker);
  const cluster = createCluster(simulation, {
    size: scenario.size,
    replaceMs: () => REPLACE_MS,
    keepHandledMs: KEEP_HANDLED_MS,
  });
  const lanes = scenario.lanes();
  scenario.play(cluster, (atMs, action) => clock.schedule(atMs, action));
  const sender = startSender(simulation, 'sender', lanes);
  const isOver = (): boolean => {
    history.look();
    cluster.look();
    sender.look();
    return sender.isDone && history.isAtRest && history.kept === 0 && clock.monotonic() > KEEP_HANDLED_MS;
  };
  await simulation.run(isOver, { limitMs: LIMIT_MS });
  checkWorld(history, lanes);
  return points;
}

/** From 0, by the order of their start: the cluster names them r1, r2, … */
function victimOf(name: string): number {
  return Number(name.slice(1)) - 1;
}

/** A crash of a scenario, by a name that repeats it. */
export interface LabelledCrash extends CrashPoint {
  readonly scenario: Scenario;
  readonly label: string;
}

/** Every crash there is, of all scenarios. */
export async function listCrashes(seed: number): Promise<readonly LabelledCrash[]> {
  const lists = SCENARIOS.map(async (scenario) => {
    const points = await playScenario(scenario, { seed });
    return points.map((point) => ({
      ...point,
      scenario,
      label: `${scenario.name}/${point.victim}/${point.number}/${point.stage}`,
    }));
  });
  return (await Promise.all(lists)).flat();
}
