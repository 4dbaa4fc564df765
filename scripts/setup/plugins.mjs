import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { reasonOf, SetupFailure } from './failure.mjs';
import { hashTree } from './fingerprint.mjs';

const FOLDER = 'plugins-wasm';
/** What the modules depend on; the modules themselves are left out. */
const SOURCES = [FOLDER, 'cli/plugin', 'package-lock.json'];
/** Who has installed a compiler since has a reason to build again. */
const COMPILERS = ['clang', 'wasm-ld', ...[19, 18, 17, 16, 15, 14].flatMap((n) => [`clang-${n}`, `wasm-ld-${n}`])];

/**
 * The example plugins. One whose language has no compiler here is left out, and everything else runs without it.
 *
 * @type {import('./steps.mjs').Step}
 */
export const plugins = {
  name: 'example plugins',

  isDone({ root, facts, env }) {
    const examples = findExamples(root);
    const [stamp, ...leftOut] = (facts.stamps.plugins ?? '').split(' ');
    if (examples.length > 0 && stamp !== fingerprint(root, examples, env)) return false;
    return examples.every(({ name, module }) => leftOut.includes(name) || existsSync(join(root, module)));
  },

  async provide({ root, facts, env, run }) {
    if (facts.node === undefined) throw new Error('An earlier step provides Node.js');
    const examples = findExamples(root);
    // Taken before the build: what was changed while it ran is then built by the next set-up.
    const before = fingerprint(root, examples, env);
    const folders = examples.map(({ name }) => join(FOLDER, name));
    /** @type {{ name: string, problem?: string }[]} */
    let built;
    try {
      const args = ['--disable-warning=ExperimentalWarning', join('scripts', 'build-plugins.ts'), ...folders];
      built = JSON.parse(await run(facts.node, args, { cwd: root, env }));
    } catch (error) {
      const tried = [{ way: `node scripts/build-plugins.ts ${folders.join(' ')}`, why: reasonOf(error) }];
      const next = 'run that command, and correct what it says';
      throw new SetupFailure('AW_SETUP_PLUGINS', 'Cannot build the example plugins', { tried, next, cause: error });
    }
    const leftOut = built.filter(({ problem }) => problem !== undefined);
    facts.stamps.plugins = [before, ...leftOut.map(({ name }) => name)].join(' ');
    return [
      built
        .filter(({ problem }) => problem === undefined)
        .map(({ name }) => name)
        .join(', ') || 'none',
      ...leftOut.map(({ name, problem }) => `without ${name} (${problem})`),
    ].join('; ');
  },
};

/**
 * Every folder with a manifest.
 *
 * @param {string} root
 */
function findExamples(root) {
  if (!existsSync(join(root, FOLDER))) return [];
  return readdirSync(join(root, FOLDER))
    .filter((name) => existsSync(join(root, FOLDER, name, 'plugin.json')))
    .sort()
    .map((name) => ({ name, module: `${FOLDER}/${name}/${entryOf(join(root, FOLDER, name, 'plugin.json'))}` }));
}

/** A manifest that someone is about to write names no module yet; the build says what is wrong with it. */
function entryOf(/** @type {string} */ manifest) {
  try {
    return JSON.parse(readFileSync(manifest, 'utf8')).entry;
  } catch {
    return 'plugin.wasm';
  }
}

/**
 * @param {string} root
 * @param {readonly { readonly module: string }[]} examples
 * @param {NodeJS.ProcessEnv} env
 */
function fingerprint(root, examples, { PATH = '' }) {
  const compilers = COMPILERS.filter((name) => PATH.split(delimiter).some((folder) => existsSync(join(folder, name))));
  return `${hashTree(root, SOURCES, { skip: examples.map(({ module }) => module) })}+${compilers.join('+')}`;
}
