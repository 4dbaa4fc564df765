import { execFileSync, spawn } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync, statSync } from 'node:fs';
import type { Clock } from '../../clock/clock.ts';

/** A nats-server that runs on this machine, whether this process started it or an earlier one. */
export interface ServerProcess {
  readonly pid: number;
  /** Resolves once when it is gone, with how it ended as far as that is known. */
  readonly ended: Promise<string>;
  isAlive(): boolean;
  /** SIGTERM, and SIGKILL when it is still there after `graceMs`. Resolves when it is gone, as far as it can be. */
  stop(graceMs: number): Promise<void>;
}

export interface SpawnOptions {
  readonly serverPath: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** What it prints goes here: a configuration error, or the trace of a crash. Emptied first. */
  readonly outputFile: string;
  readonly clock: Clock;
}

/** An adopted process is no child of ours: nobody tells us of its end, so we look. */
const POLL_MS = 250;
const STOP_POLL_MS = 10;
/** A process that waits for a disk that does not answer outlives even SIGKILL; nothing is gained by waiting longer. */
const KILL_MS = 5_000;

/**
 * Starts nats-server in a process group of its own: Ctrl-C in the terminal reaches the runtime only, which drains
 * first, and a runtime that is killed leaves it running. Its output goes to a file, not to a pipe, whose reader
 * would die with the runtime and take the server along.
 */
export function spawnServer({ serverPath, args, env, cwd, outputFile, clock }: SpawnOptions): Promise<ServerProcess> {
  const output = openOutput(outputFile);
  const child = spawn(serverPath, args, { cwd, env, detached: true, stdio: ['ignore', output, output] });
  if (typeof output === 'number') closeSync(output);
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(code === null ? `was ended by ${signal}` : `ended with ${code}`));
  });
  const isAlive = () => child.exitCode === null && child.signalCode === null;
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('spawn', () => resolve(createProcess(child.pid!, ended, isAlive, clock)));
  });
}

/** A running nats-server that an earlier process started. */
export function adoptProcess(pid: number, clock: Clock): ServerProcess {
  const startedAt = startTime(pid);
  const isAlive = () => isRunning(pid) && startTime(pid) === startedAt;
  const { promise, resolve } = Promise.withResolvers<string>();
  const look = () => (isAlive() ? void clock.schedule(POLL_MS, look) : resolve('ended'));
  look();
  const adopted = createProcess(pid, promise, isAlive, clock);
  return {
    ...adopted,
    async stop(graceMs) {
      await adopted.stop(graceMs);
      resolve('was stopped');
    },
  };
}

/**
 * The nats-server that was started for these folders: the one whose id is given, else any.
 *
 * @param workingDirectory that it was started in. Its path alone would not do: processes of a container are seen from
 * outside, and the same path is another folder in there.
 * @returns its process id
 */
export function findProcess(
  storeDirectory: string,
  workingDirectory: string,
  likelyPid: number | undefined,
): number | undefined {
  const isIt = (args: readonly string[]) => args.some((arg, at) => arg === '-sd' && args[at + 1] === storeDirectory);
  if (process.platform === 'linux') {
    const pids = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
    const ordered = likelyPid === undefined ? pids : [likelyPid, ...pids];
    return ordered.find((pid) => isIt(commandLine(pid)) && isRunning(pid) && isIn(pid, workingDirectory));
  }
  // `ps` joins the arguments with blanks, which a folder's name may hold too: look for the joined text.
  const lines = execFileSync('ps', ['-axww', '-o', 'pid=,command='], { encoding: 'utf8' }).split('\n');
  const line = lines.find((text) => text.includes(` -sd ${storeDirectory} -`));
  return line === undefined ? undefined : Number.parseInt(line, 10);
}

function createProcess(pid: number, ended: Promise<string>, isAlive: () => boolean, clock: Clock): ServerProcess {
  return {
    pid,
    ended,
    isAlive,
    async stop(graceMs) {
      // Its id may be another's by now.
      if (!isAlive()) return;
      const deadline = clock.monotonic() + graceMs;
      signal(pid, 'SIGTERM');
      while (isAlive() && clock.monotonic() < deadline) await clock.sleep(STOP_POLL_MS);
      // A process that was stopped (SIGSTOP) takes nothing but this.
      if (isAlive()) signal(pid, 'SIGKILL');
      const end = clock.monotonic() + KILL_MS;
      while (isAlive() && clock.monotonic() < end) await clock.sleep(STOP_POLL_MS);
    },
  };
}

/** On a full disk a new file may be refused, which is no reason not to start. */
function openOutput(file: string): number | 'ignore' {
  try {
    return openSync(file, 'w', 0o600);
  } catch {
    return 'ignore';
  }
}

function signal(pid: number, name: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (codeOf(error) !== 'ESRCH') throw error;
  }
}

/** A process that has ended but that nobody has waited for (in a container, often for ever) does not run. */
export function isRunning(pid: number): boolean {
  if (process.platform === 'linux') {
    const state = statFields(pid)?.[0];
    return state !== undefined && state !== 'Z' && state !== 'X';
  }
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

/** A process id alone comes around again; where the system tells its start cheaply, both are compared. */
function startTime(pid: number): string | undefined {
  return statFields(pid)?.[19];
}

/** The fields of Linux' `/proc/<pid>/stat` from the third on; the second is a name in brackets that may hold anything. */
function statFields(pid: number): readonly string[] | undefined {
  const stat = readIfThere(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function isIn(pid: number, folder: string): boolean {
  try {
    const [there, here] = [statSync(`/proc/${pid}/cwd`), statSync(folder)];
    return there.dev === here.dev && there.ino === here.ino;
  } catch {
    // Ended meanwhile, or another user's.
    return false;
  }
}

function commandLine(pid: number): readonly string[] {
  return readIfThere(`/proc/${pid}/cmdline`)?.split('\0') ?? [];
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
