import { createSeededRandom, fnv1a32, type SeededRandom } from '../clock/seeded-random.ts';
import type { FaultRates } from './broker-faults.ts';
import { type CrashCoverage, createCrashCoverage } from './crash-coverage.ts';
import type { CrashStage, PortCall } from './crash-points.ts';
import { runSteps } from './drain.ts';
import { createMemoryBroker, type MemoryBroker, type MemoryBrokerOptions } from './memory-broker.ts';
import { createSimulatedProcess, type PortCallHook, type SimulatedProcess } from './simulated-process.ts';
import { SimulationFailure } from './simulation-failure.ts';
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts';

/**
 * A whole system in one thread: a broker and any number of processes on one virtual clock, every latency, fault and
 * random number decided by a seed. The same seed gives the same run, to the last call.
 *
 * ```ts
 * const simulation = createSimulation({ seed: 7, faults: { outagesPerMinute: 2, storeLate: 0.01 } });
 * const process = simulation.process('a');
 * const system = startActorSystem({ bus: process.bus, clock: process.clock, random: process.random, … });
 * await simulation.run(() => simulation.broker.stream('EVENTS').status.messages === 100, { limitMs: 60_000 });
 * ```
 *
 * What runs in it may wait for nothing but its ports: a timer of the machine, a file or a socket would come from
 * outside the seed's reach.
 */
export interface Simulation {
  readonly seed: number | string;
  /** An observer's clock, which nothing pauses. Its timers are the means to plan things in virtual time. */
  readonly clock: VirtualClock;
  /** For the test's own choices; those of broker and processes are drawn from sources of their own. */
  readonly random: SeededRandom;
  readonly broker: MemoryBroker;
  readonly coverage: CrashCoverage;
  /** Events that have happened. */
  readonly events: number;
  /** A hash over every crash point, its process, name and time: two runs of one seed have the same. */
  readonly fingerprint: string;
  /** A new process. A name may be used again when the process that had it is dead. */
  process(name: string): SimulatedProcess;
  /** Those that are not dead. */
  readonly processes: readonly SimulatedProcess[];
  /**
   * Lets happen what is to happen until the condition holds, which is looked at after each event.
   *
   * @throws SimulationFailure when virtual time has gone on by `limitMs`, when nothing is left to happen, or when
   * something throws; it names the seed, what every process waits for, and what would have come next
   */
  run(until: () => boolean | Promise<boolean>, options: { readonly limitMs: number }): Promise<void>;
}

export interface SimulationOptions {
  readonly seed: number | string;
  readonly faults?: FaultRates;
  readonly broker?: Partial<Omit<MemoryBrokerOptions, 'clock' | 'random' | 'faults'>>;
  /** Shared by simulations whose crash points are to be summed. */
  readonly coverage?: CrashCoverage;
  /** Hears the crash points of all processes. */
  readonly onPortCall?: PortCallHook;
}

/** Crash points that an error shows. */
const RECENT = 20;
/** So many are kept before the older ones are let go. */
const MOST_RECENT = 2_000;

export function createSimulation(options: SimulationOptions): Simulation {
  const { seed, coverage = createCrashCoverage() } = options;
  const random = createSeededRandom(seed);
  const clock = createVirtualClock();
  const broker = createMemoryBroker({
    ...options.broker,
    clock,
    random: random.fork('broker'),
    faults: options.faults ?? {},
  });
  const alive = new Map<string, SimulatedProcess>();
  const lives = new Map<string, number>();
  const nameHashes = new Map<string, number>();
  let recent: { at: number; process: string; call: PortCall; stage: CrashStage }[] = [];
  let hash = 0;
  let events = 0;

  const hashOf = (name: string): number => {
    let found = nameHashes.get(name);
    if (found === undefined) nameHashes.set(name, (found = fnv1a32(name)));
    return found;
  };

  const mix = (part: number): void => {
    hash = Math.imul(hash ^ part, 0x01000193);
  };

  const hear: PortCallHook = (process, call, stage) => {
    const at = clock.monotonic();
    mix(at * 1_000);
    mix(hashOf(process.name));
    mix(hashOf(call.name));
    mix(call.number);
    mix(stage.length);
    recent.push({ at, process: process.name, call, stage });
    if (recent.length > MOST_RECENT) recent = recent.slice(-RECENT);
    if (stage === 'before') coverage.passed(call.name);
    options.onPortCall?.(process, call, stage);
  };

  const fail = (what: string, cause?: unknown): SimulationFailure => {
    const waits = [...alive.values()].map(
      ({ name, isPaused, pending }) => `  ${name}${isPaused ? ' (paused)' : ''}: ${summary(pending)}`,
    );
    const details = [
      `At ${clock.monotonic().toFixed(3)} ms, after ${events} events; broker is ${broker.isUp ? 'up' : 'down'}`,
      'Waiting:',
      ...waits,
      'Next:',
      ...clock.describe(RECENT).map((line) => `  ${line}`),
      'Before:',
      ...recent
        .slice(-RECENT)
        .map(
          ({ at, process, call, stage }) => `  ${at.toFixed(3)} ms ${process} #${call.number} ${stage} ${call.name}`,
        ),
    ];
    return new SimulationFailure(seed, what, details, cause);
  };

  return {
    seed,
    clock,
    random: random.fork('test'),
    broker,
    coverage,
    get events() {
      return events;
    },
    get fingerprint() {
      return (hash >>> 0).toString(16).padStart(8, '0');
    },
    get processes() {
      return [...alive.values()];
    },
    process(name) {
      if (alive.has(name)) throw fail(`Cannot start process "${name}": one of that name is alive`);
      const life = (lives.get(name) ?? 0) + 1;
      lives.set(name, life);
      const process = createSimulatedProcess({
        name,
        clock,
        broker,
        random: random.fork(`process ${name} ${life}`),
        hear,
        onKilled(killed, at) {
          if (alive.get(name) === killed) alive.delete(name);
          if (at !== undefined) coverage.killed(at.call.name, at.stage);
        },
      });
      alive.set(name, process);
      return process;
    },
    async run(until, { limitMs }) {
      const end = clock.monotonic() + limitMs;
      const condition = createCondition(until);
      let hasWaited = false;
      const step = (): boolean => {
        if (condition.check()) return false;
        const { nextAt } = clock;
        // A condition that answers by a promise gets the time to, before there is no more to come.
        if (condition.isAsking && !hasWaited && (nextAt ?? Number.POSITIVE_INFINITY) > end) {
          hasWaited = true;
          return true;
        }
        hasWaited = false;
        if (nextAt === undefined) throw fail('Nothing is left to happen, and the condition does not hold');
        if (nextAt > end) throw fail(`The condition did not hold within ${limitMs} ms`);
        events++;
        clock.step();
        return true;
      };
      try {
        await runSteps(step);
      } catch (error) {
        if (error instanceof SimulationFailure) throw error;
        throw fail(error instanceof Error ? error.message : String(error), error);
      }
    },
  };
}

/** A condition that may take its time: asked again when it has answered. */
function createCondition(until: () => boolean | Promise<boolean>): { check(): boolean; readonly isAsking: boolean } {
  let isAsking = false;
  let holds = false;
  let failed: { readonly error: unknown } | undefined;
  return {
    get isAsking() {
      return isAsking;
    },
    check() {
      if (failed !== undefined) throw failed.error;
      if (holds || isAsking) return holds;
      const answer = until();
      if (typeof answer === 'boolean') return answer;
      isAsking = true;
      answer.then(
        (value) => {
          holds = value;
          isAsking = false;
        },
        (error: unknown) => {
          failed = { error };
        },
      );
      return false;
    },
  };
}

function summary(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  const texts = [...counts].map(([name, count]) => (count === 1 ? name : `${count} × ${name}`));
  return texts.length === 0 ? 'nothing' : texts.join(', ');
}
