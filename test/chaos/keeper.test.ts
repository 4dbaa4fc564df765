import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { until } from '../harness/until.ts';
import { startKeeper } from './keeper.ts';
import { startProgram } from './program.ts';

const LONG = [process.execPath, '-e', 'setInterval(() => {}, 1_000)'] as const;

test('keeper ends what a killed test has started, also what is stopped, and removes its directory', async () => {
  const owner = spawn(process.execPath, [join(import.meta.dirname, 'kept-program.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface(owner.stdout), 'line')) as [string];
  const { pid, directory } = JSON.parse(line) as { pid: number; directory: string };
  assert.ok(isAlive(pid) && existsSync(directory));
  owner.kill('SIGKILL');
  await until(() => !isAlive(pid), 'the process that was left over to be gone');
  await until(() => !existsSync(directory), 'the directory to be gone');
});

test('keeper leaves alone what it was told to forget', async () => {
  const keeper = await startKeeper();
  const other = await startKeeper();
  const program = startProgram(LONG, { keeper });
  other.add(program.pid);
  other.forget(program.pid);
  await other[Symbol.asyncDispose]();
  assert.ok(program.isRunning && isAlive(program.pid));
  await keeper[Symbol.asyncDispose]();
  assert.deepEqual(await program.exited, { code: null, signal: 'SIGKILL' });
  assert.ok(!existsSync(keeper.directory));
});

/** One that has ended and that nobody has waited for is not alive. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
