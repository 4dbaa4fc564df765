import { registerHooks } from 'node:module';
import { isAbsolute, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type ActorDefinition, defineActor } from '../../runtime/actor/definition.ts';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';

/**
 * Loads actors of one's own from TypeScript or JavaScript files. Every export that looks like an actor is one. A file
 * may stand anywhere: `import … from 'autoweave'` finds this runtime.
 *
 * @throws AW_ACTOR_INVALID, naming the file
 */
export async function loadActors(files: readonly string[], cwd: string): Promise<readonly ActorDefinition[]> {
  if (files.length === 0) return [];
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === 'autoweave'
        ? { url: new URL('../../runtime/autoweave.ts', import.meta.url).href, shortCircuit: true }
        : next(specifier, context),
  });
  const loaded: ActorDefinition[] = [];
  for (const file of files) {
    const path = isAbsolute(file) ? file : resolve(cwd, file);
    const found = Object.values(await importFile(path)).filter(isDefinition);
    if (found.length === 0) {
      throw new AutoWeaveError('AW_ACTOR_INVALID', `No actor is exported from "${path}"`, {
        hint: 'export what defineActor returns',
      });
    }
    for (const definition of found) loaded.push(defineActor({ file, ...definition }));
  }
  return loaded;
}

async function importFile(path: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>;
  } catch (cause) {
    if (cause instanceof AutoWeaveError) throw cause;
    const what = cause instanceof Error ? cause.message : String(cause);
    throw new AutoWeaveError('AW_ACTOR_INVALID', `Cannot load actors from "${path}": ${what}`, {
      hint: 'correct the file, or take it out of AUTOWEAVE_ACTORS and --actor',
      cause,
    });
  }
}

function isDefinition(value: unknown): value is ActorDefinition {
  return (
    typeof value === 'object' &&
    value !== null &&
    'name' in value &&
    'init' in value &&
    typeof value.init === 'function'
  );
}
