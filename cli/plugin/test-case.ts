import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createContracts } from '../../runtime/contracts/contracts.ts';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';

/** One call of a plugin and what must come of it. */
export interface TestCase {
  readonly name?: string;
  /** The exported function. */
  readonly function: string;
  /** Given as JSON; nothing when absent. */
  readonly input?: unknown;
  /** What its key-value store holds before. */
  readonly kv?: Readonly<Record<string, string>>;
  /** Job and event types that are taken for unknown; any other is known, with the schema that the plugin gives it. */
  readonly unknownTypes?: readonly string[];
  /** Nothing but success when absent. What is not named here may be anything. */
  readonly expect?: Expectation;
}

export interface Expectation {
  /** JSON where the output is JSON, else its text. */
  readonly output?: unknown;
  /** All of them, in their order: jobs, events, key-value writes. */
  readonly effects?: readonly unknown[];
  /** A part of `CODE: message`: the call must fail with it. */
  readonly error?: string;
}

export interface FoundCase {
  /** The file, from the folder of the plugin on. */
  readonly file: string;
  readonly case: TestCase;
}

const SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'array',
  items: {
    type: 'object',
    properties: {
      name: { type: 'string' },
      function: { type: 'string', minLength: 1 },
      input: true,
      kv: { type: 'object', additionalProperties: { type: 'string' } },
      unknownTypes: { type: 'array', items: { type: 'string' } },
      expect: {
        type: 'object',
        properties: { output: true, effects: { type: 'array' }, error: { type: 'string', minLength: 1 } },
        additionalProperties: false,
      },
    },
    required: ['function'],
    additionalProperties: false,
  },
};
const CONTRACTS = createContracts({ cases: SCHEMA });

/**
 * The cases of `tests/*.json`, by file name; each file has one, or a list. None where there is no such folder.
 *
 * @throws AW_PLUGIN_TEST_INVALID with the file and the place in it
 */
export async function readTestCases(folder: string): Promise<readonly FoundCase[]> {
  const names = await readdir(join(folder, 'tests')).catch(() => []);
  const files = names.filter((name) => name.endsWith('.json')).sort();
  const found = await Promise.all(files.map((name) => readFileOfCases(folder, join('tests', name))));
  return found.flat();
}

async function readFileOfCases(folder: string, file: string): Promise<readonly FoundCase[]> {
  try {
    const content: unknown = JSON.parse(await readFile(join(folder, file), 'utf8'));
    const cases = Array.isArray(content) ? content : [content];
    CONTRACTS.validate('cases', cases);
    return (cases as TestCase[]).map((each) => ({ file, case: each }));
  } catch (cause) {
    const why = (cause as Error).message.replace(/^Data of "cases" breaks its schema: /, '');
    throw new AutoWeaveError('AW_PLUGIN_TEST_INVALID', `Cannot use "${file}": ${why}`, {
      hint: 'a case is {"name", "function", "input", "kv", "expect": {"output", "effects", "error"}}',
      cause,
    });
  }
}
