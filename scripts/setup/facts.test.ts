import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readFacts, stateFolder, writeFacts } from './facts.mjs';

test('readFacts gives what was written, and follows a checkout that was copied', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'aw-facts-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const [first, second] = [join(folder, 'first'), join(folder, 'second')];
  const facts = { node: '/usr/bin/node', natsServer: join(first, '.autoweave/bin/nats-server'), stamps: { ui: 'x' } };

  assert.deepEqual(readFacts(first), { stamps: {} });
  writeFacts(first, facts);
  assert.deepEqual(readFacts(first), facts);

  cpSync(first, second, { recursive: true });
  assert.equal(readFacts(second).natsServer, join(second, '.autoweave/bin/nats-server'));
  assert.equal(readFacts(second).node, '/usr/bin/node');

  writeFileSync(join(stateFolder(second), 'setup.json'), '{"node":');
  assert.deepEqual(readFacts(second), { stamps: {} });
});
