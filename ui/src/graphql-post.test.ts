import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { GatewayError } from './gateway-error.ts';
import { postGraphql } from './graphql-post.ts';

async function withServer(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  use: (url: URL) => Promise<void>,
): Promise<void> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await use(new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`));
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

test('postGraphql sends token, trace and variables, and gives the data', async () => {
  let received: { readonly headers: IncomingMessage['headers']; readonly body: unknown } | null = null;
  await withServer(
    async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      received = { headers: request.headers, body: JSON.parse(body) };
      response.end('{"data":{"answer":42}}');
    },
    async (url) => {
      const operation = { query: 'query Q { answer }', variables: { a: 1 } };
      assert.deepEqual(await postGraphql(url, 'Bearer t', operation, { traceparent: '00-1-2-01' }), { answer: 42 });
      assert.equal(received?.headers.authorization, 'Bearer t');
      assert.equal(received?.headers.traceparent, '00-1-2-01');
      assert.deepEqual(received?.body, operation);
    },
  );
});

test('postGraphql turns every failure into an error with a code', async () => {
  const table: ReadonlyArray<readonly [status: number, body: string, code: string]> = [
    [401, '{"errors":[{"message":"No token"}]}', 'AW_TOKEN_REFUSED'],
    [200, '{"data":null,"errors":[{"message":"No","extensions":{"code":"AW_DEVICE_UNKNOWN"}}]}', 'AW_DEVICE_UNKNOWN'],
    [400, '{"errors":[{"message":"Bad"}]}', 'AW_UNEXPECTED'],
    [502, 'Bad gateway', 'AW_GATEWAY_ANSWER'],
    [200, '{"data":null}', 'AW_GATEWAY_ANSWER'],
    [200, '[]', 'AW_GATEWAY_ANSWER'],
  ];
  for (const [status, body, code] of table) {
    await withServer(
      (_, response) => response.writeHead(status).end(body),
      (url) => assert.rejects(postGraphql(url, 'Bearer t', { query: '', variables: {} }), hasCode(code)),
    );
  }
});

test('postGraphql says that a gateway cannot be reached', async () => {
  let gone = new URL('http://127.0.0.1/');
  await withServer(
    () => {},
    async (url) => void (gone = url),
  );
  await assert.rejects(postGraphql(gone, 'Bearer t', { query: '', variables: {} }), hasCode('AW_GATEWAY_UNREACHABLE'));
});

function hasCode(code: string): (thrown: unknown) => boolean {
  return (thrown) => thrown instanceof GatewayError && thrown.code === code;
}
