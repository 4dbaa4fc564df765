import { type ActorSystem, startActorSystem } from '../../runtime/actor/actor-system.ts';
import type { Bus } from '../../runtime/bus/bus.ts';
import { isPassing } from '../../runtime/bus/bus-errors.ts';
import { noInstruments } from '../../runtime/telemetry/instruments.ts';
import { noLog } from '../../runtime/telemetry/log.ts';
import { noTracer } from '../../runtime/telemetry/spans.ts';
import type { SimulatedProcess, Simulation } from '../../runtime/testkit/testkit.ts';
import { CONTRACTS, createDefinitions } from './definitions.ts';
import { Violation } from './violation.ts';

/** One runtime in a process of its own. */
export interface Runtime {
  readonly process: SimulatedProcess;
  /** Undefined while it starts. */
  readonly system: ActorSystem | undefined;
  readonly isLeaving: boolean;
}

/** The runtimes of a simulation. Whoever dies is replaced after a while, as by a supervisor. */
export interface Cluster {
  /** Those that are alive. */
  readonly runtimes: readonly Runtime[];
  /** Processes that a message has killed. */
  readonly poisoned: number;
  start(): Runtime;
  /** Stops in order, ends, and is replaced unless it was one too many. */
  leave(runtime: Runtime): void;
  /** Replaces the dead. @throws Violation when a runtime gave up by itself */
  look(): void;
}

export interface ClusterOptions {
  /** How many there should be. */
  readonly size: number;
  /** Time to the start of a replacement. */
  readonly replaceMs: () => number;
  /** Handled messages stay so long in the mailbox. */
  readonly keepHandledMs: number;
  /** For controls: what stands between the runtimes and their bus. */
  readonly disguise?: (bus: Bus) => Bus;
}

interface Member extends Runtime {
  system: ActorSystem | undefined;
  isLeaving: boolean;
}

/** No message may kill more: its attempts, and those that happen to be no first ones. */
const MOST_POISONED = 20;

export function createCluster(simulation: Simulation, options: ClusterOptions): Cluster {
  const { disguise = (bus) => bus } = options;
  const members = new Set<Member>();
  let names = 0;
  let starting = 0;
  let poisoned = 0;
  let problem: Violation | undefined;

  const start = (): Member => {
    const process = simulation.process(`r${++names}`);
    const member: Member = { process, system: undefined, isLeaving: false };
    members.add(member);
    const crash = (): void => {
      if (process.isAlive) poisoned++;
      process.kill();
    };
    void run(member, crash).catch((cause: unknown) => {
      problem ??= new Violation(`Runtime ${process.name} gave up: ${cause}`, { cause });
    });
    return member;
  };

  const run = async (member: Member, crash: () => void): Promise<void> => {
    const { process } = member;
    const { bus, clock, random } = process;
    try {
      member.system = await startActorSystem({
        bus: disguise(bus),
        definitions: createDefinitions(crash),
        contracts: CONTRACTS,
        clock,
        random,
        log: noLog,
        instruments: noInstruments,
        tracer: noTracer,
        keepHandledMs: options.keepHandledMs,
      });
    } catch (error) {
      if (!isPassing(error)) throw error;
      // It started while the broker was away: its supervisor tries again.
      return process.kill();
    }
    const reason = await member.system.exited;
    if (reason.kind === 'error') throw reason.error;
  };

  const replaceLater = (): void => {
    starting++;
    simulation.clock.schedule(options.replaceMs(), () => {
      starting--;
      start();
    });
  };

  return {
    get runtimes() {
      return [...members];
    },
    get poisoned() {
      return poisoned;
    },
    start,
    leave(runtime) {
      const member = [...members].find((each) => each === runtime);
      if (member?.system === undefined || member.isLeaving) return;
      member.isLeaving = true;
      void member.system[Symbol.asyncDispose]().then(() => member.process.kill());
    },
    look() {
      if (problem !== undefined) throw problem;
      if (poisoned > MOST_POISONED) throw new Violation(`Poison has killed ${poisoned} processes`);
      for (const member of members) if (!member.process.isAlive) members.delete(member);
      while (members.size + starting < options.size) replaceLater();
    },
  };
}
