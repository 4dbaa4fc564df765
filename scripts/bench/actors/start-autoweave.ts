import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BrokerFile, readBrokerFile } from '../../../runtime/bus/broker/broker-file.ts';
import {
  type Autoweave,
  type AutoweaveOptions,
  brokerPid,
  killBroker,
  startAutoweave,
} from '../../../test/harness/autoweave.ts';
import { makeTemporary } from '../temporary.ts';
import { startDriver } from './driver.ts';
import type { System } from './system.ts';

/** Loads the actor that is measured. */
export const ACTOR_ENV = { AUTOWEAVE_ACTORS: join(import.meta.dirname, 'counter-actor.ts') };

export interface AutoweaveSystem extends System {
  readonly autoweave: Autoweave;
}

/** `autoweave up` with its own nats-server, as `npm start` runs it, and a driver beside it. */
export async function startAutoweaveSystem(signal: AbortSignal): Promise<AutoweaveSystem> {
  await using stack = new AsyncDisposableStack();
  const dataDirectory = await makeTemporary(stack);
  stack.defer(() => killBroker(dataDirectory));
  const autoweave = stack.use(await startRuntime({ dataDirectory, env: ACTOR_ENV }));
  const { port, user, password } = (await readBrokerFile(join(dataDirectory, 'broker.json'))) as BrokerFile;
  const url = `nats://127.0.0.1:${port}`;
  const driver = stack.use(
    await startDriver({ kind: 'autoweave', url, user, password, runtimePid: autoweave.pid }, signal),
  );
  const nats = (await brokerPid(dataDirectory))!;
  const owned = stack.move();
  return {
    name: 'AutoWeave',
    autoweave,
    driver,
    processes: { driver: driver.pid, runtime: autoweave.pid, 'nats-server': nats },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** One that does not become ready is ended, too. */
export async function startRuntime(options: AutoweaveOptions & { readonly dataDirectory: string }): Promise<Autoweave> {
  try {
    return await startAutoweave(options);
  } catch (error) {
    const children = await readFile(`/proc/self/task/${process.pid}/children`, 'utf8');
    for (const pid of children.split(' ').filter(Boolean).map(Number)) {
      const variables = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
      if (variables.includes(`AUTOWEAVE_DATA=${options.dataDirectory}\0`)) process.kill(pid, 'SIGKILL');
    }
    throw error;
  }
}
