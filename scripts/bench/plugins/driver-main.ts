import { type Served, serveDriver } from '../serve-driver.ts';
import type { Contestant, Guest } from './guest.ts';
import type { Order, Result, Target } from './order.ts';
import { runAsking, runCalls } from './run-calls.ts';
import { runLoading, runMemory } from './run-loading.ts';
import { runLooping } from './run-looping.ts';
import { startContestant } from './start-contestant.ts';

/** One contestant, alone in this process. */
await serveDriver<Target, Order, Result>(({ name, folders }) => {
  const start = (spares: number): Promise<Contestant> => startContestant(name, folders, { spares });
  let opened: Promise<{ readonly contestant: Contestant; readonly guest: Guest }> | undefined;
  const open = () => {
    opened ??= start(1).then(async (contestant) => ({ contestant, guest: await contestant.load('called') }));
    return opened;
  };

  return {
    async run(order) {
      switch (order.part) {
        case 'calls':
          return await runCalls((await open()).guest, order);
        case 'asking':
          return await runAsking((await open()).guest, order);
        case 'loading':
          return await runLoading(start, name, order.count);
        case 'looping':
          return await runLooping((await open()).contestant, order);
        case 'memory':
          return await runMemory(start, order.instances);
      }
    },
    async [Symbol.asyncDispose]() {
      await (await opened)?.contestant[Symbol.asyncDispose]();
    },
  } satisfies Served<Order, Result>;
});
