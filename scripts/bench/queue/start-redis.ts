import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import { choosePort } from '../../../runtime/bus/broker/free-port.ts';
import { systemRandom } from '../../../runtime/clock/random.ts';
import { until } from '../../../test/harness/until.ts';
import { makeTemporary } from '../temporary.ts';
import { installBullmq } from './install-bullmq.ts';
import type { StartedServer } from './started-server.ts';
import type { Level } from './system.ts';

const PROGRAM = 'redis-server';
const STOP_MS = 10_000;

/** A redis-server of its own, which keeps a log of all that is written: synced every second, or before each answer. */
export async function startRedis(
  level: Level,
  stack: AsyncDisposableStack,
  signal: AbortSignal,
): Promise<StartedServer> {
  const version = await readVersion();
  const { folder, versions } = await installBullmq(signal);
  const dataFolder = await makeTemporary(stack);
  const port = await choosePort(systemRandom);
  const settings = {
    port,
    bind: '127.0.0.1',
    dir: dataFolder,
    logfile: '',
    appendonly: 'yes',
    appendfsync: level === 'fsync' ? 'always' : 'everysec',
    save: '',
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const server = spawn(PROGRAM, args, { stdio: 'ignore' });
  stack.defer(() => end(server));
  await until(() => answers(server, port, signal), 'redis-server to answer');
  return {
    target: { kind: 'bullmq', folder, port },
    pid: server.pid!,
    program: PROGRAM,
    dataFolder,
    versions: `${versions}, ${PROGRAM} ${version}`,
  };
}

async function readVersion(): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(PROGRAM, ['--version']);
    return /v=(\S+)/.exec(stdout)?.[1] ?? 'of unknown version';
  } catch (cause) {
    throw new Error(`Cannot run "${PROGRAM}": on Debian, \`apt-get install redis-server\` provides it`, { cause });
  }
}

function answers(server: ChildProcess, port: number, signal: AbortSignal): Promise<boolean> {
  signal.throwIfAborted();
  if (server.exitCode !== null) throw new Error(`"${PROGRAM}" ended with ${server.exitCode}`);
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    const answer = (isThere: boolean) => {
      socket.destroy();
      resolve(isThere);
    };
    socket.once('data', (said) => answer(said.toString().startsWith('+PONG'))).once('error', () => answer(false));
  });
}

async function end(server: ChildProcess): Promise<void> {
  if (server.pid === undefined || server.exitCode !== null || server.signalCode !== null) return;
  const exited = once(server, 'exit');
  const timer = setTimeout(() => server.kill('SIGKILL'), STOP_MS);
  server.kill('SIGTERM');
  await exited;
  clearTimeout(timer);
}
