import type { StreamName } from '../../runtime/bus/bus.ts';
import type { FaultRates, SeededRandom, Simulation } from '../../runtime/testkit/testkit.ts';
import type { Cluster, Runtime } from './cluster.ts';
import type { Sender } from './senders.ts';

/** What goes wrong in a run, drawn by its seed. */

export const FAULT_KINDS = [
  'kill',
  'pause',
  'restart',
  'leader',
  'lost answers',
  'late batches',
  'cut',
  'join',
  'leave',
  'clock jump',
  'kill sender',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export interface Fault {
  readonly kind: FaultKind;
  readonly atMs: number;
}

export interface Stage {
  readonly simulation: Simulation;
  readonly random: SeededRandom;
  readonly cluster: Cluster;
  readonly senders: readonly Sender[];
  /** By how much a wall clock jumps, at most. */
  readonly longestJumpMs: number;
}

export interface FaultPlan {
  /** When the last of them was let loose, nothing goes wrong any more. */
  readonly isOver: boolean;
}

const LEAST_FAULTS = 3;
const MOST_FAULTS = 5;
const FIRST_MS = 700;
const LAST_MS = 4_000;
const STREAMS: readonly StreamName[] = ['EVENTS', 'MAILBOX', 'STATE', 'DEAD'];

/** @param kinds to choose from; some of a kind make it likelier */
export function drawFaults(random: SeededRandom, kinds: readonly FaultKind[] = FAULT_KINDS): readonly Fault[] {
  const count = LEAST_FAULTS + random.integer(MOST_FAULTS - LEAST_FAULTS + 1);
  return Array.from({ length: count }, () => ({
    kind: random.pick(kinds),
    atMs: FIRST_MS + random.integer(LAST_MS - FIRST_MS),
  }));
}

export function planFaults(stage: Stage, faults: readonly Fault[]): FaultPlan {
  let open = faults.length;
  for (const { kind, atMs } of faults) {
    stage.simulation.clock.schedule(atMs, () => {
      open--;
      ACTIONS[kind](stage);
    });
  }
  return {
    get isOver() {
      return open === 0;
    },
  };
}

const ACTIONS: Readonly<Record<FaultKind, (stage: Stage) => void>> = {
  /** At one of its next steps, so that every step gets its turn. */
  kill(stage) {
    const { process } = pickRuntime(stage) ?? {};
    const steps = 1 + stage.random.integer(25);
    const at = stage.random.pick(['before', 'after'] as const);
    process?.killAt(process.calls + steps, at);
  },
  /** Longer than the others wait for it, or just about so long. */
  pause(stage) {
    const { process } = pickRuntime(stage) ?? {};
    process?.pause();
    stage.simulation.clock.schedule(between(stage, 500, 5_000), () => process?.resume());
  },
  restart: (stage) => stage.simulation.broker.restart(between(stage, 20, 3_000)),
  leader: (stage) => stage.simulation.broker.loseLeader(stage.random.pick(STREAMS), between(stage, 20, 2_000)),
  'lost answers': (stage) => misbehave(stage, { loseAnswer: 0.15, loseRequest: 0.05, repeatAnswer: 0.3 }),
  'late batches': (stage) => misbehave(stage, { storeLate: 0.2 }),
  cut(stage) {
    const processes = [...stage.cluster.runtimes, ...stage.senders].map(({ process }) => process);
    const connected = processes.filter(({ connection }) => connection.isConnected);
    if (connected.length > 0) stage.random.pick(connected).connection.cut(between(stage, 20, 1_500));
  },
  join: ({ cluster }) => void cluster.start(),
  leave(stage) {
    const runtime = pickRuntime(stage);
    if (runtime !== undefined) stage.cluster.leave(runtime);
  },
  'clock jump'(stage) {
    const { process } = pickRuntime(stage) ?? {};
    process?.jumpClock((stage.random.fraction() - 0.5) * 2 * stage.longestJumpMs);
  },
  'kill sender'(stage) {
    const sender = stage.random.pick(stage.senders);
    if (!sender.process.isAlive) return;
    sender.process.kill();
    stage.simulation.clock.schedule(between(stage, 20, 2_000), () => sender.revive());
  },
};

function pickRuntime({ cluster, random }: Stage): Runtime | undefined {
  const able = cluster.runtimes.filter(({ process }) => process.isAlive && !process.isPaused);
  return able.length === 0 ? undefined : random.pick(able);
}

/** Short times are as likely as long ones. */
function between({ random }: Stage, shortest: number, longest: number): number {
  return shortest * (longest / shortest) ** random.fraction();
}

/** For a while; a later one takes its place. */
function misbehave(stage: Stage, rates: FaultRates): void {
  const { broker, clock } = stage.simulation;
  broker.setFaults(rates);
  clock.schedule(between(stage, 200, 3_000), () => broker.setFaults({}));
}
