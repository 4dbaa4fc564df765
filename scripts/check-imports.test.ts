import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { checkImports } from './check-imports.ts';

type Tree = Readonly<Record<string, string>>;

const BROKEN: ReadonlyArray<[name: string, tree: Tree, problem: RegExp]> = [
  [
    'proto imports runtime',
    { 'proto/a.ts': "import { b } from '../runtime/bus/b.ts';" },
    /proto may not import runtime\/bus/,
  ],
  [
    'runtime imports actors',
    { 'runtime/bus/a.ts': "export * from '../../actors/x/y.ts';" },
    /runtime\/bus may not import actors\/x/,
  ],
  [
    'a type goes up',
    { 'runtime/bus/a.ts': "import type { A } from '../actor/a.ts';" },
    /runtime\/bus may not import runtime\/actor/,
  ],
  [
    'errors imports message',
    { 'runtime/errors/a.ts': "import '../message/m.ts';" },
    /runtime\/errors may not import runtime\/message/,
  ],
  [
    'schedule imports clock',
    { 'runtime/schedule/a.ts': "import '../clock/c.ts';" },
    /runtime\/schedule may not import runtime\/clock/,
  ],
  ['clock imports contracts', { 'runtime/clock/a.ts': "import '../contracts/c.ts';" }, /runtime\/clock may not/],
  [
    'floors do not see the door',
    { 'runtime/bus/a.ts': "import '../autoweave.ts';" },
    /runtime\/bus may not import runtime /,
  ],
  ['an actor imports another', { 'actors/a/a.ts': "import '../b/b.ts';" }, /actors\/a may not import actors\/b/],
  ['an actor imports the tree', { 'actors/a/a.ts': "import '../tree.ts';" }, /actors\/a may not import actors /],
  [
    'ui imports runtime',
    { 'ui/src/a.tsx': "const b = await import('../../runtime/bus/b.ts');" },
    /ui may not import runtime\/bus/,
  ],
  ['cli imports scripts', { 'cli/a.ts': "import '../scripts/check.ts';" }, /cli may not import scripts/],
  ['cli imports test', { 'cli/a.ts': "import '../test/harness.ts';" }, /cli may not import test/],
  ['runtime imports deploy', { 'runtime/bus/a.ts': "import '../../deploy/d.ts';" }, /may not import deploy/],
  [
    'a worker by its URL',
    { 'runtime/bus/a.ts': "new URL('../../actors/x/y.ts', import.meta.url)" },
    /may not import actors\/x/,
  ],
  [
    'NATS elsewhere',
    { 'runtime/actor/a.ts': "import { connect } from '@nats-io/transport-node';" },
    /stays in runtime\/bus/,
  ],
  [
    'OpenTelemetry elsewhere',
    { 'runtime/bus/a.ts': "import { trace } from '@opentelemetry/api';" },
    /stays in runtime\/telemetry/,
  ],
  ['croner elsewhere', { 'runtime/bus/a.ts': "import { Cron } from 'croner';" }, /stays in runtime\/schedule/],
  ['usb elsewhere', { 'cli/a.ts': "const usb = require('usb/index.js');" }, /stays in actors\/device-watcher/],
  [
    'usb in two files',
    {
      'actors/device-watcher/a.ts': "import 'usb';",
      'actors/device-watcher/b.ts': "import type { Device } from 'usb';",
    },
    /b\.ts: what actors\/device-watcher\/a\.ts imports stays in that one file/,
  ],
  ['ws in the cli', { 'cli/a.ts': "import WebSocket from 'ws';" }, /stays in runtime\/gateway/],
  [
    'the server half of graphql-ws in the cli',
    { 'cli/a.ts': "import 'graphql-ws/use/ws';" },
    /stays in runtime\/gateway/,
  ],
  ['solid in the cli', { 'cli/a.ts': "import 'solid-js';" }, /stays in ui/],
  [
    'a cycle, even of types',
    { 'runtime/bus/a.ts': "import './b.ts';", 'runtime/bus/b.ts': "import type { A } from './a.ts';" },
    /import cycle: runtime\/bus\/a\.ts → runtime\/bus\/b\.ts → runtime\/bus\/a\.ts/,
  ],
  ['Date.now', { 'runtime/bus/a.ts': 'const t = Date.now();' }, /a\.ts:1: Date\.now/],
  ['new Date()', { 'actors/a/a.ts': '\nconst t = new Date();' }, /a\.ts:2: new Date/],
  ['setTimeout', { 'runtime/bus/a.ts': 'setTimeout(f, 1);' }, /setTimeout/],
  ['setInterval', { 'runtime/bus/a.ts': 'globalThis.setInterval(f, 1);' }, /setInterval/],
  ['Math.random', { 'actors/tree.ts': 'const x = Math.random();' }, /Math\.random/],
  [
    'timers by import',
    { 'runtime/bus/a.ts': "import { setTimeout as sleep } from 'node:timers/promises';" },
    /stays in runtime\/clock/,
  ],
  ['a permission without a reason', { 'runtime/bus/a.ts': 'setTimeout(f, 1); // clock:' }, /setTimeout/],
];

const SOUND: Tree = {
  'proto/generated/messages.ts': 'export type A = 1;',
  'runtime/errors/errors.ts': 'export {};',
  'runtime/message/message.ts':
    "import '../errors/errors.ts';\nimport type { A } from '../../proto/generated/messages.ts';",
  'runtime/clock/system-clock.ts': 'export const now = () => Date.now();',
  'runtime/schedule/cron.ts': "import { Cron } from 'croner';\nimport '../errors/errors.ts';",
  'runtime/bus/nats.ts':
    "import { connect } from '@nats-io/transport-node';\nimport '../message/message.ts';\nimport '../schedule/cron.ts';",
  'runtime/bus/bus.test.ts': "import '../../test/harness.ts';\nsetTimeout(() => {}, 1);",
  'runtime/bus/edge.ts':
    '// clock: process edge\nsetTimeout(f, 1);\nsetTimeout(g, 1); // clock: the socket has no other\nnew Date(0);',
  'runtime/bus/words.ts':
    "// Date.now() and import '../actor/a.ts'\nconst s = \"setTimeout(f) from '../gateway/g.ts'\"; clock.setTimeout(f, 1);",
  'runtime/autoweave.ts': "export * from './gateway/gateway.ts';",
  'runtime/gateway/gateway.ts':
    "import 'hono';\nimport { useServer } from 'graphql-ws/use/ws';\nnew URL('./w.ts', import.meta.url);",
  'runtime/gateway/w.ts': "import './gateway.ts';",
  'actors/a/a.ts': "import '../../runtime/autoweave.ts';",
  'actors/tree.ts': "import './a/a.ts';",
  'cli/main.ts': "import '../actors/tree.ts';\nimport { createClient } from 'graphql-ws/client';\nDate.now();",
  'cli/autoweave.mjs': "import { runWithNode } from '../scripts/run.mjs';",
  'ui/src/main.tsx':
    "import { render } from 'solid-js/web';\nimport type { A } from '../../proto/generated/messages.ts';",
  'test/harness.ts': "import '../cli/main.ts';\nimport { connect } from '@nats-io/transport-node';",
  'scripts/bench.ts': "import '../test/harness.ts';",
};

for (const [name, tree, problem] of BROKEN) {
  test(`checkImports refuses: ${name}`, (context) => {
    const problems = checkImports(plant(context, tree));
    assert.equal(problems.length, 1, problems.join('\n'));
    assert.match(problems[0] ?? '', problem);
  });
}

test('checkImports accepts a tree in order', (context) => {
  assert.deepEqual(checkImports(plant(context, SOUND)), []);
});

function plant(context: { after(done: () => void): void }, tree: Tree): string {
  const root = mkdtempSync(join(tmpdir(), 'aw-imports-'));
  context.after(() => rmSync(root, { recursive: true, force: true }));
  for (const [file, source] of Object.entries(tree)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), `${source}\n`);
  }
  return root;
}
