import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';

/** Reports each signal; ends at the second one, or when its launcher is gone. */
const LISTENER = `
import { appendFileSync } from 'node:fs';
const seen: string[] = [];
const note = (what: string) => {
  seen.push(what);
  appendFileSync(process.argv[2]!, what + '\\n');
  console.log(what);
};
process.on('SIGINT', () => note('SIGINT'));
process.on('SIGTERM', () => { note('SIGTERM'); process.exit(7); });
process.on('disconnect', () => { note('disconnect'); process.exit(); });
setInterval(() => {}, 1000);
console.log('ready');
`;

test('run.mjs runs TypeScript with arguments, environment and exit code', async (context) => {
  const source =
    'const code: number = 3; console.log(process.argv.slice(2).join(), process.env.NODE_COMPILE_CACHE); process.exit(code);';
  const launcher = launch(context, source, ['a', 'b']);
  const [output, [code]] = await Promise.all([text(launcher.process.stdout!), once(launcher.process, 'exit')]);
  assert.match(output, /^a,b .*\.autoweave\/cache\/compile\n$/);
  assert.equal(code, 3);
});

test('run.mjs ends by the signal that ended its child', async (context) => {
  const launcher = launch(context, "process.kill(process.pid, 'SIGKILL'); setInterval(() => {}, 1000);");
  assert.deepEqual(await once(launcher.process, 'exit'), [null, 'SIGKILL']);
});

test('run.mjs passes a signal on once, however often npm repeats it', async (context) => {
  const launcher = launch(context, LISTENER);
  const lines = createInterface(launcher.process.stdout!)[Symbol.asyncIterator]();
  assert.equal((await lines.next()).value, 'ready');
  for (let index = 0; index < 3; index++) launcher.process.kill('SIGINT');
  assert.equal((await lines.next()).value, 'SIGINT');
  launcher.process.kill('SIGTERM');
  assert.deepEqual(await once(launcher.process, 'exit'), [7, null]);
  assert.equal(readFileSync(launcher.log, 'utf8'), 'SIGINT\nSIGTERM\n');
});

test('run.mjs leaves its child a sign when it is killed', async (context) => {
  const launcher = launch(context, LISTENER);
  const lines = createInterface(launcher.process.stdout!)[Symbol.asyncIterator]();
  assert.equal((await lines.next()).value, 'ready');
  launcher.process.kill('SIGKILL');
  assert.equal((await lines.next()).value, 'disconnect');
});

test('run.mjs ends its child when npm was killed', async (context) => {
  const launcher = launch(context, LISTENER);
  const shell = spawn('sh', ['-c', '"$0" "$@"; exit', ...launcher.process.spawnargs], {
    detached: true,
    env: { ...process.env, npm_lifecycle_event: 'start' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface(shell.stdout)[Symbol.asyncIterator]();
  assert.equal((await lines.next()).value, 'ready');
  shell.kill('SIGKILL');
  assert.equal((await lines.next()).value, 'SIGTERM');
});

test('run.mjs says what to do without a file', async () => {
  const launcher = spawn(process.execPath, [join(import.meta.dirname, 'run.mjs')]);
  const [errors, [code]] = await Promise.all([text(launcher.stderr), once(launcher, 'exit')]);
  assert.match(errors, /^AW_RUN_USAGE: No file given\n/);
  assert.equal(code, 2);
});

function launch(
  context: { after(done: () => void): void },
  source: string,
  args?: readonly string[],
): { process: ChildProcess; log: string } {
  const folder = mkdtempSync(join(tmpdir(), 'aw-run-'));
  const [file, log] = [join(folder, 'main.ts'), join(folder, 'log')];
  writeFileSync(file, source);
  const { NODE_COMPILE_CACHE: _own, ...env } = process.env;
  const launcher = spawn(process.execPath, [join(import.meta.dirname, 'run.mjs'), file, ...(args ?? [log])], {
    // A session without a terminal: the signals of these tests are nobody's Ctrl-C.
    detached: true,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  context.after(() => {
    launcher.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  return { process: launcher, log };
}
