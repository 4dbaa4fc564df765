import type { Processes } from '../process-cost.ts';
import type { Driver } from './driver.ts';

/** One of those that are compared, running, with a driver connected to it. */
export interface System extends AsyncDisposable {
  readonly name: 'AutoWeave' | 'Restate';
  readonly driver: Driver;
  /** Those whose CPU is counted, the driver among them. */
  readonly processes: Processes;
}
