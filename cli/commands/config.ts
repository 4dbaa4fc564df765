import { join } from 'node:path';
import type { CommandContext } from '../command.ts';
import { type ConfigValue, showValue } from '../config.ts';
import { loadCommandConfig } from '../config-options.ts';
import { OK } from '../exit-code.ts';
import type { Column } from '../output.ts';

const COLUMNS: readonly Column[] = [
  { title: 'variable' },
  { title: 'value', shrinksTo: 16 },
  { title: 'from', colour: (text) => (text === 'default' ? 'dim' : 'cyan') },
];

/** `config` */
export async function run(ctx: CommandContext): Promise<number> {
  const { config, values, warnings } = loadCommandConfig(ctx);
  const tokenFile = config.token === null ? join(config.data, 'token') : null;
  if (ctx.isJson) {
    ctx.output.json({ values: values.map(describe), tokenFile, warnings });
    return OK;
  }
  ctx.output.table(
    COLUMNS,
    values.map((value) => [value.env, showValue(value), value.from ?? 'default']),
  );
  ctx.output.line();
  ctx.output.line(tokenFile === null ? 'The access token is that of AUTOWEAVE_TOKEN' : `Access token: ${tokenFile}`);
  for (const warning of warnings) ctx.output.note(`Warning: ${warning}`);
  return OK;
}

/** The value itself where it may be shown, so that programs need not parse what people read. */
function describe(entry: ConfigValue) {
  const { name, env, value, source, from, description, isSecret } = entry;
  const isHidden = value !== null && (isSecret || showValue(entry).includes('(hidden)'));
  return {
    name,
    env,
    value: isHidden ? showValue(entry) : value,
    source,
    from: from ?? null,
    description,
    isSecret,
  };
}
