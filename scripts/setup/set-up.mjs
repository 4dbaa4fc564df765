import { join } from 'node:path';
import { readFacts, stateFolder, writeFacts } from './facts.mjs';
import { formatFailure, SetupFailure } from './failure.mjs';
import { STEPS } from './steps.mjs';

/**
 * @typedef {object} SetUpOptions
 * @property {NodeJS.ProcessEnv} env
 * @property {NodeJS.WriteStream} terminal where progress and errors go
 */

/**
 * Brings a checkout to where AutoWeave can run. Does what is missing and nothing else; when nothing is, it says
 * nothing, starts no program and takes no lock.
 *
 * @param {string} root
 * @param {SetUpOptions} options
 * @returns {Promise<number>} the exit code: 0, or 1 after the failure was explained on the terminal
 */
export async function setUp(root, { env, terminal }) {
  const facts = readFacts(root);
  if (STEPS.every((step) => step.isDone({ root, facts, env }))) return 0;
  try {
    await setUpAlone(root, { env, terminal });
    return 0;
  } catch (error) {
    terminal.write(`${formatFailure(asFailure(error, root))}\n`);
    return 1;
  }
}

/**
 * @param {string} root
 * @param {SetUpOptions} options
 */
async function setUpAlone(root, { env, terminal }) {
  const { createProgress } = await import('./progress.mjs');
  const { takeLock } = await import('./lock.mjs');
  const { run, stopCommands } = await import('./command.mjs');
  const progress = createProgress(terminal);
  const onWait = (/** @type {number} */ pid) =>
    progress.note(`Waiting for another set-up of this checkout (process ${pid})`);
  const lock = await takeLock(join(stateFolder(root), 'setup.lock'), { onWait });
  const stop = (/** @type {NodeJS.Signals} */ signal) => {
    // The lock stays: it names the command that may still be on its way out, and is stale when that is gone.
    stopCommands();
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  };
  for (const signal of SIGNALS) process.once(signal, stop);
  try {
    // Read again: whoever held the lock has done some of it.
    const facts = readFacts(root);
    for (const step of STEPS) {
      if (step.isDone({ root, facts, env })) continue;
      const line = progress.begin(step.name);
      try {
        const result = await step.provide({
          root,
          facts,
          env,
          run: (command, args, options) => run(command, args, { ...options, onSpawn: lock.cover }),
          report: line.update,
        });
        writeFacts(root, facts);
        line.done(result);
      } catch (error) {
        line.failed();
        throw error;
      }
    }
  } finally {
    for (const signal of SIGNALS) process.removeListener(signal, stop);
    lock.release();
  }
}

const SIGNALS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/**
 * What the system refuses (no right to write, no space left) can happen in any step and has one answer.
 *
 * @param {unknown} error
 * @param {string} root
 */
function asFailure(error, root) {
  if (error instanceof SetupFailure) return error;
  if (!(error instanceof Error && 'syscall' in error)) throw error;
  const next = `see that ${root} can be written and has space, then run this again`;
  return new SetupFailure('AW_SETUP_FILES', `Cannot set up: ${error.message}`, { next, cause: error });
}
