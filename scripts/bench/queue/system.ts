import type { Driver } from '../driver.ts';
import type { Processes } from '../process-cost.ts';
import type { Order, Result } from './order.ts';

/** How durable an acknowledgement is: lost with at most a second of others in a power failure, or on the disk. */
export const LEVELS = ['interval', 'fsync'] as const;
export type Level = (typeof LEVELS)[number];

export const SYSTEM_NAMES = ['AutoWeave', 'BullMQ'] as const;
export type SystemName = (typeof SYSTEM_NAMES)[number];

/** One of those that are compared, running, with a process that adds and one that works. */
export interface System extends AsyncDisposable {
  readonly name: SystemName;
  readonly level: Level;
  readonly adder: Driver<Order, Result>;
  readonly worker: Driver<Order, Result>;
  /** Those whose CPU is counted: adder, worker and server. */
  readonly processes: Processes;
  readonly serverPid: number;
  /** Where the server keeps its data. */
  readonly dataFolder: string;
  /** For people: what runs, with versions. */
  readonly versions: string;
}
