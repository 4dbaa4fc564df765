import { TerminalError } from '../../runtime/errors/errors.ts';

/** What can be remembered, beyond what its contract says. */

const MAX_ID = 200;
/** With the longest text, an entry of the log still holds it twice: as the state and as the answer. */
const MAX_METADATA_BYTES = 64 * 1024;
/** Far below what JSON, threads and handlers take before their stack ends. */
const MAX_DEPTH = 64;

/** @throws AW_MEMORY_INVALID */
export function checkMemory(id: string, metadata: unknown): void {
  if (id === '' || id.length > MAX_ID) throw invalid(`its id has ${id.length} characters of 1 to ${MAX_ID}`);
  if (metadata === undefined) return;
  if (isTooDeep(metadata)) throw invalid(`its metadata is nested deeper than ${MAX_DEPTH}`);
  const bytes = Buffer.byteLength(JSON.stringify(metadata));
  if (bytes > MAX_METADATA_BYTES) throw invalid(`its metadata has ${bytes} bytes of ${MAX_METADATA_BYTES}`);
}

/** An object counts as 1, with its values in it as one more. */
export function isTooDeep(value: unknown, left = MAX_DEPTH): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return left === 0 || Object.values(value).some((inner) => isTooDeep(inner, left - 1));
}

function invalid(what: string): TerminalError {
  return new TerminalError('AW_MEMORY_INVALID', `Cannot remember it: ${what}`, {
    hint: 'keep what is long in the text, the id short, and the metadata flat',
  });
}
