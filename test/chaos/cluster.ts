import type { Bus } from '../../runtime/bus/bus.ts';
import { connectNatsBus } from '../../runtime/bus/nats-bus.ts';
import { systemRandom } from '../../runtime/clock/random.ts';
import { systemClock } from '../../runtime/clock/system-clock.ts';
import { type ChaosBroker, startChaosBroker } from './broker.ts';
import { startKeeper } from './keeper.ts';
import { createRuntime, type Runtime, type RuntimeKind } from './runtime.ts';

/** Three runtimes and one broker, each a process of its own. Nothing of them is left behind. */
export interface Cluster extends AsyncDisposable {
  readonly kind: RuntimeKind;
  readonly broker: ChaosBroker;
  readonly runtimes: readonly Runtime[];
  /** A connection of ours. */
  readonly bus: Bus;
}

export const RUNTIMES = 3;
/** What the runtime does when it is told nothing. */
export const KEEP_HANDLED_MS = 130_000;

export async function startCluster(kind: RuntimeKind, keepHandledMs = KEEP_HANDLED_MS): Promise<Cluster> {
  await using stack = new AsyncDisposableStack();
  const keeper = stack.use(await startKeeper());
  const broker = await startChaosBroker(keeper);
  stack.defer(() => broker.kill());
  const runtimes = Array.from({ length: RUNTIMES }, (_, index) =>
    createRuntime({ keeper, kind, name: `runtime ${index + 1}`, url: broker.url, keepHandledMs }),
  );
  stack.defer(() => endAll(runtimes));
  const bus = stack.use(
    await connectNatsBus({ url: broker.url, name: 'chaos', clock: systemClock, random: systemRandom }),
  );
  await Promise.all(runtimes.map((runtime) => runtime.start()));
  const owned = stack.move();
  return { kind, broker, runtimes, bus, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

async function endAll(runtimes: readonly Runtime[]): Promise<void> {
  await Promise.all(runtimes.filter(({ isRunning }) => isRunning).map((runtime) => runtime.kill()));
}
