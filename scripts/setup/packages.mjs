import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { reasonOf, SetupFailure } from './failure.mjs';
import { hashContents } from './fingerprint.mjs';

/** @type {import('./steps.mjs').Step} */
export const packages = {
  name: 'npm packages',

  isDone({ root, facts }) {
    return facts.stamps.packages === fingerprint(root) && existsSync(installed(root));
  },

  async provide({ root, facts, run }) {
    if (facts.node === undefined) throw new Error('The step before provides Node.js');
    const { installLocked } = await import('./npm.mjs');
    rmSync(installed(root), { force: true });
    try {
      await installLocked(root, facts.node, run);
    } catch (error) {
      const why = reasonOf(error);
      const tried = [{ way: 'npm ci', why }];
      const next = why.includes('EUSAGE')
        ? 'run `npm install`, which brings package-lock.json up to date, and commit it'
        : 'run `npm ping`; when npm reaches its registry, run this again';
      throw new SetupFailure('AW_SETUP_PACKAGES', 'Cannot install the npm packages', { tried, next, cause: error });
    }
    facts.stamps.packages = fingerprint(root);
    return 'installed as locked';
  },
};

/** npm writes this file last and we remove it first: without it an install was interrupted or undone. */
const installed = (/** @type {string} */ root) => join(root, 'node_modules', '.package-lock.json');

/**
 * The platform is part of it: a checkout can be shared with a container, native packages cannot.
 *
 * @param {string} root
 */
function fingerprint(root) {
  const hash = hashContents([join(root, 'package.json'), join(root, 'package-lock.json')]);
  return `${hash} ${process.platform}-${process.arch}`;
}
