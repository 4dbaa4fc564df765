import type { Bus } from '../bus/bus.ts';
import type { Clock } from '../clock/clock.ts';
import type { SeededRandom } from '../clock/seeded-random.ts';
import { type CrashStage, guardBus, guardClock, type PortCall } from './crash-points.ts';
import type { MemoryBroker, MemoryConnection } from './memory-broker.ts';
import type { LabelledClock } from './pipe.ts';
import { createProcessClock } from './process-clock.ts';

/** Hears each crash point twice: before the call has its effect, and after it, before the answer. It may kill. */
export type PortCallHook = (process: SimulatedProcess, call: PortCall, stage: CrashStage) => void;

/**
 * A process of a simulation: give its ports to the code that is to run in it. They are all it may use; whatever else
 * the code waits for (timers of the machine, files, sockets) does not exist in virtual time.
 */
export interface SimulatedProcess {
  readonly name: string;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly random: SeededRandom;
  /** Its connection, for faults that concern it alone. */
  readonly connection: MemoryConnection;
  readonly isAlive: boolean;
  readonly isPaused: boolean;
  /** Crash points come past so far. */
  readonly calls: number;
  /** Calls that wait for their answer, by name. */
  readonly pending: readonly string[];
  onPortCall: PortCallHook | undefined;
  /**
   * As SIGKILL: pending promises of its ports never settle, its timers never fire, what it sends afterwards is not sent,
   * its connection ends. What already left it may still arrive. A function that is running goes on to its next `await`;
   * what it does without its ports (to variables of the test, say) still happens.
   */
  kill(): void;
  /** As SIGSTOP: nothing of it runs; its time goes on. */
  pause(): void;
  /** As SIGCONT: what was due meanwhile arrives at once. */
  resume(): void;
  /** Its wall clock jumps, forwards or back. */
  jumpClock(byMs: number): void;
  /** Kills it at a crash point that is still to come. */
  killAt(number: number, stage: CrashStage): void;
}

export interface ProcessParts {
  readonly name: string;
  readonly clock: LabelledClock;
  readonly random: SeededRandom;
  readonly broker: MemoryBroker;
  readonly hear: PortCallHook;
  /** Called once, with the crash point that it was killed at, if it was at one. */
  readonly onKilled: (process: SimulatedProcess, at: { call: PortCall; stage: CrashStage } | undefined) => void;
}

export function createSimulatedProcess(parts: ProcessParts): SimulatedProcess {
  const { name, random } = parts;
  const ownClock = createProcessClock(parts.clock, name);
  const connection = parts.broker.connect({ name, clock: ownClock, random: random.fork('bus') });
  const pending = new Map<number, string>();
  const plan = new Map<number, CrashStage>();
  let isAlive = true;
  let isPaused = false;
  let calls = 0;
  let current: { call: PortCall; stage: CrashStage } | undefined;

  /** True when the process has survived it. */
  const reach = (call: PortCall, stage: CrashStage): boolean => {
    if (!isAlive) return false;
    current = { call, stage };
    parts.hear(self, call, stage);
    self.onPortCall?.(self, call, stage);
    if (isAlive && plan.get(call.number) === stage) self.kill();
    current = undefined;
    return isAlive;
  };

  const gate = {
    get isAlive() {
      return isAlive;
    },
    pass<T>(callName: string, perform: () => Promise<T>): Promise<T> {
      return new Promise<T>((resolve, reject) => {
        if (!isAlive) return;
        const call: PortCall = { number: ++calls, name: callName };
        if (!reach(call, 'before')) return;
        pending.set(call.number, callName);
        const settle = (answer: () => void) => {
          pending.delete(call.number);
          if (reach(call, 'after')) answer();
        };
        perform().then(
          (value) => settle(() => resolve(value)),
          (error) => settle(() => reject(error)),
        );
      });
    },
  };

  const self: SimulatedProcess = {
    name,
    bus: guardBus(connection.bus, gate),
    clock: guardClock(ownClock, gate),
    random,
    connection,
    get isAlive() {
      return isAlive;
    },
    get isPaused() {
      return isPaused;
    },
    get calls() {
      return calls;
    },
    get pending() {
      return [...pending.values()];
    },
    onPortCall: undefined,
    kill() {
      if (!isAlive) return;
      isAlive = false;
      ownClock.kill();
      connection.kill();
      pending.clear();
      parts.onKilled(self, current);
    },
    pause() {
      if (!isAlive) return;
      isPaused = true;
      ownClock.pause();
    },
    resume() {
      isPaused = false;
      ownClock.resume();
    },
    jumpClock: ownClock.jump,
    killAt: (number, stage) => void plan.set(number, stage),
  };
  return self;
}
