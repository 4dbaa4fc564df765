import { mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { choosePort } from '../../../runtime/bus/broker/free-port.ts';
import { systemRandom } from '../../../runtime/clock/random.ts';
import { until } from '../../harness/until.ts';
import { type Program, startProgram } from '../program.ts';
import type { SystemParts } from './chaos-system.ts';
import type { QueueServer } from './queue-faults.ts';

/** A redis-server that can be killed and comes back on the same port and store. It writes down all that it does. */
export interface ChaosRedis extends QueueServer {
  readonly port: number;
}

export async function startChaosRedis({ keeper, level, store }: SystemParts): Promise<ChaosRedis> {
  await mkdir(store, { recursive: true });
  const port = await choosePort(systemRandom);
  const settings = {
    port,
    bind: '127.0.0.1',
    dir: store,
    logfile: '',
    appendonly: 'yes',
    appendfsync: level === 'fsync' ? 'always' : 'everysec',
    save: '',
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  let server: Program;
  const start = async (): Promise<void> => {
    server = startProgram(['redis-server', ...args], { keeper });
    const started = server;
    await until(() => {
      if (!started.isRunning) throw new Error(`redis-server has ended:\n${started.log}`);
      return answers(port);
    }, 'redis-server to answer');
  };
  await start();
  return {
    port,
    async kill() {
      server.signal('SIGKILL');
      await server.exited;
    },
    restart: start,
    suspend: () => server.signal('SIGSTOP'),
    resume: () => server.signal('SIGCONT'),
  };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    const answer = (isThere: boolean) => {
      socket.destroy();
      resolve(isThere);
    };
    socket.once('data', (said) => answer(said.toString().startsWith('+PONG'))).once('error', () => answer(false));
  });
}
