import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { download, verify } from './nats-release.mjs';

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
