import type { JobOptionsInput, NewJobInput } from '../../proto/generated/graphql.ts';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import { didYouMean } from '../did-you-mean.ts';

const FIELDS = ['type', 'data', 'options'];
const OPTIONS: readonly (keyof JobOptionsInput)[] = [
  'id',
  'priority',
  'lifo',
  'delayMs',
  'attempts',
  'backoff',
  'attemptTimeoutMs',
  'totalTimeoutMs',
  'deduplicate',
];

/**
 * A line of `--bulk`: `{"type":…,"data":…,"options":…}`. What it does not say itself comes from the command line; data
 * may be left out. The values of options are the gateway's to judge.
 *
 * @throws AW_CLI_USAGE with the number of the line
 */
export function parseJobLine(text: string, line: number, common: JobOptionsInput): NewJobInput {
  let job: unknown;
  try {
    job = JSON.parse(text);
  } catch (cause) {
    throw wrong(line, `is no JSON: ${(cause as Error).message}`);
  }
  if (!isObject(job)) throw wrong(line, 'is no object with type, data and options');
  refuseUnknown(line, job, FIELDS, 'field');
  const { type, data = {}, options = {} } = job;
  if (typeof type !== 'string' || type === '') throw wrong(line, 'has no type');
  if (!isObject(options)) throw wrong(line, 'has options that are no object');
  // The words of the TypeScript API will do, too.
  const { isLifo, ...rest } = options;
  const named = isLifo === undefined ? rest : { ...rest, lifo: isLifo };
  refuseUnknown(line, named, OPTIONS, 'option');
  return { type, data, options: { ...common, ...named, ...upperMode(named['deduplicate']) } };
}

function upperMode(deduplicate: unknown): JobOptionsInput {
  if (!isObject(deduplicate) || typeof deduplicate['mode'] !== 'string') return {};
  return {
    deduplicate: { ...deduplicate, mode: deduplicate['mode'].toUpperCase() } as JobOptionsInput['deduplicate'] & object,
  };
}

function refuseUnknown(line: number, given: object, known: readonly string[], what: string): void {
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const meant = didYouMean(unknown, known);
  throw wrong(line, `has an unknown ${what} "${unknown}"${meant === undefined ? '' : ` (did you mean "${meant}"?)`}`);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrong(line: number, what: string): AutoWeaveError {
  return new AutoWeaveError('AW_CLI_USAGE', `autoweave job add: line ${line} ${what}`, {
    hint: `write each line as {"type":"mail.send","data":{},"options":{"priority":1}}`,
  });
}
