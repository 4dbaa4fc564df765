import { type ActorDefinition, defineActor } from '../../runtime/actor/definition.ts';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import { importFile } from './import-file.ts';

const PROBLEM = {
  code: 'AW_ACTOR_INVALID',
  what: 'actors',
  hint: 'correct the file, or take it out of AUTOWEAVE_ACTORS and --actor',
};

/**
 * Loads actors of one's own. Every export that looks like an actor is one.
 *
 * @throws AW_ACTOR_INVALID, naming the file
 */
export async function loadActors(files: readonly string[], cwd: string): Promise<readonly ActorDefinition[]> {
  const loaded: ActorDefinition[] = [];
  for (const file of files) {
    const found = (await importFile(file, cwd, PROBLEM)).filter(isDefinition);
    if (found.length === 0) {
      throw new AutoWeaveError('AW_ACTOR_INVALID', `No actor is exported from "${file}"`, {
        hint: 'export what defineActor returns',
      });
    }
    for (const definition of found) loaded.push(defineActor({ file, ...definition }));
  }
  return loaded;
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
