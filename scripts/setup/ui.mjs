import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { reasonOf, SetupFailure } from './failure.mjs';
import { hashTree } from './fingerprint.mjs';

/** What the built UI depends on; its own folder without the result. */
const SOURCES = ['ui', 'proto/generated', 'package-lock.json'];
const RESULT = 'ui/dist';

/** @type {import('./steps.mjs').Step} */
export const ui = {
  name: 'UI',

  isDone({ root, facts }) {
    if (!existsSync(join(root, 'ui', 'vite.config.ts'))) return true;
    return facts.stamps.ui === fingerprint(root) && existsSync(join(root, RESULT, 'index.html'));
  },

  async provide({ root, facts, run }) {
    if (facts.node === undefined) throw new Error('An earlier step provides Node.js');
    const before = fingerprint(root);
    try {
      const vite = join('node_modules', 'vite', 'bin', 'vite.js');
      await run(facts.node, [vite, 'build', 'ui', '--logLevel', 'warn'], { cwd: root });
    } catch (error) {
      const tried = [{ way: 'vite build ui', why: reasonOf(error) }];
      const next = 'correct what vite names above in ui/, then run this again';
      throw new SetupFailure('AW_SETUP_UI', 'Cannot build the UI', { tried, next, cause: error });
    }
    // Taken before the build: what was changed while it ran is then built by the next set-up.
    facts.stamps.ui = before;
    return `built into ${RESULT}`;
  },
};

/** @param {string} root */
function fingerprint(root) {
  return hashTree(root, SOURCES, { skip: [RESULT] });
}
