import { registerHooks } from 'node:module';
import { isAbsolute, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';

let isHooked = false;

/**
 * What a TypeScript or JavaScript file of a user's exports. It may stand anywhere: `import … from 'autoweave'` finds
 * this runtime.
 *
 * @param problem code and remedy of an error that names the file
 * @throws with that code
 */
export async function importFile(
  file: string,
  cwd: string,
  problem: { readonly code: string; readonly what: string; readonly hint: string },
): Promise<readonly unknown[]> {
  if (!isHooked) {
    isHooked = true;
    registerHooks({
      resolve: (specifier, context, next) =>
        specifier === 'autoweave'
          ? { url: new URL('../../runtime/autoweave.ts', import.meta.url).href, shortCircuit: true }
          : next(specifier, context),
    });
  }
  const path = isAbsolute(file) ? file : resolve(cwd, file);
  try {
    return Object.values((await import(pathToFileURL(path).href)) as object);
  } catch (cause) {
    if (cause instanceof AutoWeaveError) throw cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new AutoWeaveError(problem.code, `Cannot load ${problem.what} from "${path}": ${message}`, {
      hint: problem.hint,
      cause,
    });
  }
}
