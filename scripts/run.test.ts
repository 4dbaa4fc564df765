import assert from 'node:assert/strict';
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';

/** Reports each signal; ends by SIGTERM, or when its launcher is gone. */
const LISTENER = `
process.on('SIGINT', () => console.log('SIGINT'));
process.on('SIGTERM', () => { console.log('SIGTERM'); process.exit(7); });
process.on('disconnect', () => { console.log('disconnect'); process.exit(); });
setInterval(() => {}, 1000);
console.log('ready');
`;
const RUN = join(import.meta.dirname, 'run.mjs');

test('run.mjs runs TypeScript with arguments, environment and exit code', async (context) => {
  const source =
    'const code: number = 3; console.log(process.argv.slice(2).join(), process.env.NODE_COMPILE_CACHE); process.exit(code);';
  const launcher = launch(context, [process.execPath, RUN, plant(context, source), 'a', 'b']);
  const [output, [code]] = await Promise.all([text(launcher.stdout), once(launcher, 'exit')]);
  assert.match(output, /^a,b .*\.autoweave\/cache\/compile\n$/);
  assert.equal(code, 3);
});

test('run.mjs ends by the signal that ended its child', async (context) => {
  const file = plant(context, "process.kill(process.pid, 'SIGKILL'); setInterval(() => {}, 1000);");
  assert.deepEqual(await once(launch(context, [process.execPath, RUN, file]), 'exit'), [null, 'SIGKILL']);
});

test('run.mjs passes a signal on once, however often npm repeats it', async (context) => {
  const launcher = launch(context, [process.execPath, RUN, plant(context, LISTENER)]);
  const lines = linesOf(launcher);
  assert.equal(await lines.next(), 'ready');
  for (let index = 0; index < 3; index++) launcher.kill('SIGINT');
  assert.equal(await lines.next(), 'SIGINT');
  launcher.kill('SIGTERM');
  assert.equal(await lines.next(), 'SIGTERM');
  assert.deepEqual(await once(launcher, 'exit'), [7, null]);
});

test('run.mjs leaves its child a sign when it is killed', async (context) => {
  const launcher = launch(context, [process.execPath, RUN, plant(context, LISTENER)]);
  const lines = linesOf(launcher);
  assert.equal(await lines.next(), 'ready');
  launcher.kill('SIGKILL');
  assert.equal(await lines.next(), 'disconnect');
});

test('run.mjs ends its child when npm was killed', async (context) => {
  const command = ['sh', '-c', '"$0" "$@"; exit', process.execPath, RUN, plant(context, LISTENER)];
  const shell = launch(context, command, { npm_lifecycle_event: 'start' });
  const lines = linesOf(shell);
  assert.equal(await lines.next(), 'ready');
  shell.kill('SIGKILL');
  assert.equal(await lines.next(), 'SIGTERM');
});

test('run.mjs says what to do without a file', async () => {
  const launcher = spawn(process.execPath, [RUN]);
  const [errors, [code]] = await Promise.all([text(launcher.stderr), once(launcher, 'exit')]);
  assert.match(errors, /^AW_RUN_USAGE: No file given\n/);
  assert.equal(code, 2);
});

type Launcher = ChildProcessByStdio<null, Readable, null>;
type Context = { after(done: () => void): void };

/** In a session without a terminal: the signals of these tests are nobody's Ctrl-C. */
function launch(context: Context, [command = '', ...args]: readonly string[], extra: NodeJS.ProcessEnv = {}): Launcher {
  const { NODE_COMPILE_CACHE: _cache, npm_lifecycle_event: _npm, ...env } = process.env;
  const launcher = spawn(command, args, {
    detached: true,
    env: { ...env, ...extra },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  context.after(() => launcher.kill('SIGKILL'));
  return launcher;
}

function plant(context: Context, source: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'aw-run-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'main.ts'), source);
  return join(folder, 'main.ts');
}

function linesOf(launcher: Launcher): { next(): Promise<string | undefined> } {
  const lines = createInterface(launcher.stdout)[Symbol.asyncIterator]();
  return { next: async () => (await lines.next()).value };
}
