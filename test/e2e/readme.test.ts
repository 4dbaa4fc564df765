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

/** The README's actor, taken from the README, and the commands around it, as printed. */

const run = promisify(execFile);
const MAX_LINES = 20;

/** The first actor that is printed. */
function actorOf(markdown: string): string {
  return blocks(markdown, 'ts').find((text) => text.includes('defineActor(')) ?? '';
}

function blocks(markdown: string, language: string): readonly string[] {
  return [...markdown.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, text]) => text!);
}

/** Words of a command line that quotes nothing. */
function words(line: string): readonly string[] {
  assert.doesNotMatch(line, /["'\\$]/);
  return line.trim().split(/\s+/);
}

for (const document of ['README.md', 'docs/guide/actors.md']) {
  test(`${document}: every actor is at most ${MAX_LINES} lines`, async () => {
    const actor = actorOf(await readFile(join(ROOT, document), 'utf8'));
    assert.notEqual(actor, '');
    assert.ok(actor.trim().split('\n').length <= MAX_LINES);
  });
}

test("the README's actor runs as printed, with the README's commands, and survives kill -9", async (t) => {
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
  const directory = await mkdtemp(join(tmpdir(), 'autoweave-readme-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const file = join(directory, 'tally.ts');
  await writeFile(file, actorOf(readme));
  const script = blocks(readme, 'sh').find((block) => block.includes('--actor tally.ts'))!;
  const commands = script.split('\n').filter((line) => line.startsWith('npx autoweave '));
  assert.equal(commands.length, 3);

  const args = ['--actor', file];
  const first = await startAutoweave({ args });
  try {
    const command = (line: string) =>
      run(process.execPath, [join(ROOT, 'cli', 'autoweave.mjs'), ...words(line).slice(2)], {
        env: { ...process.env, AUTOWEAVE_DATA: first.dataDirectory },
      });
    const plugged = (count: number) =>
      until(async () => {
        const { stdout } = await command(commands[2]!).catch(() => ({ stdout: '{}' }));
        return (JSON.parse(stdout) as { state?: { plugged: number } }).state?.plugged === count;
      }, `${count} devices in the tally`);
    await command(commands[0]!);
    await command(commands[1]!);
    await plugged(2);
    await first.kill();
    await using second = await startAutoweave({ args, dataDirectory: first.dataDirectory });
    await plugged(2);
    await command(commands[0]!);
    await plugged(3);
    assert.ok(second.pid);
  } finally {
    await first[Symbol.asyncDispose]();
  }
});

test("the guide's actor runs as printed", async (t) => {
  const guide = await readFile(join(ROOT, 'docs/guide/actors.md'), 'utf8');
  const directory = await mkdtemp(join(tmpdir(), 'autoweave-guide-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const file = join(directory, 'greeter.ts');
  await writeFile(file, actorOf(guide));
  await using autoweave = await startAutoweave({ args: ['--actor', file] });
  const send =
    'mutation ($data: JSON!) { sendCommand(actor: "greeter", key: "ann", type: "greeter.greet", data: $data) }';
  await autoweave.query(send, { data: { name: 'Ann' } });
  await until(async () => {
    const { actor } = await autoweave.query<{ actor: { state: { greeted: number } } | null }>(
      '{ actor(name: "greeter", key: "ann") { state } }',
    );
    return actor?.state.greeted === 1;
  }, 'the greeting');
});
