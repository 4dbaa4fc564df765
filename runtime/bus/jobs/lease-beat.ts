import { Worker } from 'node:worker_threads';
import type { ConnectionOptions } from '@nats-io/transport-node';
import { unavailable } from '../bus-errors.ts';
import type { Delivery, LeaseBeat } from './job-bus.ts';
import type { BeatData } from './lease-beat-thread.ts';
import { createLeaseTable, sharedNow } from './lease-table.ts';

/** Signs of life within the time after which a message would be given out again. */
const BEATS = 3;

export interface LeaseBeatParts {
  /** What the thread connects with; must be cloneable. */
  readonly connection: ConnectionOptions;
  readonly credentials: string | undefined;
  readonly intervalMs: number;
}

/** Starts the thread; it ends with the result. If it dies by itself, what is held is given out again in time. */
export async function startLeaseBeat({ connection, credentials, intervalMs }: LeaseBeatParts): Promise<LeaseBeat> {
  const table = createLeaseTable();
  const consumers = new Map<string, number>();
  const data: BeatData = {
    connection,
    credentials,
    buffer: table.buffer,
    beatMs: Math.max(50, intervalMs / BEATS),
    prefixes: [],
  };
  const thread = new Worker(new URL('./lease-beat-thread.ts', import.meta.url), { workerData: data });
  await new Promise<void>((resolve, reject) => {
    thread.once('message', () => resolve());
    thread.once('error', (error) => reject(unavailable('the thread that keeps jobs alive', error)));
    thread.once('exit', () => reject(unavailable('the thread that keeps jobs alive has ended')));
  });
  thread.on('error', () => undefined);
  thread.unref();

  const numberOf = ({ consumer, replyTo, deliveryCount }: Delivery): number => {
    const known = consumers.get(consumer);
    if (known !== undefined) return known;
    const number = consumers.size;
    consumers.set(consumer, number);
    thread.postMessage(replyTo.slice(0, replyTo.indexOf(`.${consumer}.${deliveryCount}.`) + consumer.length + 1));
    return number;
  };

  return {
    hold: (delivery) => table.add({ ...delivery, consumer: numberOf(delivery) }, sharedNow()),
    limit(slot, ms) {
      if (slot >= 0) table.limit(slot, sharedNow() + ms);
    },
    release(slot) {
      if (slot >= 0) table.remove(slot);
    },
    async [Symbol.asyncDispose]() {
      const ended = new Promise((resolve) => thread.once('exit', resolve));
      thread.postMessage(null);
      thread.ref();
      await ended;
    },
  };
}
