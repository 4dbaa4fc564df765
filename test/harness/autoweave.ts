import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Client, createClient } from 'graphql-ws';
import { NODE_FLAGS } from '../../scripts/run.mjs';
import { ROOT } from './root.ts';
import { until } from './until.ts';

/** A whole AutoWeave as `npm start` runs it, with a data directory and a port of its own. */
export interface Autoweave extends AsyncDisposable {
  readonly url: string;
  readonly token: string;
  readonly dataDirectory: string;
  /** Of the runtime, without launcher. */
  readonly pid: number;
  /** What it has written to its standard error so far. */
  readonly log: string;
  /** @throws the first GraphQL error, with its code */
  query<Data = Record<string, unknown>>(
    document: string,
    variables?: object,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Data>;
  /** A graphql-ws client that does not connect again by itself. */
  openSocket(): Client;
  /** SIGKILL, and waits until it is gone. nats-server stays, unless told otherwise. */
  kill(options?: { readonly withBroker?: boolean }): Promise<void>;
  /** SIGTERM, and waits. Resolves with the exit code. */
  stop(): Promise<number | null>;
}

export interface AutoweaveOptions {
  /** Kept by the caller; a fresh one, removed at the end, when absent. */
  readonly dataDirectory?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  readonly port?: number;
  /** Put before the command line, such as `unshare …`; the process it becomes must be the runtime. */
  readonly command?: readonly string[];
}

export class GraphqlError extends Error {
  readonly code: string | undefined;

  constructor(message: string, code: string | undefined) {
    super(message);
    this.code = code;
  }
}

const START_MS = 60_000;

export async function startAutoweave(options: AutoweaveOptions = {}): Promise<Autoweave> {
  const dataDirectory = options.dataDirectory ?? (await mkdtemp(join(tmpdir(), 'autoweave-data-')));
  const child = spawnUp(
    ['--port', String(options.port ?? 0), ...(options.args ?? [])],
    { AUTOWEAVE_DATA: dataDirectory, ...options.env },
    options.command,
  );
  let log = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  const exited = once(child, 'exit');
  const ready = await waitForReady(child, () => log);
  const [, url, token] = /(http:\/\/\S+)\/\?token=(\S+)/.exec(ready)!;

  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill(signal);
      await exited;
    }
    return child.exitCode;
  };

  return {
    url: url!,
    token: token!,
    dataDirectory,
    pid: child.pid!,
    get log() {
      return log;
    },
    async query<Data>(document: string, variables: object = {}, headers: Readonly<Record<string, string>> = {}) {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
        body: JSON.stringify({ query: document, variables }),
      });
      const { data, errors } = (await response.json()) as {
        data?: Data;
        errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
      };
      const [error] = errors ?? [];
      if (error) throw new GraphqlError(error.message, error.extensions?.code);
      return data!;
    },
    openSocket: () =>
      createClient({
        url: `${url!.replace('http', 'ws')}/graphql`,
        connectionParams: { authorization: `Bearer ${token}` },
        retryAttempts: 0,
        lazy: false,
        onNonLazyError: () => undefined,
      }),
    async kill({ withBroker = false } = {}) {
      await end('SIGKILL');
      if (withBroker) await killBroker(dataDirectory);
    },
    stop: () => end('SIGTERM'),
    async [Symbol.asyncDispose]() {
      await end('SIGTERM');
      if (options.dataDirectory !== undefined) return;
      await killBroker(dataDirectory);
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}

/** Runs `autoweave up` and gives its exit code and what it wrote, for starts that are to fail. */
export async function failToStart(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = spawnUp(args, env);
  let output = '';
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}

/** The broker's pid; undefined when there is none. */
export async function brokerPid(dataDirectory: string): Promise<number | undefined> {
  const pid = Number(await readFile(join(dataDirectory, 'nats-server.pid'), 'utf8').catch(() => ''));
  return pid > 0 && isAlive(pid) ? pid : undefined;
}

export async function killBroker(dataDirectory: string): Promise<void> {
  const pid = await brokerPid(dataDirectory);
  if (pid === undefined) return;
  process.kill(pid, 'SIGKILL');
  await until(() => !isAlive(pid), 'nats-server to be gone');
}

function spawnUp(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  command: readonly string[] = [],
): ChildProcess {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('AUTOWEAVE_') && name !== 'NODE_TEST_CONTEXT',
  );
  const own = [process.execPath, ...NODE_FLAGS, join(ROOT, 'cli', 'main.ts'), 'up', ...args];
  const [file = process.execPath, ...argv] = [...command, ...own];
  return spawn(file, argv, {
    env: {
      NODE_COMPILE_CACHE: join(ROOT, '.autoweave', 'cache', 'compile'),
      ...Object.fromEntries(inherited),
      AUTOWEAVE_USB: 'off',
      AUTOWEAVE_PLUGIN_SIGNATURES: 'off',
      AUTOWEAVE_LOG_FORMAT: 'json',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

function waitForReady(child: ChildProcess, log: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`Not ready in ${START_MS} ms: ${log()}`)), START_MS);
    createInterface(child.stdout!).on('line', (line) => {
      if (!line.startsWith('AutoWeave is ready')) return;
      clearTimeout(timer);
      resolve(line);
    });
    child.once('close', (code) => {
      clearTimeout(timer);
      reject(new Error(`Ended with ${code} before it was ready: ${log()}`));
    });
  });
}

/** A process that has ended and that nobody has waited for is no longer alive. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
