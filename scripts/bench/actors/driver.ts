import { join } from 'node:path';
import { type Driver as AnyDriver, startDriver as startAny } from '../driver.ts';
import type { Target } from './counters.ts';
import type { Result, Workload } from './workload.ts';

/** A process of its own that puts load on one system. */
export type Driver = AnyDriver<Workload, Result>;

/** @param signal ends it in the middle of what it does */
export function startDriver(target: Target, signal: AbortSignal): Promise<Driver> {
  return startAny(join(import.meta.dirname, 'driver-main.ts'), target, signal);
}
