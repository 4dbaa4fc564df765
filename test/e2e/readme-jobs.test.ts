import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { startAutoweave } from '../harness/autoweave.ts';
import { ROOT } from '../harness/root.ts';
import { until } from '../harness/until.ts';

/** The workers of README and guide, and the commands around them, as printed. */

const run = promisify(execFile);
const CLI = `"${process.execPath}" "${join(ROOT, 'cli', 'autoweave.mjs')}"`;

interface Printed {
  readonly worker: string;
  readonly commands: readonly string[];
}

async function printedIn(document: string): Promise<Printed> {
  const text = await readFile(join(ROOT, document), 'utf8');
  const blocks = [...text.matchAll(/^```(?:ts|sh)\n([\s\S]*?)^```/gm)].map(([, block]) => block!);
  const worker = blocks.find((block) => block.includes('defineWorker('))!;
  const script = blocks.find((block) => block.includes('--worker mail.ts'))!;
  return { worker, commands: script.split('\n').filter((line) => line.startsWith('npx autoweave ')) };
}

for (const document of ['README.md', 'docs/guide/jobs.md']) {
  test(`${document}: the worker and the commands do what they are said to`, async (t) => {
    const { worker, commands } = await printedIn(document);
    assert.ok(commands.length >= 3);
    const directory = await mkdtemp(join(tmpdir(), 'autoweave-jobs-'));
    t.after(() => rm(directory, { recursive: true, force: true }));
    const file = join(directory, 'mail.ts');
    await writeFile(file, worker);
    await using autoweave = await startAutoweave({ args: ['--worker', file] });
    const command = async (line: string) => {
      const env = { ...process.env, AUTOWEAVE_DATA: autoweave.dataDirectory };
      return (await run('sh', ['-c', line.replace('npx autoweave', CLI)], { env })).stdout;
    };
    const [waiting, second, listing] = commands;
    assert.match(await command(waiting!), /"sent": ?"ann"/);
    await command(second!);
    const wanted = document === 'README.md' ? /mail\.send +completed/ : /There is no such person/;
    await until(async () => wanted.test(await command(listing!)), 'the job to be listed');
  });
}
