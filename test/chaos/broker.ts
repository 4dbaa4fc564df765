import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { findServer } from '../../runtime/bus/broker/find-server.ts';
import { choosePort } from '../../runtime/bus/broker/free-port.ts';
import { systemRandom } from '../../runtime/clock/random.ts';
import { ROOT } from '../harness/root.ts';
import { until } from '../harness/until.ts';
import type { Keeper } from './keeper.ts';
import { type Program, startProgram } from './program.ts';

/** The nats-server that all runtimes share; what it has acknowledged is on the disk. */
export interface ChaosBroker {
  readonly url: string;
  /** What the present server has written about itself. */
  readonly log: string;
  kill(): Promise<void>;
  /** On the same port and store. */
  restart(): Promise<void>;
  /** By SIGSTOP. */
  suspend(): void;
  resume(): void;
}

export interface ChaosBrokerOptions {
  /** As nats-server takes it. */
  readonly syncInterval?: string;
  /** Where its data is; beside all else of the keeper when absent. */
  readonly store?: string;
}

export async function startChaosBroker(
  keeper: Keeper,
  { syncInterval = 'always', store = join(keeper.directory, 'nats') }: ChaosBrokerOptions = {},
): Promise<ChaosBroker> {
  const { path } = findServer({ root: ROOT, env: process.env });
  const port = await choosePort(systemRandom);
  const file = join(keeper.directory, 'nats.conf');
  await writeFile(
    file,
    `host: 127.0.0.1, port: ${port}, max_payload: 8MB
     jetstream { store_dir: ${JSON.stringify(store)}, sync_interval: ${syncInterval}, max_file_store: 100TB }`,
  );
  let server: Program;
  const start = async (): Promise<void> => {
    server = startProgram([path, '-c', file], { keeper });
    await until(() => accepts(port), 'nats-server to listen');
  };
  await start();
  return {
    url: `nats://127.0.0.1:${port}`,
    get log() {
      return server.log;
    },
    async kill() {
      server.signal('SIGKILL');
      await server.exited;
    },
    restart: start,
    suspend: () => server.signal('SIGSTOP'),
    resume: () => server.signal('SIGCONT'),
  };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('data', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
