import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { findServer } from './find-server.ts';

test('findServer takes the variable, then set-up, then PATH', async () => {
  const root = await mkdtemp(join(tmpdir(), 'autoweave find '));
  try {
    const program = async (...path: string[]): Promise<string> => {
      const file = join(root, ...path);
      await mkdir(join(file, '..'), { recursive: true });
      await writeFile(file, '');
      await chmod(file, 0o755);
      return file;
    };
    const setUp = (facts: string) => writeFile(join(root, '.autoweave', 'setup.json'), facts);
    const named = await program('named server');
    const onPath = await program('bin', 'nats-server');
    const provided = await program('.autoweave', 'bin', 'nats-server');
    const env = { PATH: `:/nowhere:${join(root, 'bin')}` };

    assert.throws(() => findServer({ root, env: {} }), { code: 'AW_NATS_MISSING' });
    assert.deepEqual(findServer({ root, env }), { path: onPath, origin: 'PATH' });
    await setUp('{ "natsServer": ".autoweave/bin/nats-server" }');
    assert.deepEqual(findServer({ root, env }), { path: provided, origin: 'set-up' });
    await setUp(JSON.stringify({ natsServer: onPath }));
    assert.deepEqual(findServer({ root, env: {} }), { path: onPath, origin: 'set-up' });
    for (const broken of ['{', 'null', '{ "natsServer": 7 }', '{ "natsServer": "gone" }']) {
      await setUp(broken);
      assert.deepEqual(findServer({ root, env }), { path: onPath, origin: 'PATH' }, broken);
    }
    const withName = { ...env, NATS_SERVER_BIN: named };
    assert.deepEqual(findServer({ root, env: withName }), { path: named, origin: 'NATS_SERVER_BIN' });
    // A name that was given and is wrong is never passed over in silence.
    const withWrongName = { ...env, NATS_SERVER_BIN: join(root, 'bin') };
    assert.throws(() => findServer({ root, env: withWrongName }), { code: 'AW_NATS_MISSING' });
  } finally {
    await rm(root, { recursive: true });
  }
});
