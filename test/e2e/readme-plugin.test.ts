import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { type Autoweave, startAutoweave } from '../harness/autoweave.ts';
import { ROOT } from '../harness/root.ts';
import { until } from '../harness/until.ts';

/** The README's loop and the README's plugin: its commands, files and outputs, as printed. */

const run = promisify(execFile);
const CLI = `"${process.execPath}" "${join(ROOT, 'cli', 'autoweave.mjs')}"`;
const MAX_LINES = 10;
/** What differs from run to run: measures and ids. */
const DIFFERS = /[\d.]+ (ms|s|KiB)|\b[0-9a-f]{8,}\b/g;

interface Printed {
  readonly command: string;
  /** Lines, with … for what is left out. */
  readonly output: readonly string[];
}

const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
const loop = section('The loop');
const plugin = section('A plugin in ten lines');

test(`the README's plugin is at most ${MAX_LINES} lines`, () => {
  const source = block(plugin, 'ts');
  assert.ok(source.includes('export function on_attach'));
  assert.ok(source.trimEnd().split('\n').length <= MAX_LINES);
});

test("the README's loop and plugin do what they are said to, and print what is printed", async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'autoweave-readme-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const [make, build, ...rest] = commandsOf(plugin);
  const files: readonly (readonly [name: string, text: string])[] = [
    ['index.ts', block(plugin, 'ts')],
    ['plugin.json', block(plugin, 'json')],
  ];
  for (const [name] of files) assert.ok(plugin.includes(`\`shelf/${name}\``), name);

  const written = (async () => {
    await check(make!, directory);
    for (const [name, text] of files) await writeFile(join(directory, 'shelf', name), text);
    await check(build!, directory);
  })();
  // Waited for below, where it fails the test.
  written.catch(() => undefined);
  await using autoweave = await startAutoweave();
  const { dataDirectory } = autoweave;
  const printed = new Map<string, string>();
  for (const each of commandsOf(loop)) {
    printed.set(each.command, await check(each, ROOT, dataDirectory));
    if (each.command.includes('device plug')) await happened(autoweave, { memories: 1, runs: 1 });
  }
  assert.deepEqual(verbsOf(loop), [
    'plugin load',
    'agent create',
    'device plug',
    'agent runs',
    'memory search',
    'trace',
  ]);

  await written;
  // The agent is still deployed: it remembers this device as well.
  for (const each of rest) {
    await check(each, directory, dataDirectory);
    if (each.command.includes('device plug')) await happened(autoweave, { memories: 3, runs: 2 });
  }
  assert.deepEqual(verbsOf(plugin), ['plugin new', 'plugin build', 'plugin load', 'device plug', 'memory search']);
  const { output } = rest.at(-1)!;
  const others = [...printed].find(([command]) => command.includes('memory search'))!;
  assert.equal(missingFrom(others[1], output), output[0], 'control: another output does not do');
});

/** Runs it, and gives what it has printed, which must be what the README says. */
async function check({ command, output }: Printed, cwd: string, dataDirectory = cwd): Promise<string> {
  const env = { ...process.env, AUTOWEAVE_DATA: dataDirectory };
  const { stdout } = await run('sh', ['-c', command.replace('npx autoweave', CLI)], { cwd, env });
  assert.equal(missingFrom(stdout, output), undefined, `${command} printed:\n${stdout}`);
  return stdout;
}

/** Waits until what the next commands ask for is there. */
async function happened(autoweave: Autoweave, wanted: { readonly memories: number; readonly runs: number }) {
  const query = `{
    memories: eventHistory(types: ["memory.remembered"]) { id }
    runs: eventHistory(types: ["agent.run_finished"]) { id }
  }`;
  await until(async () => {
    const { memories, runs } = await autoweave.query<Record<'memories' | 'runs', readonly unknown[]>>(query);
    return memories.length === wanted.memories && runs.length === wanted.runs;
  }, `${wanted.memories} memories`);
}

function section(title: string): string {
  const [, text] = new RegExp(`^## ${title}\\n([\\s\\S]*?)^## `, 'm').exec(readme) ?? [];
  assert.ok(text !== undefined, title);
  return text;
}

function block(text: string, language: string): string {
  const [, found] = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(text) ?? [];
  assert.ok(found !== undefined, language);
  return found;
}

/** Each command with the lines below it. */
function commandsOf(text: string): readonly Printed[] {
  const lines = [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, script]) => script!.split('\n'));
  const found: { command: string; output: string[] }[] = [];
  for (const line of lines) {
    if (line.startsWith('#')) found.at(-1)!.output.push(line.slice(1).trim());
    else if (line !== '') found.push({ command: line, output: [] });
  }
  return found;
}

function verbsOf(text: string): readonly string[] {
  return commandsOf(text).map(({ command }) => /^npx autoweave (trace|\w+ \w+)/.exec(command)?.[1] ?? command);
}

/** The first of these lines that does not come in its turn; other lines may come between them. */
function missingFrom(stdout: string, expected: readonly string[]): string | undefined {
  const lines = stdout.split('\n').map(plain);
  let from = 0;
  for (const line of expected) {
    const parts = plain(line).split('…');
    const found = lines.findIndex((each, index) => index >= from && holdsInOrder(each, parts));
    if (found === -1) return line;
    from = line === '…' ? found : found + 1;
  }
  return undefined;
}

/** Without what differs, and with one blank where there are several. */
function plain(line: string): string {
  return line.replace(DIFFERS, '…').replace(/ +/g, ' ').trim();
}

function holdsInOrder(line: string, parts: readonly string[]): boolean {
  let at = 0;
  for (const part of parts) {
    const found = line.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return true;
}
