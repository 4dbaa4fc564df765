import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { takeLock } from './lock.mjs';

const HOLDER = `
import { takeLock } from ${JSON.stringify(import.meta.resolve('./lock.mjs'))};
import { appendFileSync } from 'node:fs';
const [file, log, rounds] = process.argv.slice(1);
for (let round = 0; round < Number(rounds); round++) {
  const lock = await takeLock(file);
  appendFileSync(log, 'in ' + process.pid + '\\n');
  await new Promise((resolve) => setImmediate(resolve));
  appendFileSync(log, 'out ' + process.pid + '\\n');
  if (process.argv.includes('keep')) { process.send('holds'); await new Promise((resolve) => setTimeout(resolve, 60_000)); }
  lock.release();
}
`;

test('takeLock lets one in at a time, a stale lock included', async (context) => {
  const folder = temporaryFolder(context);
  const [file, log] = [join(folder, 'lock'), join(folder, 'log')];
  writeFileSync(file, `${await endedPid()} 1`);
  const exits = await Promise.all(Array.from({ length: 4 }, () => once(startHolder([file, log, '3']), 'exit')));
  assert.deepEqual(exits, Array(4).fill([0, null]));

  const lines = readFileSync(log, 'utf8').trim().split('\n');
  assert.equal(lines.length, 24);
  for (let index = 0; index < lines.length; index += 2) {
    assert.equal(lines[index + 1], lines[index]?.replace('in', 'out'), `entry ${index} has company`);
  }
  assert.equal(existsSync(file), false);
});

test('takeLock waits for a living holder, says so, and goes on when it was killed', async (context) => {
  const folder = temporaryFolder(context);
  const file = join(folder, 'lock');
  const holder = startHolder([file, join(folder, 'log'), '1', 'keep']);
  await once(holder, 'message');
  const waitsFor: number[] = [];
  const lock = await takeLock(file, {
    onWait: (pid) => {
      waitsFor.push(pid);
      holder.kill('SIGKILL');
    },
  });
  assert.deepEqual(waitsFor, [holder.pid]);
  lock.release();
});

test('takeLock waits for the command of a set-up that was killed', async (context) => {
  const folder = temporaryFolder(context);
  const file = join(folder, 'lock');
  const command = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  const gone = await takeLock(file);
  gone.cover(command.pid ?? 0);
  const [, covered] = readFileSync(file, 'utf8').split('\n');
  writeFileSync(file, `${await endedPid()}\n${covered}`);

  const waitsFor: number[] = [];
  command.once('exit', () => appendFileSync(join(folder, 'log'), 'command ended'));
  const lock = await takeLock(file, {
    onWait: (pid) => {
      waitsFor.push(pid);
      command.kill();
    },
  });
  assert.deepEqual(waitsFor, [command.pid]);
  assert.ok(existsSync(join(folder, 'log')));
  lock.release();
});

function startHolder(args: readonly string[]): ChildProcess {
  return spawn(process.execPath, ['--input-type=module', '-e', HOLDER, '--', ...args], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}

async function endedPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid ?? 0;
}

function temporaryFolder(context: { after(done: () => void): void }): string {
  const folder = mkdtempSync(join(tmpdir(), 'aw-lock-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
