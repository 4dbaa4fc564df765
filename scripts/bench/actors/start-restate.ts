import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { choosePort } from '../../../runtime/bus/broker/free-port.ts';
import { systemRandom } from '../../../runtime/clock/random.ts';
import { until } from '../../../test/harness/until.ts';
import { makeTemporary } from '../temporary.ts';
import { startDriver } from './driver.ts';
import { installRestate } from './install-restate.ts';
import type { System } from './system.ts';

/** One node of Restate as it comes, its data in a temporary folder, the counter registered, a driver beside it. */
export async function startRestateSystem(signal: AbortSignal): Promise<System> {
  const { folder, program } = await installRestate(signal);
  await using stack = new AsyncDisposableStack();
  const data = await makeTemporary(stack);
  const ports: number[] = [];
  for (let count = 0; count < 5; count++) ports.push(await choosePort(systemRandom));
  const [ingressPort, adminPort, nodePort, servicePort, statusPort] = ports as [number, number, number, number, number];

  const server = spawn(program, ['--no-logo', '--node-name', 'bench', '--listen-mode', 'tcp'], {
    cwd: data,
    env: {
      PATH: process.env['PATH'],
      RESTATE_BASE_DIR: data,
      RESTATE_BIND_ADDRESS: `127.0.0.1:${nodePort}`,
      RESTATE_ADMIN__BIND_ADDRESS: `127.0.0.1:${adminPort}`,
      RESTATE_INGRESS__BIND_ADDRESS: `127.0.0.1:${ingressPort}`,
      RESTATE_DISABLE_TELEMETRY: 'true',
      RESTATE_LOG_FILTER: 'error',
    },
    stdio: 'ignore',
  });
  stack.defer(() => end(server));
  const service = fork(
    join(import.meta.dirname, 'restate-service.ts'),
    [folder, ...[servicePort, statusPort].map(String)],
    {
      execArgv: ['--disable-warning=ExperimentalWarning'],
      // It writes two lines for each call otherwise.
      env: { ...process.env, NODE_ENV: 'production', RESTATE_LOGGING: 'ERROR' },
    },
  );
  stack.defer(() => end(service));

  const admin = `http://127.0.0.1:${adminPort}`;
  await until(() => answers(`${admin}/health`, server, signal), 'Restate to answer');
  await until(() => answers(`http://127.0.0.1:${statusPort}/`, service, signal), 'the service to answer');
  await register(admin, `http://127.0.0.1:${servicePort}`, signal);
  await until(() => answers(`http://127.0.0.1:${ingressPort}/restate/health`, server, signal), 'the ingress to answer');

  const driver = stack.use(await startDriver({ kind: 'restate', ingressPort, servicePort: statusPort }, signal));
  const owned = stack.move();
  return {
    name: 'Restate',
    driver,
    processes: { driver: driver.pid, service: service.pid!, 'restate-server': server.pid! },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function register(admin: string, uri: string, signal: AbortSignal): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${admin}/deployments`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ uri }),
    signal,
  });
  if (!answer.ok) throw new Error(`Restate refused the service: ${await answer.text()}`);
}

async function answers(url: string, child: ChildProcess, signal: AbortSignal): Promise<boolean> {
  signal.throwIfAborted();
  if (child.exitCode !== null) throw new Error(`"${child.spawnfile}" ended with ${child.exitCode}`);
  return fetch(url, { signal }).then(
    ({ ok }) => ok,
    () => false,
  );
}

const STOP_MS = 5_000;

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  child.kill('SIGTERM');
  await exited;
  clearTimeout(timer);
}
