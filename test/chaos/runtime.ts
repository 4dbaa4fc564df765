import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { NODE_FLAGS } from '../../scripts/run.mjs';
import { ROOT } from '../harness/root.ts';
import { until } from '../harness/until.ts';
import type { Keeper } from './keeper.ts';
import { type Program, startProgram } from './program.ts';
import type { Snare, Word } from './snare.ts';

/** One of the runtimes on the broker, through all its lives. */
export interface Runtime {
  readonly name: string;
  readonly pid: number;
  readonly isRunning: boolean;
  /** What its present process has said; `up` says nothing of the kind. */
  readonly words: readonly Word[];
  /** What it did that nobody had asked for: ended by itself, or not in time, or with an error. */
  readonly faults: readonly string[];
  /** Of all its lives. */
  readonly log: string;
  /** Resolves when it is ready. */
  start(): Promise<void>;
  /** By SIGKILL. */
  kill(): Promise<void>;
  /** By SIGTERM. */
  stop(): Promise<void>;
  /** By SIGSTOP. */
  suspend(): void;
  resume(): void;
  set(snare: Snare): void;
}

/** `worker` is worker.ts, which can be stopped right before a batch; `up` is a whole AutoWeave. */
export type RuntimeKind = 'worker' | 'up';

export interface RuntimeParts {
  readonly keeper: Keeper;
  readonly kind: RuntimeKind;
  readonly name: string;
  readonly url: string;
  readonly keepHandledMs: number;
}

const STOP_MS = 30_000;
const LOG_CHARACTERS = 3_000;

export function createRuntime(parts: RuntimeParts): Runtime {
  const { keeper, name } = parts;
  const faults: string[] = [];
  let words: Word[] = [];
  let program: Program | undefined;
  let formerLog = '';
  /** The process that is to end now. */
  let ending: Program | undefined;

  const current = (): Program => {
    if (program === undefined) throw new Error(`${name} was never started`);
    return program;
  };

  const complain = (what: string): void => {
    faults.push(`${name} ${what}; its log ends with:\n${program?.log.slice(-LOG_CHARACTERS) ?? ''}`);
  };

  const start = async (): Promise<void> => {
    formerLog += program === undefined ? '' : `${program.log}--- another life\n`;
    const heard: Word[] = [];
    let isReady = false;
    const started = startProgram(commandOf(parts), {
      keeper,
      env: environmentOf(parts),
      onLine(line) {
        if (line.startsWith('{')) heard.push(JSON.parse(line) as Word);
        isReady ||= line.startsWith('AutoWeave is ready') || line === '{"kind":"ready"}';
      },
    });
    words = heard;
    program = started;
    void started.exited.then(({ code, signal }) => {
      if (ending !== started) complain(`ended by itself with ${code ?? signal}`);
    });
    await until(() => isReady || !started.isRunning, `${name} to be ready`, { patienceMs: 60_000 });
    if (!isReady) throw new Error(faults.at(-1));
  };

  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const last = (ending = current());
    last.signal(signal);
    const late = new AbortController();
    const isOver = await Promise.race([
      last.exited.then(() => true),
      pause(STOP_MS, false, { signal: late.signal }).catch(() => false),
    ]);
    late.abort();
    if (isOver) return;
    complain(`has not ended within ${STOP_MS} ms after ${signal}`);
    last.signal('SIGKILL');
    await last.exited;
  };

  return {
    name,
    faults,
    start,
    get log() {
      return formerLog + (program?.log ?? '');
    },
    get pid() {
      return current().pid;
    },
    get isRunning() {
      return program?.isRunning ?? false;
    },
    get words() {
      return words;
    },
    kill: () => end('SIGKILL'),
    async stop() {
      await end('SIGTERM');
      const { code, signal } = await current().exited;
      if (code !== 0) complain(`ended with ${code ?? signal} when it was asked to stop`);
    },
    suspend: () => current().signal('SIGSTOP'),
    resume: () => current().signal('SIGCONT'),
    set: (snare) => current().tell(snare),
  };
}

function commandOf({ kind, url, keepHandledMs }: RuntimeParts): readonly [string, ...string[]] {
  const node = [process.execPath, ...NODE_FLAGS] as const;
  return kind === 'up'
    ? [...node, join(ROOT, 'cli', 'main.ts'), 'up']
    : [...node, join(import.meta.dirname, 'worker.ts'), url, String(keepHandledMs)];
}

function environmentOf({ kind, keeper, name, url }: RuntimeParts): Readonly<Record<string, string>> {
  const cache = { NODE_COMPILE_CACHE: join(ROOT, '.autoweave', 'cache', 'compile') };
  if (kind === 'worker') return cache;
  const data = join(keeper.directory, name.replaceAll(' ', '-'));
  mkdirSync(data, { recursive: true });
  return {
    ...cache,
    AUTOWEAVE_DATA: data,
    AUTOWEAVE_PORT: '0',
    AUTOWEAVE_USB: 'off',
    AUTOWEAVE_LOG_FORMAT: 'json',
    AUTOWEAVE_NATS_URL: url,
    AUTOWEAVE_ACTORS: join(import.meta.dirname, 'actors.ts'),
  };
}
