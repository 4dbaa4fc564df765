import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { json } from 'node:stream/consumers';

/** A gateway for tests: GraphQL over HTTP and websocket as on the wire, with answers that the test chooses. */
export interface FakeGateway extends AsyncDisposable {
  readonly url: string;
  readonly token: string;
  /** What was asked, over HTTP and websocket, in order. */
  readonly requests: FakeRequest[];
  /** What HTTP answers; `data` by default is empty. */
  answer: (request: FakeRequest) => { readonly data?: unknown; readonly errors?: readonly unknown[] };
  /** What one subscription brings; then the server ends it. Or it is refused, or the connection breaks. */
  stream: (request: FakeRequest) => readonly unknown[] | { readonly errors: readonly unknown[] } | 'break';
}

export interface FakeRequest {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

const WEBSOCKET_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const TEXT = 0x81;
const CLOSE = 0x88;

export async function startFakeGateway(token = 'test-token-of-the-gateway'): Promise<FakeGateway> {
  const sockets = new Set<Duplex>();
  const server = createServer((request, response) => {
    void answerHttp(gateway, request, response);
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    acceptWebsocket(gateway, request, socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const gateway: FakeGateway = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token,
    requests: [],
    answer: () => ({ data: {} }),
    stream: () => [],
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return gateway;
}

async function answerHttp(gateway: FakeGateway, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const isAllowed = request.headers.authorization === `Bearer ${gateway.token}`;
  const asked = (await json(request)) as FakeRequest;
  if (isAllowed) gateway.requests.push(asked);
  response.writeHead(isAllowed ? 200 : 401, { 'content-type': 'application/json' });
  response.end(JSON.stringify(isAllowed ? gateway.answer(asked) : {}));
}

function acceptWebsocket(gateway: FakeGateway, request: IncomingMessage, socket: Duplex): void {
  const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}${WEBSOCKET_GUID}`).digest('base64');
  socket.write(
    [
      'HTTP/1.1 101 Switching Protocols',
      'Upgrade: websocket',
      'Connection: Upgrade',
      `Sec-WebSocket-Accept: ${accept}`,
      'Sec-WebSocket-Protocol: graphql-transport-ws',
      '\r\n',
    ].join('\r\n'),
  );
  const send = (message: unknown) => socket.write(frame(TEXT, Buffer.from(JSON.stringify(message))));
  let pending = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    for (let next = takeFrame(pending); next !== undefined; next = takeFrame(pending)) {
      pending = pending.subarray(next.length);
      if (next.opcode === 1) converse(gateway, JSON.parse(next.payload.toString()), send, socket);
      if (next.opcode === 8) socket.end();
    }
  });
}

/** The server's side of the graphql-transport-ws protocol. */
function converse(
  gateway: FakeGateway,
  message: { readonly type: string; readonly id?: string; readonly payload?: Record<string, unknown> },
  send: (message: unknown) => void,
  socket: Duplex,
): void {
  const { type, id, payload } = message;
  if (type === 'ping') send({ type: 'pong' });
  if (type === 'connection_init') {
    if (payload?.['authorization'] === `Bearer ${gateway.token}`) send({ type: 'connection_ack' });
    else socket.end(frame(CLOSE, Buffer.from([4403 >> 8, 4403 & 0xff])));
  }
  if (type !== 'subscribe') return;
  const asked = payload as unknown as FakeRequest;
  gateway.requests.push(asked);
  const results = gateway.stream(asked);
  if (results === 'break') {
    socket.destroy();
    return;
  }
  if ('errors' in results) {
    send({ type: 'error', id, payload: results.errors });
    return;
  }
  for (const data of results) send({ type: 'next', id, payload: { data } });
  send({ type: 'complete', id });
}

function frame(head: number, payload: Buffer): Buffer {
  const length =
    payload.length < 126
      ? Buffer.from([payload.length])
      : Buffer.from([126, payload.length >> 8, payload.length & 0xff]);
  return Buffer.concat([Buffer.from([head]), length, payload]);
}

/** The first whole frame of a client, unmasked; undefined while it has not yet come. */
function takeFrame(bytes: Buffer): { opcode: number; payload: Buffer; length: number } | undefined {
  if (bytes.length < 6) return undefined;
  const short = bytes[1]! & 0x7f;
  const start = short === 126 ? 4 : 2;
  const size = short === 126 ? bytes.readUInt16BE(2) : short;
  const length = start + 4 + size;
  if (bytes.length < length) return undefined;
  const mask = bytes.subarray(start, start + 4);
  const payload = Buffer.from(bytes.subarray(start + 4, length).map((byte, index) => byte ^ mask[index % 4]!));
  return { opcode: bytes[0]! & 0x0f, payload, length };
}
