import type { ExportedKey } from '../actor/control.ts';
import { AutoWeaveError } from '../errors/errors.ts';

/**
 * An exported key from JSON that a person gave.
 *
 * @throws AW_IMPORT_INVALID with the first thing that is wrong
 */
export function readExportedKey(file: unknown): ExportedKey {
  if (typeof file !== 'object' || file === null || Array.isArray(file)) throw invalid('it is no object');
  const { format, actor, key, version, state, exportedAt } = file as Readonly<Record<string, unknown>>;
  if (format !== 1) throw invalid(`"format" is ${JSON.stringify(format)}, known is 1`);
  if (typeof actor !== 'string') throw invalid('"actor" is no text');
  if (typeof key !== 'string') throw invalid('"key" is no text');
  if (!Number.isSafeInteger(version)) throw invalid('"version" is no whole number');
  if (state === undefined) throw invalid('"state" is missing');
  if (typeof exportedAt !== 'string') throw invalid('"exportedAt" is no text');
  return { format, actor, key, version: version as number, state, exportedAt };
}

function invalid(what: string): AutoWeaveError {
  return new AutoWeaveError('AW_IMPORT_INVALID', `Cannot import key: ${what}`, {
    hint: 'give what autoweave actor export wrote',
  });
}
