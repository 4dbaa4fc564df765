import type { Contracts } from '../../runtime/contracts/contracts.ts';
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

/**
 * A job of a type that has no schema could never be added.
 *
 * @throws AW_WORKER_INVALID
 */
export function checkSchemas({ queue, jobs }: WorkerDefinition, contracts: Pick<Contracts, 'has'>): void {
  const missing = Object.keys(jobs).filter((type) => !contracts.has(type));
  if (missing.length === 0) return;
  throw new AutoWeaveError(
    'AW_WORKER_INVALID',
    `Cannot start the worker of queue "${queue}": ${missing.map((type) => `"${type}"`).join(', ')} has no schema`,
    { hint: 'add it to the schemas of the worker; {} allows any data' },
  );
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
