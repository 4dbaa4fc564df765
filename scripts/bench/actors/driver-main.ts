import { openAutoweaveCounters } from './autoweave-counters.ts';
import type { Target } from './counters.ts';
import type { Order, Reply } from './driver.ts';
import { openRestateCounters } from './restate-counters.ts';
import { runWorkload, type Totals } from './run-workload.ts';

/** The process that drives one system. Its first order is the target; it ends when nobody gives orders any more. */

const target = await new Promise<Target>((resolve) => process.once('message', resolve));
const counters = target.kind === 'autoweave' ? await openAutoweaveCounters(target) : openRestateCounters(target);
const totals: Totals = new Map();

process.on('message', async ({ workload }: Order) => {
  try {
    reply({ result: await runWorkload(counters, totals, workload) });
  } catch (error) {
    reply({ failure: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
});
process.once('disconnect', async () => {
  await counters[Symbol.asyncDispose]();
  process.exit(0);
});
reply({ isReady: true });

function reply(said: Reply): void {
  process.send!(said);
}
