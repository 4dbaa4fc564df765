import type { CommandContext } from '../command.ts';
import { loadCommandConfig } from '../config-options.ts';

/** `up` */
export async function run(ctx: CommandContext): Promise<number> {
  const { config, warnings } = loadCommandConfig(ctx);
  for (const warning of warnings) process.stderr.write(`${warning}\n`);
  const { up } = await import('../up.ts');
  return up(ctx.isJson ? { ...config, logFormat: 'json' } : config);
}
