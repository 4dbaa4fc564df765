import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const USAGE = `Usage: npm run check [-- --fix]

The static half of the gate: format and lint, types, import order, contract drift. With --fix it formats, sorts imports
and writes generated code first.`;

const ROOT = join(import.meta.dirname, '..');
const BIOME = 'node_modules/@biomejs/biome/bin/biome';
/** Left alone, it colours each single letter of a diff into a log. */
const COLORS = `--colors=${process.stdout.isTTY ? 'force' : 'off'}`;

interface Check {
  readonly name: string;
  /** A program for Node, and its arguments. */
  readonly args: readonly string[];
}

const CHECKS: readonly Check[] = [
  { name: 'types', args: ['node_modules/typescript/bin/tsc', '--noEmit'] },
  { name: 'format and lint', args: [BIOME, 'ci', COLORS, '--max-diagnostics=50', '.'] },
  { name: 'import order', args: ['scripts/check-imports.ts'] },
  { name: 'contract drift', args: ['scripts/generate.ts', '--check'] },
];

const FIXES: readonly Check[] = [
  { name: 'generate', args: ['scripts/generate.ts'] },
  { name: 'format', args: [BIOME, 'check', COLORS, '--write', '.'] },
];

const { values } = parseArgs({ options: { fix: { type: 'boolean' }, help: { type: 'boolean' } } });
if (values.help) console.log(USAGE);
else {
  if (values.fix) for (const fix of FIXES) await perform(fix);
  const results = await Promise.all(CHECKS.map(perform));
  process.exitCode = results.every(Boolean) ? 0 : 1;
}

/** Says how it went in one line, and what it printed only when it failed. */
async function perform({ name, args }: Check): Promise<boolean> {
  const startMs = performance.now();
  const { code, output } = await runNode(args);
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  console.log(`${code === 0 ? '✔' : '✖'} ${name} (${seconds} s)${code === 0 ? '' : `\n${output.trimEnd()}`}`);
  return code === 0;
}

async function runNode(args: readonly string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { code, output };
}
