import assert from 'node:assert/strict';
import { stripVTControlCharacters } from 'node:util';
import { createSandbox, type Sandbox } from './sandbox.ts';
import { type Expectation, type FoundCase, readTestCases, type TestCase } from './test-case.ts';

export interface CaseResult {
  readonly file: string;
  readonly name: string;
  readonly durationMs: number;
  /** Absent when it passed: what is otherwise than expected, over several lines. */
  readonly problem?: string;
  /** What the plugin logged: `info: …`. */
  readonly log: readonly string[];
}

/**
 * Runs the cases of a plugin, one after the other, each on a key-value store of its own. The instance
 * stays the same, as it does in life.
 *
 * @param module in place of the one that lies there
 * @throws AW_PLUGIN_TEST_INVALID, and what reading and loading the plugin throws
 */
export async function testPlugin(folder: string, module?: Uint8Array): Promise<readonly CaseResult[]> {
  const cases = await readTestCases(folder);
  await using sandbox = await createSandbox(folder, module);
  const results: CaseResult[] = [];
  for (const each of cases) results.push(await runCase(sandbox, each));
  return results;
}

async function runCase(sandbox: Sandbox, { file, case: test }: FoundCase): Promise<CaseResult> {
  const startMs = performance.now();
  const { log, ...came } = await call(sandbox, test);
  const problem = judge(came, test.expect ?? {});
  return {
    file,
    name: test.name ?? test.function,
    durationMs: Math.round((performance.now() - startMs) * 10) / 10,
    ...(problem === undefined ? {} : { problem }),
    log,
  };
}

type Came = { readonly error: string } | { readonly output: unknown; readonly effects: readonly unknown[] };

async function call(sandbox: Sandbox, test: TestCase): Promise<Came & { readonly log: readonly string[] }> {
  const input = test.input === undefined ? '' : JSON.stringify(test.input);
  const { outcome, log } = await sandbox.call(test.function, input, {
    kv: test.kv ?? {},
    unknownTypes: test.unknownTypes ?? [],
  });
  if (outcome instanceof Error) {
    const code = 'code' in outcome ? `${outcome.code}: ` : '';
    return { error: `${code}${outcome.message}`, log };
  }
  return { output: readOutput(outcome.output), effects: outcome.effects, log };
}

/** What is otherwise than expected; undefined when nothing is. */
export function judge(came: Came, expect: Expectation): string | undefined {
  if (expect.error !== undefined) {
    if (!('error' in came)) return `expected an error with "${expect.error}", but the call succeeded`;
    return came.error.includes(expect.error) ? undefined : `expected an error with "${expect.error}"\n${came.error}`;
  }
  if ('error' in came) return came.error;
  const problems = [
    'output' in expect ? compare('output', came.output, expect.output) : undefined,
    expect.effects === undefined ? undefined : compare('effects', came.effects, expect.effects),
  ];
  return problems.filter((problem) => problem !== undefined).join('\n') || undefined;
}

function compare(what: string, actual: unknown, expected: unknown): string | undefined {
  try {
    assert.deepEqual(actual, expected);
    return undefined;
  } catch (error) {
    // Its first line says only that they differ; the lines with the difference follow. On a terminal it has colours,
    // which a terminal gets from nobody but us; those of the values themselves are quoted in it.
    const lines = stripVTControlCharacters((error as Error).message)
      .split('\n')
      .slice(1);
    return [`${what}: not what was expected`, ...lines.filter((line) => line !== '')].join('\n');
  }
}

function readOutput(bytes: Uint8Array): unknown {
  const text = new TextDecoder().decode(bytes);
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
