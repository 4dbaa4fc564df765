import type { Reply } from './driver.ts';

/** What a driver's process does with orders. */
export interface Served<Order, Result> extends AsyncDisposable {
  run(order: Order): Promise<Result>;
}

/** The end of a driver in its own process. It ends when nobody gives orders any more. */
export async function serveDriver<Target, Order, Result>(
  open: (target: Target) => Served<Order, Result> | Promise<Served<Order, Result>>,
): Promise<void> {
  const reply = (said: Reply<Result>) => void process.send!(said);
  // The whole terminal hears Ctrl-C; whoever started this process ends it.
  process.on('SIGINT', () => undefined);
  const served = await open(await new Promise<Target>((resolve) => process.once('message', resolve as () => void)));
  process.on('message', async (order: Order) => {
    try {
      reply({ result: await served.run(order) });
    } catch (error) {
      reply({ failure: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  });
  process.once('disconnect', async () => {
    await served[Symbol.asyncDispose]();
    process.exit(0);
  });
  reply({ isReady: true });
}
