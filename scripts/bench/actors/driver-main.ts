import { serveDriver } from '../serve-driver.ts';
import { openAutoweaveCounters } from './autoweave-counters.ts';
import type { Target } from './counters.ts';
import { openRestateCounters } from './restate-counters.ts';
import { runWorkload, type Totals } from './run-workload.ts';
import type { Result, Workload } from './workload.ts';

/** The process that drives one system. */

await serveDriver<Target, Workload, Result>(async (target) => {
  const counters = target.kind === 'autoweave' ? await openAutoweaveCounters(target) : openRestateCounters(target);
  const totals: Totals = new Map();
  return {
    run: (workload) => runWorkload(counters, totals, workload),
    [Symbol.asyncDispose]: () => counters[Symbol.asyncDispose](),
  };
});
