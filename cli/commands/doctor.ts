import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import { asCalled, type Program, programOf } from '../as-called.ts';
import type { CommandContext } from '../command.ts';
import { loadConfig } from '../config.ts';
import { loadCommandConfig } from '../config-options.ts';
import type { CheckStatus, Finding } from '../doctor/check.ts';
import { CHECKS, perform } from '../doctor/checks.ts';
import { findRunning } from '../doctor/running.ts';
import { FAILED, OK } from '../exit-code.ts';
import type { Colour } from '../output.ts';
import { sanitize, wrap } from '../text.ts';

const COLOURS: Readonly<Record<CheckStatus, Colour>> = { ok: 'green', warn: 'yellow', fail: 'red' };
const NAME_WIDTH = 16;

/** `doctor` */
export async function run(ctx: CommandContext): Promise<number> {
  const { config, configError } = loadWhatCanBe(ctx);
  const running = await findRunning(config, ctx.env);
  const found = await Promise.all(
    CHECKS.map((check) => perform(check, { config, configError, env: ctx.env, running })),
  );
  const findings = found.map((finding) => toldAsCalled(finding, programOf(ctx.env)));
  const status = worstOf(findings);
  if (ctx.isJson) ctx.output.json({ status, checks: findings });
  else for (const finding of findings) show(ctx, finding);
  return status === 'fail' ? FAILED : OK;
}

/** A wrong value is a finding like others: the rest is looked at with the defaults. */
function loadWhatCanBe(ctx: CommandContext) {
  try {
    return { config: loadCommandConfig(ctx).config, configError: undefined };
  } catch (error) {
    if (!(error instanceof AutoWeaveError)) throw error;
    return { config: loadConfig({ env: {}, root: ctx.root }).config, configError: error };
  }
}

function worstOf(findings: readonly Finding[]): CheckStatus {
  if (findings.some(({ status }) => status === 'fail')) return 'fail';
  return findings.some(({ status }) => status === 'warn') ? 'warn' : 'ok';
}

function toldAsCalled({ detail, next, ...rest }: Finding, program: Program): Finding {
  return {
    ...rest,
    detail: asCalled(detail, program),
    ...(next === undefined ? {} : { next: asCalled(next, program) }),
  };
}

function show({ output }: CommandContext, { name, status, detail, next }: Finding): void {
  const margin = ' '.repeat(6 + NAME_WIDTH);
  const width = (output.columns ?? 120) - margin.length;
  output.line(
    `${output.paint(COLOURS[status], status.padEnd(6))}${name.padEnd(NAME_WIDTH)}${wrap(sanitize(detail), width, margin)}`,
  );
  if (next !== undefined) output.line(`${margin}${wrap(sanitize(`→ ${next}`), width, margin)}`);
}
