import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * What set-up found or provided, kept in `.autoweave/setup.json`. Launchers read it; only set-up writes it.
 *
 * Paths below the checkout are stored relative to it, so that a checkout that was moved or copied keeps its facts;
 * `readFacts` gives them absolute.
 *
 * @typedef {object} Facts
 * @property {string} [node] the Node that runs AutoWeave
 * @property {string} [nodeVersion] such as `26.10.0`
 * @property {string} [natsServer] the nats-server to start
 * @property {string} [natsServerVersion] such as `2.15.1`
 * @property {string} [natsServerOrigin] where it came from, for people: `PATH`, `Debian forky`, …
 * @property {Record<string, string>} stamps by step: the fingerprint of what the step was last done for
 */

/** The checkout that holds this file. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/[/\\]$/, '');

/** Everything that set-up provides lies here, ignored by git. */
export const stateFolder = (/** @type {string} */ root) => join(root, '.autoweave');

const factsFile = (/** @type {string} */ root) => join(stateFolder(root), 'setup.json');
const PATHS = /** @type {const} */ (['node', 'natsServer']);

/**
 * The facts of a checkout; none when set-up has not run. A file that cannot be parsed counts as none: set-up will
 * write it anew, and everything in it can be found out again.
 *
 * @param {string} root
 * @returns {Facts}
 */
export function readFacts(root) {
  /** @type {Facts} */
  let facts;
  try {
    facts = JSON.parse(readFileSync(factsFile(root), 'utf8'));
  } catch (error) {
    if (!isAbsentOrBroken(error)) throw error;
    return { stamps: {} };
  }
  const resolved = { ...facts, stamps: { ...facts.stamps } };
  for (const name of PATHS) {
    const path = resolved[name];
    if (path !== undefined && !isAbsolute(path)) resolved[name] = join(root, path);
  }
  return resolved;
}

/**
 * Replaces the facts in one rename, so that no reader sees half of them.
 *
 * @param {string} root
 * @param {Facts} facts
 */
export function writeFacts(root, facts) {
  const stored = { ...facts };
  for (const name of PATHS) {
    const path = stored[name];
    if (path?.startsWith(root + sep)) stored[name] = relative(root, path);
  }
  const file = factsFile(root);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.${process.pid}`, `${JSON.stringify(stored, null, 2)}\n`);
  renameSync(`${file}.${process.pid}`, file);
}

/** @param {unknown} error */
function isAbsentOrBroken(error) {
  return error instanceof SyntaxError || (error instanceof Error && 'code' in error && error.code === 'ENOENT');
}
