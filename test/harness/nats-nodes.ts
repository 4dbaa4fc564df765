import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '@nats-io/transport-node';
import { findServer } from '../../runtime/bus/broker/find-server.ts';
import { choosePort } from '../../runtime/bus/broker/free-port.ts';
import { systemRandom } from '../../runtime/clock/random.ts';
import { ROOT } from './root.ts';
import { until } from './until.ts';

/** Real nats-servers of one cluster, or one that is alone, with an account for streams and the system account. */
export interface NatsNodes extends AsyncDisposable {
  /** Of all, separated by commas. */
  readonly url: string;
  readonly account: { readonly url: string; readonly user: string; readonly password: string };
  readonly system: { readonly url: string; readonly user: string; readonly password: string };
  /** Asks JetStream of the account; `subject` is without `$JS.API.`. */
  api(subject: string, body?: object, answerMs?: number): Promise<Record<string, unknown>>;
}

const API_MS = 30_000;
/** Short, since a cluster without a leader does not answer, and is asked again. */
const READY_MS = 1_000;

/**
 * Resolves when all of them answer and, where there are several, a stream can be placed on each.
 *
 * @param jetstream a line of its configuration, such as `sync_interval: always`
 */
export async function startNatsNodes(count: number, jetstream: string): Promise<NatsNodes> {
  const { path } = findServer({ root: ROOT, env: process.env });
  const directory = await mkdtemp(join(tmpdir(), 'autoweave-nodes-'));
  const ports: { readonly client: number; readonly route: number }[] = [];
  for (let node = 0; node < count; node++) {
    ports.push({ client: await choosePort(systemRandom), route: await choosePort(systemRandom) });
  }
  const routes = ports.map(({ route }) => `nats://127.0.0.1:${route}`).join(', ');
  const children: ChildProcess[] = [];
  for (const [node, { client, route }] of ports.entries()) {
    const file = join(directory, `node-${node}.conf`);
    await writeFile(
      file,
      `server_name: node-${node}, host: 127.0.0.1, port: ${client}, max_payload: 8MB
       jetstream {
         store_dir: ${JSON.stringify(join(directory, `store-${node}`))}
         ${jetstream}
       }
       ${count === 1 ? '' : `cluster { name: nodes, host: 127.0.0.1, port: ${route}, routes: [${routes}] }`}
       accounts {
         APP { jetstream: enabled, users: [{ user: app, password: app }] }
         SYS { users: [{ user: sys, password: sys }] }
       }
       system_account: SYS`,
    );
    children.push(spawn(path, ['-c', file], { stdio: 'ignore' }));
  }
  const urls = ports.map(({ client }) => `nats://127.0.0.1:${client}`);
  const account = { url: urls.join(','), user: 'app', password: 'app' };

  const api = async (subject: string, body: object = {}, answerMs = API_MS): Promise<Record<string, unknown>> => {
    const connection = await connect({ servers: urls, user: 'app', pass: 'app', reconnect: false });
    try {
      return (await connection.request(`$JS.API.${subject}`, JSON.stringify(body), { timeout: answerMs })).json();
    } finally {
      await connection.close();
    }
  };
  const kill = async (child: ChildProcess): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  };
  const dispose = async (): Promise<void> => {
    await Promise.all(children.map(kill));
    await rm(directory, { recursive: true, force: true });
  };

  try {
    const stream = { name: 'READY', subjects: ['ready'], storage: 'file', num_replicas: count };
    await until(async () => {
      const answer = await api('STREAM.CREATE.READY', stream, READY_MS).catch(() => undefined);
      return answer !== undefined && answer['error'] === undefined;
    }, 'the nodes to take a stream');
  } catch (error) {
    await dispose();
    throw error;
  }
  await api('STREAM.DELETE.READY');
  return {
    url: account.url,
    account,
    system: { url: account.url, user: 'sys', password: 'sys' },
    api,
    [Symbol.asyncDispose]: dispose,
  };
}
