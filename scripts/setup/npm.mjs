import { existsSync, realpathSync } from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';
import { CommandError } from './command.mjs';

/**
 * Flags of every `npm ci` of ours. Dependencies for development are needed (the UI is built here), whatever NODE_ENV
 * says; no package in the lock needs its install script, and without them npm 10 and 11 do the same.
 */
const FLAGS = [
  '--include=dev',
  '--include=optional',
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
  '--loglevel=error',
];

/** npm waits 10 to 60 s between its three tries for each package, so that a machine without network waits minutes. */
const PATIENCE = ['--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=5000'];

/**
 * Installs a folder's locked packages. npm itself runs in the Node given, since it picks packages by the version it
 * runs in: an old one silently picks old packages.
 *
 * @param {string} folder
 * @param {string} node
 * @param {import('./command.mjs').Run} run
 */
export async function installLocked(folder, node, run) {
  const npm = findNpm(process.env);
  const [command, ...args] = withNode(node, npm);
  const env = {
    ...process.env,
    PATH: [dirname(node), process.env.PATH ?? ''].join(delimiter),
    npm_config_globalconfig: await findGlobalConfig(npm, run),
  };
  try {
    await run(command, [...args, 'ci', ...FLAGS, ...PATIENCE], { cwd: folder, env });
  } catch (error) {
    if (error instanceof CommandError) throw new Error(essence(error.output) || error.message);
    throw error;
  }
}

/**
 * npm looks for the machine's configuration (a company's registry, its certificates) beside the Node that runs it,
 * where a private Node has none. So the machine's own npm is asked where it is.
 *
 * @param {string} npm
 * @param {import('./command.mjs').Run} run
 */
async function findGlobalConfig(npm, run) {
  if (process.env.npm_config_globalconfig) return process.env.npm_config_globalconfig;
  const [command, ...args] = withNode(process.execPath, npm);
  const output = await run(command, [...args, 'config', 'get', 'globalconfig', '--loglevel=silent']);
  return output.trim();
}

/**
 * @param {string} node
 * @param {string} npm
 * @returns {[string, ...string[]]}
 */
function withNode(node, npm) {
  return npm.endsWith('.js') ? [node, npm] : [npm];
}

/**
 * What npm says went wrong, without the page of usage behind it.
 *
 * @param {string} output
 */
export function essence(output) {
  const lines = output.split('\n').map((line) => line.replace(/^npm (error|ERR!) ?/, '').trimEnd());
  const usage = lines.findIndex((line) => /^(Clean install a project|Usage:)$/.test(line));
  const log = lines.find((line) => line.startsWith('A complete log'));
  const reasons = lines.slice(0, usage === -1 ? undefined : usage).filter((line) => line !== '' && line !== log);
  return [...reasons.slice(0, MAX_REASONS), ...(log === undefined ? [] : [log])].join('\n');
}

const MAX_REASONS = 12;

/**
 * npm's own program where it can be found: the one that runs us, else what `npm` on PATH leads to. A version
 * manager's shim leads to no JavaScript file; it is then called as it is.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {string}
 */
export function findNpm({ npm_execpath: own, PATH = '' }) {
  if (own !== undefined && basename(own) === 'npm-cli.js' && existsSync(own)) return own;
  for (const folder of PATH.split(delimiter)) {
    const candidate = join(folder, 'npm');
    if (!existsSync(candidate)) continue;
    const target = realpathSync(candidate);
    return basename(target) === 'npm-cli.js' ? target : candidate;
  }
  return 'npm';
}
