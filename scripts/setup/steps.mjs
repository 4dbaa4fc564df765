import { cliLink } from './cli-link.mjs';
import { natsServer } from './nats-server.mjs';
import { nodeRuntime } from './node-runtime.mjs';
import { packages } from './packages.mjs';
import { plugins } from './plugins.mjs';
import { ui } from './ui.mjs';

/**
 * Something that must be there before AutoWeave can run.
 *
 * `isDone` is asked before every start, so it looks at files and starts no program; what `provide` needs beyond that
 * is imported when it is needed. `provide` does what is missing, keeps in the facts what later starts must know, and
 * resolves with a few words for the terminal. It throws a `SetupFailure`.
 *
 * @typedef {object} Step
 * @property {string} name for the terminal
 * @property {(scene: Pick<Scene, 'root' | 'facts' | 'env'>) => boolean} isDone
 * @property {(scene: Scene) => Promise<string>} provide
 *
 * @typedef {object} Scene what a step works on
 * @property {string} root the checkout
 * @property {import('./facts.mjs').Facts} facts stored after every step
 * @property {NodeJS.ProcessEnv} env
 * @property {import('./command.mjs').Run} run
 * @property {(detail: string) => void} report what is being done at the moment
 */

/** In order: each may use what those above it have provided. */
export const STEPS = [nodeRuntime, packages, natsServer, ui, plugins, cliLink];
