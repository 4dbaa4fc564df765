import { relative } from 'node:path';
import type { CommandContext } from '../command.ts';
import { OK } from '../exit-code.ts';
import { type BuiltPlugin, buildPlugin } from '../plugin/build-plugin.ts';
import { bytesText } from './plugin-view.ts';

/** `plugin build [DIR]` */
export async function run({ arguments: args, options, output, isJson }: CommandContext): Promise<number> {
  const folder = args['DIR'] ?? '.';
  const language = options.text('language');
  const isHashed = options.flag('hash');
  const built = await buildPlugin(folder, { isHashed, ...(language === undefined ? {} : { language }) });
  if (isJson) output.json({ ...built, durationMs: Math.round(built.durationMs) });
  else {
    if (built.warnings !== '') output.note(built.warnings);
    output.line(buildText(built));
    if (built.hash !== undefined) output.line(`plugin.json: its signature is ${built.hash}`);
  }
  return OK;
}

/** `hello/plugin.wasm: 24.1 KiB, in 0.71 s` */
export function buildText({
  modulePath,
  size,
  durationMs,
}: Pick<BuiltPlugin, 'modulePath' | 'size' | 'durationMs'>): string {
  return `${relative(process.cwd(), modulePath)}: ${bytesText(size)}, in ${(durationMs / 1000).toFixed(2)} s`;
}
