import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Keeper } from './keeper.ts';

/** A process that we have started and may end. */
export interface Program {
  readonly pid: number;
  readonly isRunning: boolean;
  readonly exited: Promise<Exit>;
  /** What it wrote to its standard error, or the end of it. */
  readonly log: string;
  tell(message: object): void;
  signal(signal: NodeJS.Signals): void;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ProgramOptions {
  readonly keeper: Keeper;
  readonly env?: Readonly<Record<string, string>>;
  readonly onLine?: (line: string) => void;
}

const MAX_LOG = 4_000_000;

export function startProgram(command: readonly [string, ...string[]], options: ProgramOptions): Program {
  const { keeper, onLine = () => {} } = options;
  const [file, ...args] = command;
  const child = spawn(file, args, { env: environment(options.env), stdio: ['pipe', 'pipe', 'pipe'] });
  const { pid } = child;
  if (pid === undefined) throw new Error(`Cannot start "${file}"`);
  keeper.add(pid);
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-MAX_LOG);
  });
  createInterface(child.stdout).on('line', onLine);
  // It may end while it is told something.
  child.stdin.on('error', () => undefined);
  let isRunning = true;
  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => {
      isRunning = false;
      keeper.forget(pid);
      resolve({ code, signal });
    });
  });
  return {
    pid,
    exited,
    get isRunning() {
      return isRunning;
    },
    get log() {
      return log;
    },
    tell: (message) => void child.stdin.write(`${JSON.stringify(message)}\n`),
    signal: (signal) => void child.kill(signal),
  };
}

/** Ours, without what configures an AutoWeave or tells a process that it is a test. */
function environment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('AUTOWEAVE_') && name !== 'NODE_TEST_CONTEXT',
  );
  return { ...Object.fromEntries(inherited), ...more };
}
