import { existsSync, lstatSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';

const TARGET = '../../cli/autoweave.mjs';

/**
 * npm links the programs of dependencies, not those of the package itself; this link makes `npx autoweave` work in
 * the checkout.
 *
 * @type {import('./steps.mjs').Step}
 */
export const cliLink = {
  name: 'autoweave command',

  isDone({ root }) {
    return existsSync(linkOf(root)) || !existsSync(join(root, 'cli', 'autoweave.mjs'));
  },

  async provide({ root }) {
    const link = linkOf(root);
    mkdirSync(dirname(link), { recursive: true });
    if (lstatSync(link, { throwIfNoEntry: false }) !== undefined) rmSync(link);
    symlinkSync(TARGET, link);
    return 'npx autoweave';
  },
};

const linkOf = (/** @type {string} */ root) => join(root, 'node_modules', '.bin', 'autoweave');
