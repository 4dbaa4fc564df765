import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import type { CommandContext } from '../command.ts';
import { FAILED, OK } from '../exit-code.ts';
import { compilePlugin, writeModule } from '../plugin/build-plugin.ts';
import { type CaseResult, testPlugin } from '../plugin/test-plugin.ts';
import { sanitize } from '../text.ts';
import { buildText } from './plugin-build.ts';

/** `plugin test [DIR]` */
export async function run(ctx: CommandContext): Promise<number> {
  const folder = ctx.arguments['DIR'] ?? '.';
  const compiled = ctx.options.flag('no-build') ? undefined : await compilePlugin(folder);
  if (compiled !== undefined) {
    if (compiled.warnings !== '') ctx.output.note(compiled.warnings);
    ctx.output.note(buildText(compiled));
  }
  const results = await testPlugin(folder, compiled?.module);
  if (results.length === 0) {
    throw new AutoWeaveError('AW_PLUGIN_TEST_NONE', `"${folder}" has no tests/*.json with a case`, {
      hint: 'write one such as {"function": "greet", "input": {"name": "Ann"}, "expect": {"output": "…"}}',
    });
  }
  const hasPassed = results.every(({ problem }) => problem === undefined);
  // Not before: a plugin that is loaded is loaded anew when its module changes, whoever has written it.
  if (hasPassed && compiled !== undefined) await writeModule(compiled);
  if (ctx.isJson) ctx.output.json(results);
  else showResults(ctx, results);
  return hasPassed ? OK : FAILED;
}

/** A line for each case, and below one that failed what came instead and what the plugin logged. */
function showResults({ output }: CommandContext, results: readonly CaseResult[]): void {
  for (const result of results) {
    const { file, name, durationMs, problem } = result;
    if (problem === undefined) {
      output.line(`${output.paint('green', '✔')} ${sanitize(name)} (${durationMs} ms)`);
    } else {
      output.line(`${output.paint('red', '✖')} ${sanitize(name)} (${file})`);
      for (const line of problemLines(result)) output.line(`    ${line}`);
    }
  }
  output.line(summary(results));
}

export function problemLines({ problem = '', log }: CaseResult): readonly string[] {
  return [...problem.split('\n'), ...log.map((line) => `logged ${line}`)].map(sanitize);
}

/** `3 of 4 cases passed` */
export function summary(results: readonly CaseResult[]): string {
  const passed = results.filter(({ problem }) => problem === undefined).length;
  if (passed < results.length) return `${passed} of ${results.length} cases passed`;
  return passed === 1 ? '1 case passed' : `All ${passed} cases passed`;
}
