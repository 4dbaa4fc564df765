import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { findUndescribed, generateOutputs } from './generate/outputs.ts';

const USAGE = `Usage: npm run generate [-- --check]

Writes the types that follow from proto/. With --check it writes nothing and fails where what is committed differs.`;

/**
 * @param print called for each line that is to be shown
 * @returns the exit code
 */
export async function generate(root: string, isCheck: boolean, print: (line: string) => void): Promise<number> {
  const outputs = await generateOutputs(root);
  const drifted = [...outputs].filter(([path, content]) => readIfThere(join(root, path)) !== content);
  const undescribed = findUndescribed(root);
  for (const type of undescribed) print(`proto/asyncapi.yaml does not name the type "${type}"`);
  if (isCheck) {
    for (const [path] of drifted) print(`${path} is not what proto/ generates: run npm run generate`);
    return drifted.length + undescribed.length > 0 ? 1 : 0;
  }
  for (const [path, content] of drifted) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
    print(`${path} written`);
  }
  return undescribed.length > 0 ? 1 : 0;
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { check: { type: 'boolean' }, help: { type: 'boolean' } } });
  if (values.help) console.log(USAGE);
  else process.exitCode = await generate(join(import.meta.dirname, '..'), values.check ?? false, console.log);
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
