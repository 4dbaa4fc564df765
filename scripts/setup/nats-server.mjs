import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { stateFolder } from './facts.mjs';
import { reasonOf, SetupFailure } from './failure.mjs';
import { fileStamp } from './fingerprint.mjs';
import { compareVersions, findVersion } from './version.mjs';

/** The first version with message schedules, atomic batches and counters as AutoWeave uses them. */
export const MINIMUM_NATS_VERSION = '2.14.0';

const NEXT =
  'install nats-server 2.14 or newer, or set NATS_SERVER_BIN to its path, and run this again; ' +
  'programs for every platform: https://github.com/nats-io/nats-server/releases';

/**
 * A way to a nats-server. It resolves with the program, or throws why there is none.
 *
 * @typedef {object} Way
 * @property {string} name
 * @property {(scene: import('./steps.mjs').Scene, target: string) => Promise<{ file: string, origin: string }>} find
 */

/** @type {import('./steps.mjs').Step} */
export const natsServer = {
  name: 'nats-server',

  isDone({ facts, env }) {
    const { natsServer: file, natsServerOrigin: origin } = facts;
    if (file === undefined) return false;
    if ((env.NATS_SERVER_BIN || undefined) !== (origin === 'NATS_SERVER_BIN' ? file : undefined)) return false;
    return facts.stamps.natsServer === fileStamp(file);
  },

  async provide(scene) {
    const { root, facts, env, report } = scene;
    const target = join(stateFolder(root), 'bin', 'nats-server');
    const tried = [];
    for (const way of env.NATS_SERVER_BIN ? [byVariable] : [provided, onPath, release, debian]) {
      report(way.name);
      try {
        const { file, origin } = await way.find(scene, target);
        const version = await checkVersion(file, scene);
        const natsServer = fileStamp(file) ?? '';
        Object.assign(facts, { natsServer: file, natsServerVersion: version, natsServerOrigin: origin });
        Object.assign(facts.stamps, { natsServer });
        return `${version}, ${origin}`;
      } catch (error) {
        tried.push({ way: way.name, why: reasonOf(error) });
      }
    }
    const code = env.NATS_SERVER_BIN ? 'AW_SETUP_NATS_SERVER_BIN' : 'AW_SETUP_NATS_SERVER';
    const next = env.NATS_SERVER_BIN ? 'set NATS_SERVER_BIN to a nats-server 2.14 or newer, or unset it' : NEXT;
    throw new SetupFailure(code, 'Cannot provide nats-server', { tried, next });
  },
};

/**
 * What the variable names is used or refused: falling back would run another server than the one asked for.
 *
 * @type {Way}
 */
const byVariable = {
  name: 'NATS_SERVER_BIN',
  async find({ env }) {
    const file = env.NATS_SERVER_BIN ?? '';
    if (!existsSync(file)) throw new Error(`There is no file "${file}"`);
    if (!isExecutable(file)) throw new Error(`"${file}" is not an executable file`);
    return { file, origin: 'NATS_SERVER_BIN' };
  },
};

/** @type {Way} */
const provided = {
  name: 'already below .autoweave',
  async find(_scene, target) {
    if (!existsSync(target)) throw new Error('none yet');
    const { readOrigin } = await import('./provided-binary.mjs');
    return { file: target, origin: readOrigin(target) };
  },
};

/** @type {Way} */
const onPath = {
  name: 'PATH',
  async find({ env }) {
    const files = (env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'nats-server'));
    const file = files.find(isExecutable);
    if (file === undefined) throw new Error('no nats-server in its folders');
    return { file, origin: 'PATH' };
  },
};

/** @type {Way} */
const release = {
  name: 'official release',
  find: async (scene, target) => (await import('./nats-release.mjs')).fromRelease(scene, target),
};

/** @type {Way} */
const debian = {
  name: 'Debian package',
  find: async (scene, target) => (await import('./nats-debian.mjs')).fromDebian(scene, target),
};

/**
 * @param {string} file
 * @param {import('./steps.mjs').Scene} scene
 * @returns {Promise<string>}
 */
async function checkVersion(file, { run }) {
  const version = findVersion(await run(file, ['--version'], { timeoutMs: VERSION_TIMEOUT_MS }));
  if (version === undefined) throw new Error(`"${file}" does not tell its version`);
  if (compareVersions(version, MINIMUM_NATS_VERSION) < 0) {
    throw new Error(`"${file}" is version ${version}, and AutoWeave needs ${MINIMUM_NATS_VERSION} or newer`);
  }
  return version;
}

/** A healthy one answers within 50 ms; a machine that pages may need much longer. */
const VERSION_TIMEOUT_MS = 10_000;

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return fileStamp(file) !== undefined;
  } catch {
    return false;
  }
}
