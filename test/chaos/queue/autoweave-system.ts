import { connectNatsBus } from '../../../runtime/bus/nats-bus.ts';
import { systemRandom } from '../../../runtime/clock/random.ts';
import { systemClock } from '../../../runtime/clock/system-clock.ts';
import { startChaosBroker } from '../broker.ts';
import type { ChaosSystem, SystemParts } from './chaos-system.ts';
import { readHistory } from './job-observer.ts';

export async function startAutoweaveSystem({ keeper, level, store }: SystemParts): Promise<ChaosSystem> {
  await using stack = new AsyncDisposableStack();
  const syncInterval = level === 'fsync' ? 'always' : '1s';
  const broker = await startChaosBroker(keeper, { syncInterval, store });
  stack.defer(() => broker.kill());
  const parts = { clock: systemClock, random: systemRandom };
  const bus = stack.use(await connectNatsBus({ url: broker.url, name: 'chaos', ...parts }));
  const owned = stack.move();
  return {
    target: { kind: 'autoweave', url: broker.url, isSyncedAlways: level === 'fsync' },
    server: broker,
    versions: `nats-server ${bus.status.serverVersion}, Node.js ${process.versions.node}`,
    look: () => readHistory(bus, []),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
