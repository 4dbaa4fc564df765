import { join, relative } from 'node:path';
import type { CommandContext } from '../command.ts';
import { OK } from '../exit-code.ts';
import { newPlugin } from '../plugin/new-plugin.ts';
import { quoted } from './quoted.ts';

const PURPOSES: Readonly<Record<string, string>> = {
  'plugin.json': 'what it is, and what it asks for',
  'index.ts': 'what it does',
  'plugin.c': 'what it does',
  [join('tests', 'greet.json')]: 'what it should do',
  'tsconfig.json': 'for your editor',
  'README.md': 'how to go on',
};

/** `plugin new NAME` */
export async function run({ arguments: args, options, output, isJson }: CommandContext): Promise<number> {
  const name = args['NAME']!;
  const plugin = await newPlugin(name, {
    folder: options.text('folder') ?? name,
    language: options.text('language') ?? 'assemblyscript',
  });
  if (isJson) {
    output.json(plugin);
    return OK;
  }
  const folder = relative(process.cwd(), plugin.folder) || '.';
  const width = Math.max(...plugin.files.map((file) => file.length));
  for (const file of plugin.files)
    output.line(`${join(folder, file.padEnd(width))}  ${PURPOSES[file] ?? ''}`.trimEnd());
  output.line('\nNext:');
  output.advise(`  autoweave plugin dev ${quoted(folder)}`);
  output.line('      builds, tests and loads it into the AutoWeave that runs here, and again after each change');
  output.advise('  autoweave device plug 1209:0001 --product "Label printer"');
  output.line('      a device for it to greet');
  output.advise(`  autoweave plugin call ${name} greet '{"name":"Ann"}'`);
  return OK;
}
