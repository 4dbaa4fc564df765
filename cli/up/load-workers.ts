import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import { defineWorker, type WorkerDefinition } from '../../runtime/queue/worker-definition.ts';
import { importFile } from './import-file.ts';

const PROBLEM = {
  code: 'AW_WORKER_INVALID',
  what: 'workers',
  hint: 'correct the file, or take it out of AUTOWEAVE_WORKERS and --worker',
};

/**
 * Loads workers of one's own. Every export that looks like a worker is one.
 *
 * @throws AW_WORKER_INVALID, naming the file
 */
export async function loadWorkers(files: readonly string[], cwd: string): Promise<readonly WorkerDefinition[]> {
  const loaded: WorkerDefinition[] = [];
  for (const file of files) {
    const found = (await importFile(file, cwd, PROBLEM)).filter(isDefinition);
    if (found.length === 0) {
      throw new AutoWeaveError('AW_WORKER_INVALID', `No worker is exported from "${file}"`, {
        hint: 'export what defineWorker returns',
      });
    }
    for (const definition of found) loaded.push(defineWorker(definition));
  }
  return loaded;
}

function isDefinition(value: unknown): value is WorkerDefinition {
  return (
    typeof value === 'object' &&
    value !== null &&
    'queue' in value &&
    'jobs' in value &&
    typeof value.jobs === 'object' &&
    value.jobs !== null
  );
}
