import { join } from 'node:path';
import { NODE_FLAGS } from '../../../scripts/run.mjs';
import { ROOT } from '../../harness/root.ts';
import { until } from '../../harness/until.ts';
import type { Keeper } from '../keeper.ts';
import { type Program, startProgram } from '../program.ts';
import type { AdderOrder, Word, WorkerOrder } from './words.ts';

/** A worker or adder, through all its lives. */
export interface QueueProcess {
  readonly name: string;
  readonly isRunning: boolean;
  /** What it has said in all its lives. */
  readonly words: readonly Word[];
  readonly log: string;
  /** Times that it ended without being told to. */
  readonly deaths: number;
  /** Resolves when it is ready. */
  start(): Promise<void>;
  /** By SIGKILL. */
  kill(): Promise<void>;
  /** By SIGTERM. */
  stop(): Promise<void>;
  /** By SIGSTOP. */
  suspend(): void;
  resume(): void;
  /** A line on its standard input. */
  nudge(): void;
}

export interface QueueProcessParts {
  readonly keeper: Keeper;
  readonly name: string;
  readonly program: 'worker' | 'adder';
  readonly order: WorkerOrder | AdderOrder;
  /** One that ends by itself is started again. */
  readonly isRestarted?: boolean;
}

export function createQueueProcess({ keeper, name, program, order, isRestarted }: QueueProcessParts): QueueProcess {
  const words: Word[] = [];
  let log = '';
  let deaths = 0;
  let current: Program | undefined;
  let isEnding = false;

  const start = async (): Promise<void> => {
    let isReady = false;
    isEnding = false;
    const command = [process.execPath, ...NODE_FLAGS, join(import.meta.dirname, `${program}-main.ts`)] as const;
    const started = startProgram([command[0], ...command.slice(1), JSON.stringify(order)], {
      keeper,
      env: { NODE_COMPILE_CACHE: join(ROOT, '.autoweave', 'cache', 'compile') },
      onLine(line) {
        const word = JSON.parse(line) as Word;
        words.push(word);
        isReady ||= word.kind === 'ready';
      },
    });
    current = started;
    void started.exited.then(({ code }) => {
      log += started.log;
      if (isEnding || code === 0) return;
      deaths++;
      if (isRestarted) void start().catch(() => undefined);
    });
    await until(() => isReady || !started.isRunning, `${name} to be ready`, { patienceMs: 60_000 });
    if (!isReady && !isRestarted) throw new Error(`${name} ended before it was ready; its log:\n${started.log}`);
  };

  const end = async (signal: NodeJS.Signals): Promise<void> => {
    isEnding = true;
    current?.signal(signal);
    // A stopped process takes its SIGTERM only then.
    current?.signal('SIGCONT');
    await current?.exited;
  };

  return {
    name,
    words,
    start,
    get isRunning() {
      return current?.isRunning ?? false;
    },
    get log() {
      return log + (current?.isRunning ? current.log : '');
    },
    get deaths() {
      return deaths;
    },
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    suspend: () => current?.signal('SIGSTOP'),
    resume: () => current?.signal('SIGCONT'),
    nudge: () => current?.tell({}),
  };
}
