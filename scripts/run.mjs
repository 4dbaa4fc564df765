import { spawn } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';
import { constants } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT, stateFolder } from './setup/facts.mjs';
import { findNode } from './setup/node-runtime.mjs';

/**
 * What each of our processes runs with. The young generation stays at 4 MB per half: left alone it grows to 16 MB in a
 * burst and is never given back, 46 MB of a runtime that is idle again.
 */
export const NODE_FLAGS = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=4'];
const FORWARDED = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/** One Ctrl-C reaches us twice under npm, which passes on what the terminal has already sent. */
const SAME_SIGNAL_MS = 1_000;
const PARENT_POLL_MS = 500;

/**
 * Runs a TypeScript file in the Node that runs AutoWeave, with our own terminal, and resolves with the exit code when
 * it has ended; when a signal ended it, that signal ends us too and nothing is resolved.
 *
 * The child has an IPC channel to us for one purpose: it sees `disconnect` when we are gone, even by SIGKILL.
 *
 * @param {string} file absolute, or relative to the checkout
 * @param {readonly string[]} [args]
 * @param {{ root?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<number>}
 */
export async function runWithNode(file, args = [], { root = ROOT, env = process.env } = {}) {
  const node = findNode(root);
  if (node === undefined) {
    const found = `Node.js ${process.versions.node} is too old and no private one is there`;
    process.stderr.write(`AW_SETUP_MISSING: ${found}\nDo this: run \`node scripts/setup.mjs\` in ${root}\n`);
    return 1;
  }
  const child = spawn(node, [...NODE_FLAGS, resolve(root, file), ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { NODE_COMPILE_CACHE: join(stateFolder(root), 'cache', 'compile'), ...env },
  });
  const stops = [forwardSignals(child), endWithNpm(child, env)];
  const { code, signal } = await ended(child);
  for (const stop of stops) stop();
  return signal === null ? (code ?? 1) : dieBy(signal);
}

/**
 * Passes each signal on once. What the terminal sends goes to its whole foreground group, the child included: passing
 * that on would look like the second, impatient Ctrl-C.
 *
 * @param {import('node:child_process').ChildProcess} child
 */
function forwardSignals(child) {
  /** @type {Map<NodeJS.Signals, number>} */
  const lastMs = new Map();
  const terminalAtStart = lookAtTerminal();
  const isFromTerminal = (/** @type {NodeJS.Signals} */ signal) => {
    // A terminal that was closed is gone when it is looked for, and tells only the leader of its session.
    if (signal === 'SIGHUP') return terminalAtStart.isForeground && !terminalAtStart.isLeader;
    return signal === 'SIGINT' && lookAtTerminal().isForeground;
  };
  const forward = (/** @type {NodeJS.Signals} */ signal) => {
    const nowMs = performance.now();
    const isRepeated = nowMs - (lastMs.get(signal) ?? Number.NEGATIVE_INFINITY) < SAME_SIGNAL_MS;
    lastMs.set(signal, nowMs);
    if (!isRepeated && !isFromTerminal(signal)) child.kill(signal);
  };
  for (const signal of FORWARDED) process.on(signal, forward);
  return () => {
    for (const signal of FORWARDED) process.removeListener(signal, forward);
  };
}

/**
 * npm passes SIGTERM to its shell, which ends by it and tells nobody; killed itself, it can pass on nothing. Either
 * way our parent changes. Only npm is watched so: a shell may well end before what it has started.
 *
 * @param {import('node:child_process').ChildProcess} child
 * @param {NodeJS.ProcessEnv} env
 */
function endWithNpm(child, env) {
  if (env.npm_lifecycle_event === undefined) return () => {};
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    child.kill('SIGTERM');
  }, PARENT_POLL_MS);
  return () => clearInterval(timer);
}

/**
 * Whether the terminal's signals reach us, and whether we lead its session. Linux tells: in `/proc/self/stat`, behind
 * the name in brackets, stand from the third field on our process group, session, terminal, and the terminal's
 * foreground group. Elsewhere a terminal on any of our streams must do.
 */
function lookAtTerminal() {
  if (process.platform !== 'linux') {
    const isForeground = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
    return { isForeground, isLeader: false };
  }
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const [, , group, session, , foreground] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { isForeground: group === foreground, isLeader: session === String(process.pid) };
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<{ code: number | null, signal: NodeJS.Signals | null }>}
 */
function ended(child) {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
}

/**
 * Ends this process as the child was ended, so that a shell sees the same. Where the signal is ignored, resolves with
 * the shells' number for it.
 *
 * @param {NodeJS.Signals} signal
 * @returns {Promise<number>}
 */
async function dieBy(signal) {
  process.kill(process.pid, signal);
  await new Promise((resolve) => setTimeout(resolve, SAME_SIGNAL_MS));
  return 128 + constants.signals[signal];
}

if (realpathSync(process.argv[1] ?? '') === fileURLToPath(import.meta.url)) {
  const [file, ...args] = process.argv.slice(2);
  if (file === undefined) {
    process.stderr.write('AW_RUN_USAGE: No file given\nDo this: node scripts/run.mjs <file.ts> [arguments]\n');
    process.exitCode = 2;
  } else {
    process.exitCode = await runWithNode(file, args);
  }
}
