import { setTimeout as pause } from 'node:timers/promises';
import type { SeededRandom } from '../../../runtime/clock/seeded-random.ts';
import { shuffle } from '../faults.ts';
import type { QueueProcess } from './queue-process.ts';

/** What is done to workers and to the server. Each fault ends when all of them run again. */
export const QUEUE_FAULTS = [
  'workers killed',
  'worker stopped',
  'workers restarted',
  'server killed',
  'server stopped',
  'everything',
] as const;
export type QueueFault = (typeof QUEUE_FAULTS)[number];

/** The server of any queueing system. */
export interface QueueServer {
  kill(): Promise<void>;
  /** On the same port and store. */
  restart(): Promise<void>;
  /** By SIGSTOP. */
  suspend(): void;
  resume(): void;
}

export interface FaultTarget {
  readonly server: QueueServer;
  /** At least three. */
  readonly workers: readonly QueueProcess[];
  readonly leaseMs: number;
  readonly random: SeededRandom;
}

const LONGEST_AWAY_MS = 600;
/** Kills of one fault: workers that come back are killed again. */
const KILLS = 4;
const MARGIN_MS = 700;

const FAULTS: Readonly<Record<QueueFault, (target: FaultTarget) => Promise<void>>> = {
  async 'workers killed'({ workers, random }) {
    for (let index = 0; index < KILLS; index++) {
      const victim = random.pick(workers);
      await victim.kill();
      await pause(random.integer(LONGEST_AWAY_MS));
      await victim.start();
    }
  },

  async 'worker stopped'({ workers, random, leaseMs }) {
    const victim = random.pick(workers);
    victim.suspend();
    // Long enough for what is given to it meanwhile to be taken from it, too.
    await pause(2 * leaseMs + MARGIN_MS);
    victim.resume();
  },

  async 'workers restarted'({ workers }) {
    for (const worker of workers) {
      await worker.stop();
      await worker.start();
    }
  },

  async 'server killed'({ server, random }) {
    await server.kill();
    await pause(random.integer(LONGEST_AWAY_MS));
    await server.restart();
  },

  async 'server stopped'({ server, leaseMs }) {
    server.suspend();
    await pause(leaseMs + MARGIN_MS);
    server.resume();
  },

  async everything(target) {
    const { workers, random, leaseMs } = target;
    const [stopped, ...others] = shuffle(workers, random);
    stopped!.suspend();
    await Promise.all([FAULTS['server killed'](target), ...others.map((worker) => worker.kill())]);
    await Promise.all(others.map((worker) => worker.start()));
    await pause(leaseMs + MARGIN_MS);
    stopped!.resume();
  },
};

export function inflictOnQueue(name: QueueFault, target: FaultTarget): Promise<void> {
  return FAULTS[name](target);
}
