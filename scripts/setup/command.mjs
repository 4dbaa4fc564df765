import { spawn } from 'node:child_process';

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();

/**
 * @typedef {object} CommandOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env]
 * @property {number} [timeoutMs] the command is killed then, and rejects
 * @property {(pid: number) => void} [onSpawn]
 *
 * @typedef {(command: string, args: readonly string[], options?: CommandOptions) => Promise<string>} Run
 */

/** A command that ended with anything but 0. The message ends with the last lines of what it printed, stack traces left out. */
export class CommandError extends Error {
  /**
   * @param {string} command
   * @param {string} how
   * @param {string} output
   */
  constructor(command, how, output) {
    const lines = output
      .trim()
      .split('\n')
      .filter((line) => !/^\s+at /.test(line));
    const tail = lines.slice(-TAIL_LINES).join('\n');
    super(tail === '' ? `${command} ${how}` : `${command} ${how}\n${tail}`);
    this.name = 'CommandError';
    this.output = output;
  }
}

/** Enough for npm's own explanation with the path of its log. */
const TAIL_LINES = 15;

/**
 * Runs a program to its end and resolves with what it printed, both streams in order of arrival. Set-up is quiet:
 * the output is shown only when the program fails.
 *
 * @type {Run}
 */
export async function run(command, args, { cwd, env, timeoutMs, onSpawn } = {}) {
  const child = spawn(command, args, { cwd, env, timeout: timeoutMs, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  if (child.pid !== undefined) onSpawn?.(child.pid);
  let output = '';
  const collect = (/** @type {Buffer} */ chunk) => {
    output += chunk;
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  try {
    const { code, signal } = await ended(child);
    if (code !== 0)
      throw new CommandError(command, code === null ? `was ended by ${signal}` : `ended with ${code}`, output);
    return output;
  } finally {
    running.delete(child);
  }
}

/**
 * Ends what still runs. Called when set-up itself is told to stop: an npm that goes on alone would write into a
 * folder that the next set-up believes to be its own.
 */
export function stopCommands() {
  for (const child of running) child.kill('SIGTERM');
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<{ code: number | null, signal: NodeJS.Signals | null }>} rejects when the program cannot be started
 */
function ended(child) {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
}
