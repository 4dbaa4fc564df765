import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { run } from './command.mjs';
import { download, unpack, verify } from './nats-release.mjs';

test('verify refuses an archive that is not the pinned one', () => {
  const archive = Buffer.from('archive');
  const pinned = createHash('sha256').update(archive).digest('hex');
  verify(archive, pinned, 'url');
  assert.throws(
    () => verify(Buffer.from('another'), pinned, 'url'),
    /^Error: Refused url: its sha256 is [0-9a-f]{64}, pinned is/,
  );
});

test('download gives up on a host that is silent, unknown or refuses', async (context) => {
  const server = createServer((request, response) => {
    if (request.url === '/there') response.end('content');
    if (request.url === '/missing') response.writeHead(404).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  assert.equal(Buffer.from(await download(`${base}/there`)).toString(), 'content');
  await assert.rejects(download(`${base}/missing`), /answered 404/);
  await assert.rejects(download(`${base}/silent`, { connectTimeoutMs: 50 }), /did not answer within 50 ms/);
  await assert.rejects(download('http://nowhere.invalid/'));
});

test('unpack takes the program out of an archive as the project makes them', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'aw-release-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'nats-server-v1-linux-amd64'));
  writeFileSync(join(folder, 'nats-server-v1-linux-amd64', 'nats-server'), 'program');
  writeFileSync(join(folder, 'nats-server-v1-linux-amd64', 'LICENSE'), 'text');
  await run('tar', ['-czf', 'made.tar.gz', 'nats-server-v1-linux-amd64'], { cwd: folder });

  const archive = readFileSync(join(folder, 'made.tar.gz'));
  const program = await unpack(archive, 'nats-server-v1-linux-amd64', join(folder, 'work'), run);
  assert.equal(readFileSync(program, 'utf8'), 'program');
  await assert.rejects(unpack(archive, 'nats-server-v2-linux-amd64', join(folder, 'work'), run), /tar ended with/);
});
