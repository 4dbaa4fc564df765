import { join } from 'node:path';
import { startDriver } from '../driver.ts';
import type { Order, Result } from './order.ts';
import type { Target } from './queue-client.ts';
import { startNats } from './start-nats.ts';
import { startRedis } from './start-redis.ts';
import type { Level, System, SystemName } from './system.ts';

export async function startSystem(name: SystemName, level: Level, signal: AbortSignal): Promise<System> {
  await using stack = new AsyncDisposableStack();
  const server = await (name === 'AutoWeave' ? startNats : startRedis)(level, stack, signal);
  const start = async () =>
    stack.use(
      await startDriver<Target, Order, Result>(join(import.meta.dirname, 'driver-main.ts'), server.target, signal),
    );
  const [adder, worker] = [await start(), await start()];
  const owned = stack.move();
  return {
    name,
    level,
    adder,
    worker,
    processes: { adder: adder.pid, worker: worker.pid, [server.program]: server.pid },
    serverPid: server.pid,
    dataFolder: server.dataFolder,
    versions: server.versions,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
