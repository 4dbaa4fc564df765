import { basename } from 'node:path';
import { buildPlugin } from '../cli/plugin/build-plugin.ts';
import { AutoWeaveError, toFailure } from '../runtime/errors/errors.ts';

/**
 * Builds the plugins in the folders given and prints what became of each, as JSON. One that cannot be built here is
 * no reason to fail: it is left out.
 */
const built: { readonly name: string; readonly problem?: string }[] = [];
for (const folder of process.argv.slice(2)) {
  const name = basename(folder);
  try {
    await buildPlugin(folder);
    built.push({ name });
  } catch (error) {
    const hint = error instanceof AutoWeaveError && error.hint !== undefined ? `; ${error.hint}` : '';
    // A compiler says more than fits into a line; `autoweave plugin build` shows it.
    built.push({ name, problem: `${toFailure(error).message.split('\n', 1)[0]}${hint}` });
  }
}
console.log(JSON.stringify(built));
