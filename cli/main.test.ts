import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startFakeGateway } from './fake-gateway.ts';

const MAIN = join(import.meta.dirname, 'main.ts');
const LAUNCHER = join(import.meta.dirname, 'autoweave.mjs');
const { PATH = '', HOME = '', NODE_COMPILE_CACHE = '' } = process.env;
const env = { PATH, HOME, NODE_COMPILE_CACHE };

const autoweave = (...args: string[]) => spawnSync(process.execPath, args, { encoding: 'utf8', env });

test('autoweave ends with the exit code of its command', () => {
  const { status, stdout } = autoweave(MAIN, '--version');
  assert.equal(status, 0);
  assert.match(stdout, /^\d+\.\d+\.\d+\n$/);
  assert.equal(autoweave(MAIN, 'no-such-command').status, 2);
});

test('autoweave paints nothing where nobody looks', () => {
  assert.ok(!autoweave(MAIN, 'config').stdout.includes('\u001b'));
});

test('the launcher hands over arguments and exit code, also through a link', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'autoweave link '));
  try {
    const link = join(folder, 'autoweave');
    await symlink(LAUNCHER, link);
    for (const launcher of [LAUNCHER, link]) {
      assert.match(autoweave(launcher, 'dead', '--help').stdout, /^Usage: autoweave dead/);
      assert.equal(autoweave(launcher, 'dead', 'show').status, 2);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('autoweave ends quietly when nobody reads any more', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'autoweave pipe '));
  await using gateway = await startFakeGateway();
  try {
    await mkdir(join(folder, 'data'));
    await writeFile(join(folder, 'data', 'token'), gateway.token);
    const instance = { pid: 1, url: gateway.url, startedAt: '2026-11-22T10:00:00.000Z' };
    await writeFile(join(folder, 'data', 'instance.json'), JSON.stringify(instance));
    // Each round of the subscription writes again, so that the closed pipe is noticed.
    gateway.stream = () => [{ deviceEvents: { __typename: 'CaughtUp', cursor: '1' } }];
    const child = spawn(process.execPath, [MAIN, 'device', 'watch', '--json'], {
      env: { ...env, AUTOWEAVE_DATA: join(folder, 'data') },
    });
    let complaint = '';
    child.stderr.on('data', (chunk) => {
      complaint += chunk;
    });
    await once(child.stdout, 'data');
    child.stdout.destroy();
    assert.deepEqual(await once(child, 'exit'), [0, null]);
    assert.equal(complaint, '');
  } finally {
    await rm(folder, { recursive: true });
  }
});
