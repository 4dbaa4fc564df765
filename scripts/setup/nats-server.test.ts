import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { run } from './command.mjs';
import { formatFailure, SetupFailure } from './failure.mjs';
import { natsServer } from './nats-server.mjs';

const BROKEN: ReadonlyArray<[name: string, script: string | undefined, mode: number, why: RegExp]> = [
  ['missing', undefined, 0, /There is no file "/],
  ['not executable', '#!/bin/sh', 0o644, /is not an executable file/],
  [
    'too old',
    '#!/bin/sh\necho nats-server: v2.10.27',
    0o755,
    /is version 2\.10\.27, and AutoWeave needs 2\.14\.0 or newer/,
  ],
  ['something else', '#!/bin/sh\necho hello', 0o755, /does not tell its version/],
  ['broken', '#!/bin/sh\necho no such library >&2; exit 127', 0o755, /ended with 127\n\s+no such library/],
];

for (const [name, script, mode, why] of BROKEN) {
  test(`natsServer refuses a NATS_SERVER_BIN that is ${name}, and looks no further`, async (context) => {
    const root = temporaryFolder(context);
    const file = join(root, 'server');
    if (script !== undefined) plant(file, script, mode);
    plant(join(root, 'bin', 'nats-server'), '#!/bin/sh\necho nats-server: v2.15.1');
    const env = { PATH: join(root, 'bin'), NATS_SERVER_BIN: file };

    const failure = await natsServer.provide(scene(root, env)).catch((error: unknown) => error);
    assert.ok(failure instanceof SetupFailure);
    assert.equal(failure.code, 'AW_SETUP_NATS_SERVER_BIN');
    assert.match(formatFailure(failure), why);
    assert.match(formatFailure(failure), /\nDo this: set NATS_SERVER_BIN to .*$/);
  });
}

test('natsServer takes the variable, then what was provided, then PATH', async (context) => {
  const root = temporaryFolder(context);
  const [named, provided, onPath] = [
    join(root, 'named'),
    join(root, '.autoweave/bin/nats-server'),
    join(root, 'bin/nats-server'),
  ];
  plant(named, '#!/bin/sh\necho nats-server: v2.14.0');
  plant(provided, '#!/bin/sh\necho nats-server: v2.14.5');
  plant(onPath, '#!/bin/sh\necho nats-server: v2.15.1');

  const find = async (env: Record<string, string>) => {
    const { facts, ...rest } = scene(root, env);
    await natsServer.provide({ facts, ...rest });
    return facts.natsServer;
  };
  assert.equal(await find({ PATH: dirname(onPath), NATS_SERVER_BIN: named }), named);
  assert.equal(await find({ PATH: dirname(onPath) }), provided);
  plant(provided, '#!/bin/sh\necho nats-server: v2.9.10');
  assert.equal(await find({ PATH: dirname(onPath) }), onPath);
});

test('natsServer is done until the program or the variable changes', async (context) => {
  const root = temporaryFolder(context);
  const file = join(root, 'bin/nats-server');
  plant(file, '#!/bin/sh\necho nats-server: v2.15.1');
  const env = { PATH: dirname(file) };
  const { facts, ...rest } = scene(root, env);
  assert.equal(natsServer.isDone({ root, facts, env }), false);
  assert.equal(await natsServer.provide({ facts, ...rest }), '2.15.1, PATH');
  assert.equal(natsServer.isDone({ root, facts, env }), true);
  assert.equal(natsServer.isDone({ root, facts, env: { ...env, NATS_SERVER_BIN: file } }), false);
  plant(file, '#!/bin/sh\necho nats-server: v2.9.10 # another');
  assert.equal(natsServer.isDone({ root, facts, env }), false);
});

function scene(root: string, env: Record<string, string>): Parameters<typeof natsServer.provide>[0] {
  return { root, facts: { stamps: {} }, env, run, report: () => {} };
}

function plant(file: string, script: string, mode = 0o755): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${script}\n`);
  chmodSync(file, mode);
}

function temporaryFolder(context: { after(done: () => void): void }): string {
  const folder = mkdtempSync(join(tmpdir(), 'aw-nats-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
