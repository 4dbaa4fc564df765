import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { AutoWeaveError } from '../../errors/errors.ts';
import { checkServerVersion, isAtLeast } from './server-version.ts';

test('isAtLeast compares by number', () => {
  const cases: [string, string, boolean][] = [
    ['2.14.0', '2.14.0', true],
    ['2.14.1', '2.14.0', true],
    ['2.9.25', '2.14.0', false],
    ['2.15', '2.14.0', true],
    ['3.0.0', '2.14.0', true],
    ['v2.14.0', '2.14.0', true],
    ['2.14.0-RC.1', '2.14.0', true],
    ['2.13.99', '2.14.0', false],
    ['1.99.99', '2.14.0', false],
    ['', '2.14.0', false],
    ['dev', '2.14.0', false],
  ];
  for (const [version, minimum, expected] of cases) {
    assert.equal(isAtLeast(version, minimum), expected, `${version} for ${minimum}`);
  }
});

suite('checkServerVersion', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'autoweave version '));
  });
  after(() => rm(folder, { recursive: true }));

  const program = async (name: string, script: string): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, `#!/bin/sh\n${script}\n`);
    await chmod(path, 0o755);
    return path;
  };

  test('gives the version of one that is new enough', async () => {
    assert.equal(await checkServerVersion(await program('new', 'echo "nats-server: v2.14.3"')), '2.14.3');
  });

  test('refuses one that is too old, with what was found, what is needed and what to do', async () => {
    const path = await program('old', 'echo "nats-server: v2.10.0"');
    await assert.rejects(checkServerVersion(path), (error: unknown) => {
      assert.ok(error instanceof AutoWeaveError);
      assert.equal(error.code, 'AW_NATS_TOO_OLD');
      assert.match(error.message, /2\.10\.0.*2\.14\.0/);
      assert.match(error.hint ?? '', /NATS_SERVER_BIN/);
      return true;
    });
  });

  test('refuses one that does not say what it is', async () => {
    await assert.rejects(checkServerVersion(await program('odd', 'echo hello')), { code: 'AW_NATS_TOO_OLD' });
  });

  test('refuses one that is not there or fails', async () => {
    await assert.rejects(checkServerVersion(join(folder, 'absent')), { code: 'AW_NATS_MISSING' });
    await assert.rejects(checkServerVersion(await program('broken', 'exit 3')), { code: 'AW_NATS_MISSING' });
  });
});
