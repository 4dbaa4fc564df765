import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { isDataDirectoryInUse, openDataDirectory, readInstance, readToken } from './data-directory.ts';

suite('openDataDirectory', () => {
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'autoweave data '));
    path = join(folder, 'not yet', 'there');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** Another process that opens the directory and stays. */
  const holdElsewhere = async () => {
    const module = JSON.stringify(join(import.meta.dirname, 'data-directory.ts'));
    const program = `
      const { openDataDirectory } = await import(${module});
      await (await openDataDirectory(process.argv[1])).announce('http://127.0.0.1:4000');
      // Nothing refers to what was opened any more. The lock must outlive that.
      for (let round = 0; round < 3; round += 1) {
        await new Promise((done) => setTimeout(done, 5));
        globalThis.gc();
      }
      console.log('held');
      setInterval(() => {}, 1000);
    `;
    const child = spawn(process.execPath, ['--expose-gc', '--input-type=module', '-e', program, path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(createInterface(child.stdout), 'line');
    return child;
  };

  test('makes a folder that only its owner may enter', async () => {
    await using data = await openDataDirectory(path);
    assert.equal(data.path, path);
    assert.equal((await stat(path)).mode & 0o777, 0o700);
  });

  test('keeps one token, for its owner only', async () => {
    let token: string;
    {
      await using data = await openDataDirectory(path);
      token = await data.readOrCreateToken();
      assert.match(token, /^[0-9a-f]{48}$/);
      assert.equal(await data.readOrCreateToken(), token);
      assert.equal((await stat(data.tokenFile)).mode & 0o777, 0o600);
    }
    await using again = await openDataDirectory(path);
    assert.equal(await again.readOrCreateToken(), token);
    assert.equal(await readToken(path), token);
  });

  test('announces itself, and takes that back', async () => {
    {
      await using data = await openDataDirectory(path);
      await data.announce('http://127.0.0.1:4321');
      const instance = await readInstance(path);
      assert.equal(instance?.pid, process.pid);
      assert.equal(instance?.url, 'http://127.0.0.1:4321');
      assert.equal((await stat(join(path, 'instance.json'))).mode & 0o777, 0o600);
    }
    assert.equal(await readInstance(path), undefined);
  });

  test('refuses a directory that another process holds, naming it, until that is killed', async () => {
    const holder = await holdElsewhere();
    try {
      await assert.rejects(openDataDirectory(path), (error: Error & { code?: string }) => {
        assert.equal(error.code, 'AW_DATA_IN_USE');
        assert.ok(error.message.includes(`process ${holder.pid} at http://127.0.0.1:4000`), error.message);
        return true;
      });
      assert.equal(await isDataDirectoryInUse(path), true);
    } finally {
      holder.kill('SIGKILL');
      await once(holder, 'exit');
    }
    assert.equal(await isDataDirectoryInUse(path), false);
    await using data = await openDataDirectory(path);
    assert.equal(data.path, path);
  });

  test('refuses itself, too', async () => {
    await using data = await openDataDirectory(path);
    await assert.rejects(openDataDirectory(data.path), { code: 'AW_DATA_IN_USE' });
    assert.equal(await isDataDirectoryInUse(path), true);
  });

  test('refuses a place that cannot be a folder', async () => {
    await writeFile(join(folder, 'file'), '');
    await assert.rejects(openDataDirectory(join(folder, 'file')), { code: 'AW_DATA_UNWRITABLE' });
    await assert.rejects(openDataDirectory(join(folder, 'file', 'data')), { code: 'AW_DATA_UNWRITABLE' });
  });

  test('takes a broken announcement for none', async () => {
    await using data = await openDataDirectory(path);
    for (const broken of ['', '{', '[]', '{"pid":"7"}']) {
      await writeFile(join(data.path, 'instance.json'), broken);
      assert.equal(await readInstance(path), undefined, broken);
    }
  });
});
