import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect as connectSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findServer } from '../../runtime/bus/broker/find-server.ts';
import { choosePort } from '../../runtime/bus/broker/free-port.ts';
import { systemRandom } from '../../runtime/clock/random.ts';
import { ROOT } from './root.ts';
import { until } from './until.ts';

/** A real nats-server with a port and a store of its own. */
export interface TestServer extends AsyncDisposable {
  readonly url: string;
  /** Ends it as a crash would, and waits until it is gone. */
  kill(): Promise<void>;
  /** Starts it again on the same port and store. */
  restart(): Promise<void>;
}

export async function startTestServer(): Promise<TestServer> {
  const { path } = findServer({ root: ROOT, env: process.env });
  const store = await mkdtemp(join(tmpdir(), 'autoweave-nats-'));
  const port = await choosePort(systemRandom);
  let child: ChildProcess;

  const start = async (): Promise<void> => {
    child = spawn(path, ['-js', '-sd', store, '-a', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
    await until(() => accepts(port), 'nats-server to listen');
  };
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  };

  await start();
  return {
    url: `nats://127.0.0.1:${port}`,
    kill: () => stop('SIGKILL'),
    restart: start,
    async [Symbol.asyncDispose]() {
      await stop('SIGKILL');
      await rm(store, { recursive: true, force: true });
    },
  };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectSocket(port, '127.0.0.1');
    socket.once('data', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
