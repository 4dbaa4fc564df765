import type { SeededRandom, Simulation } from '../../runtime/testkit/testkit.ts';
import type { Cluster } from './cluster.ts';
import type { History } from './history.ts';
import { TENANT } from './rules.ts';
import { Violation } from './violation.ts';
import { ALARMS, KEYS } from './workload.ts';

/** What an operator does in a run: pauses keys for a while, and destroys some. */
export interface Task {
  readonly do: 'pause' | 'destroy';
  /** `actor/key`. */
  readonly name: string;
  readonly atMs: number;
  /** Of a pause: time to its end. */
  readonly forMs: number;
}

/** Gives orders through any runtime that is there, again and again until one says that it is done. */
export interface Operator {
  readonly isDone: boolean;
  /** By `actor/key`: how often it was tried to destroy it, and whether one was told of success. */
  readonly destroyed: ReadonlyMap<string, { readonly tried: number; readonly isDone: boolean }>;
  /** Ends pauses that an order of ours has begun late. @throws Violation */
  look(): void;
}

export interface OperatorParts {
  readonly simulation: Simulation;
  readonly random: SeededRandom;
  readonly cluster: Cluster;
  readonly history: History;
}

/** An order that a dead process took along is given anew after so long. */
const ANSWER_MS = 3_000;
const PAUSE_MS = 200;
const FIRST_MS = 600;
const LAST_MS = 4_000;
const LONGEST_PAUSE_MS = 3_000;
/** So long that turns are missed by more than is tolerated. */
const LONG_PAUSE_MS = 12_000;
const LONG_PAUSES = 0.25;

/** @param hasAlarms which an operator may destroy: of the others their senders expect more */
export function drawTasks(random: SeededRandom, hasAlarms: boolean): readonly Task[] {
  const count = 1 + random.integer(3);
  const tasks = Array.from({ length: count }, (): Task => {
    const isAlarm = hasAlarms && random.chance(0.6);
    const isLong = isAlarm && random.chance(LONG_PAUSES);
    const forMs = isLong ? LONG_PAUSE_MS : 100 + random.integer(LONGEST_PAUSE_MS);
    const atMs = FIRST_MS + random.integer(LAST_MS - FIRST_MS);
    const destroys = isAlarm && !isLong && random.chance(0.5);
    const name = isAlarm ? `alarm/${random.pick(ALARMS)}` : random.pick(KEYS);
    return { do: destroys ? 'destroy' : 'pause', name, atMs, forMs };
  });
  // Two pauses of one key would end one another.
  return tasks.filter((task, at) => tasks.findIndex((each) => each.do === task.do && each.name === task.name) === at);
}

export function startOperator(
  { simulation, random, cluster, history }: OperatorParts,
  tasks: readonly Task[],
): Operator {
  const { clock } = simulation;
  const destroyed = new Map<string, { tried: number; isDone: boolean }>();
  let open = tasks.length;
  let problem: Violation | undefined;

  const give = async (order: 'pause' | 'resume' | 'destroy', name: string): Promise<void> => {
    const [actor = '', key = ''] = name.split('/');
    while (true) {
      const able = cluster.runtimes.filter(({ process }) => process.isAlive && !process.isPaused);
      const system = able.length === 0 ? undefined : random.pick(able).system;
      if (system !== undefined) {
        const count = destroyed.get(name);
        if (order === 'destroy') destroyed.set(name, { tried: (count?.tried ?? 0) + 1, isDone: false });
        const done = system.control[order]({ tenant: TENANT, actor, key }).then(
          () => true,
          // Its owner is changing, the broker is away: whatever it is, somebody else may be able to.
          () => false,
        );
        if (await Promise.race([done, clock.sleep(ANSWER_MS).then(() => false)])) return;
      }
      await clock.sleep(PAUSE_MS);
    }
  };

  const isPaused = (name: string): boolean => history.paused.has(name);

  const resume = async (name: string): Promise<void> => {
    while (isPaused(name)) await give('resume', name);
  };

  const perform = async ({ do: order, name, atMs, forMs }: Task): Promise<void> => {
    await clock.sleep(atMs);
    await give(order, name);
    if (order === 'destroy') {
      destroyed.set(name, { ...destroyed.get(name)!, isDone: true });
      return;
    }
    if (!isPaused(name)) problem ??= new Violation(`${name} is said to be paused, and no entry says so`);
    await clock.sleep(forMs);
    await resume(name);
  };

  const count = (work: Promise<void>): void => {
    void work.finally(() => {
      open--;
    });
  };
  for (const task of tasks) count(perform(task));

  return {
    get isDone() {
      return open === 0;
    },
    destroyed,
    look() {
      if (problem !== undefined) throw problem;
      if (open > 0 || history.paused.size === 0) return;
      // An order that was thought to be lost was carried out after all.
      for (const name of history.paused) {
        open++;
        count(resume(name));
      }
    },
  };
}
