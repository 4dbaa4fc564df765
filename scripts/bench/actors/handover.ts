import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Broker, startBroker } from '../../../runtime/bus/broker/broker.ts';
import { findServer } from '../../../runtime/bus/broker/find-server.ts';
import { systemRandom } from '../../../runtime/clock/random.ts';
import { systemClock } from '../../../runtime/clock/system-clock.ts';
import { noLog } from '../../../runtime/telemetry/log.ts';
import type { Autoweave } from '../../../test/harness/autoweave.ts';
import { ROOT } from '../../../test/harness/root.ts';
import type { Figure } from '../figures.ts';
import { makeTemporary } from '../temporary.ts';
import { type Driver, startDriver } from './driver.ts';
import { findOutage, type Outage } from './outage.ts';
import { ACTOR_ENV, startRuntime } from './start-autoweave.ts';
import type { Workload } from './workload.ts';

/** Two runtimes on one nats-server; one of them goes while a driver calls on. */

const KEYS = 100;
const PER_SECOND = 200;
/** Calm before the fault, and the time after it in which calls still begin; those under way are waited for. */
const BEFORE_MS = 1_000;
const AFTER_MS = 4_000;
/** From the moment a runtime says that it is ready; it may still take over keys then. */
const JOIN_MS = 3_000;

export interface HandoverOptions {
  readonly rounds: number;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
}

export async function measureHandover(options: HandoverOptions): Promise<readonly Omit<Figure, 'benchmark'>[]> {
  const { rounds, signal, progress } = options;
  await using stack = new AsyncDisposableStack();
  const broker = await startSharedBroker(stack, signal);
  const { url, user, password } = broker;
  const first = await openRuntime(stack, 'bench-1', broker);
  const second = await openRuntime(stack, 'bench-2', broker);
  const driver = stack.use(
    await startDriver({ kind: 'autoweave', url, user, password, runtimePid: first.current.pid }, signal),
  );
  await driver.run(pace(BEFORE_MS + JOIN_MS));

  const killed: Outage[] = [];
  const stopped: Outage[] = [];
  const joined: Outage[] = [];
  for (let round = 1; round <= rounds; round++) {
    progress(`round ${round} of ${rounds}: kill -9 of one of two runtimes`);
    killed.push(await during(driver, BEFORE_MS + AFTER_MS, () => second.current.kill(), signal));
    progress(`round ${round} of ${rounds}: a runtime joins`);
    joined.push(await during(driver, BEFORE_MS + AFTER_MS + JOIN_MS, () => second.start(), signal));
    progress(`round ${round} of ${rounds}: SIGTERM to one of two runtimes`);
    stopped.push(await during(driver, BEFORE_MS + AFTER_MS, () => first.current.stop(), signal));
    await first.start();
    await driver.run(pace(JOIN_MS));
  }
  return [
    ...figuresOf('kill -9', killed, 3_000),
    ...figuresOf('graceful stop', stopped, 500),
    ...figuresOf('a runtime joins', joined),
  ];
}

/** What callers see when this is done a little after they have begun. */
async function during(driver: Driver, ms: number, act: () => Promise<unknown>, signal: AbortSignal): Promise<Outage> {
  const calls = driver.run(pace(ms));
  // Awaited below; a driver that ends before is no unhandled rejection.
  calls.catch(() => undefined);
  await pause(BEFORE_MS, undefined, { signal });
  const from = Date.now();
  await act();
  return findOutage((await calls).calls ?? [], from);
}

function pace(ms: number): Workload {
  return { kind: 'pace', prefix: 'steady', keys: KEYS, perSecond: PER_SECOND, ms };
}

function figuresOf(what: string, outages: readonly Outage[], limit?: number): readonly Omit<Figure, 'benchmark'>[] {
  const longest = outages.map(({ longestMs }) => longestMs);
  const failure = outages.find((outage) => outage.failure !== undefined)?.failure;
  return [
    {
      name: `AutoWeave: hand-over, ${what}: longest without an answer`,
      value: Math.max(...longest),
      unit: 'ms',
      ...(limit === undefined ? {} : { limit }),
      note: `the longest of ${longest.map(Math.round).join(', ')} ms; ${PER_SECOND} calls/s over ${KEYS} keys`,
    },
    {
      name: `AutoWeave: hand-over, ${what}: failed calls`,
      value: outages.reduce((sum, { failed }) => sum + failed, 0),
      unit: '',
      limit: 0,
      ...(failure === undefined ? {} : { note: failure }),
    },
  ];
}

/** nats-server as `nats.conf` says, but of its own: no runtime's end is its end. */
async function startSharedBroker(stack: AsyncDisposableStack, signal: AbortSignal): Promise<Broker> {
  return stack.use(
    await startBroker({
      dataDirectory: await makeTemporary(stack),
      serverPath: findServer({ root: ROOT, env: process.env }).path,
      configFile: join(ROOT, 'nats.conf'),
      clock: systemClock,
      random: systemRandom,
      log: noLog,
      signal,
    }),
  );
}

interface Runtime {
  readonly current: Autoweave;
  /** Again, on the same data directory. */
  start(): Promise<void>;
}

async function openRuntime(stack: AsyncDisposableStack, name: string, broker: Broker): Promise<Runtime> {
  const dataDirectory = await makeTemporary(stack);
  const env = {
    ...ACTOR_ENV,
    AUTOWEAVE_NATS_URL: broker.url,
    AUTOWEAVE_NATS_USER: broker.user,
    AUTOWEAVE_NATS_PASSWORD: broker.password,
    AUTOWEAVE_NATS_SYSTEM_USER: broker.systemUser,
    AUTOWEAVE_NATS_SYSTEM_PASSWORD: broker.systemPassword,
    AUTOWEAVE_HOSTNAME: name,
  };
  const start = () => startRuntime({ dataDirectory, env });
  let current = await start();
  stack.defer(() => current[Symbol.asyncDispose]());
  return {
    get current() {
      return current;
    },
    async start() {
      current = await start();
    },
  };
}
