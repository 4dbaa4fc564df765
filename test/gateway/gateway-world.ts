import { mkdtemp, rm } from 'node:fs/promises';
import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { systemClock } from '../../runtime/clock/system-clock.ts';
import { type Gateway, type GatewayOptions, startGateway } from '../../runtime/gateway/gateway.ts';
import type { GatewayServices } from '../../runtime/gateway/services.ts';
import { createFakeServices, type FakeServices } from './fake-services.ts';
import { createMemoryBus, type MemoryBus } from './memory-bus.ts';

export const TOKEN = 'the-right-token';

/** A gateway over a log in memory, and how to speak to it. */
export interface GatewayWorld extends GatewayDoors {
  readonly bus: MemoryBus;
  readonly services: FakeServices;
}

/** A gateway over any services, and how to speak to it. */
export interface GatewayDoors {
  readonly gateway: Gateway;
  readonly uiDirectory: string;
  request(path: string, options?: RequestOptions): Promise<Answer>;
  /** POST with the token. */
  query(query: string, variables?: object, headers?: OutgoingHttpHeaders): Promise<QueryAnswer>;
  /** A graphql-ws client that does not connect again by itself. */
  openClient(params?: Record<string, unknown>, webSocketImpl?: unknown): Client;
}

export interface RequestOptions {
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Buffer;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
}

export interface QueryAnswer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the shape is what each test asked for
  readonly data: any;
  readonly errors?: readonly { message: string; extensions: { code: string; hint?: string } }[];
}

export async function startWorld(t: TestContext, options: Partial<GatewayOptions> = {}): Promise<GatewayWorld> {
  const bus = createMemoryBus();
  const services = createFakeServices(bus);
  return { bus, services, ...(await openDoors(t, services, options)) };
}

export async function openDoors(
  t: TestContext,
  services: GatewayServices,
  options: Partial<GatewayOptions> = {},
): Promise<GatewayDoors> {
  const directory = await mkdtemp(join(tmpdir(), 'autoweave-ui-'));
  const uiDirectory = join(directory, 'dist');
  const gateway = await startGateway(services, {
    port: 0,
    token: TOKEN,
    uiDirectory,
    clock: systemClock,
    ...options,
    limits: { closeMs: 500, ...options.limits },
  });
  t.after(async () => {
    await gateway[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  });

  const send = (path: string, { method = 'GET', headers = {}, body }: RequestOptions = {}): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const sent = request(
        { host: '127.0.0.1', port: gateway.port, path, method, headers, agent: false },
        async (response) => {
          const chunks: Buffer[] = [];
          for await (const chunk of response) chunks.push(chunk);
          const whole = Buffer.concat(chunks);
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: whole, text: whole.toString() });
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });

  return {
    gateway,
    uiDirectory,
    request: send,
    async query(query, variables = {}, headers = {}) {
      const { status, text } = await send('/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}`, ...headers },
        body: JSON.stringify({ query, variables }),
      });
      return { status, ...JSON.parse(text) };
    },
    openClient(params = { authorization: `Bearer ${TOKEN}` }, webSocketImpl = WebSocket) {
      const client = createClient({
        url: `${gateway.url.replace('http', 'ws')}/graphql`,
        webSocketImpl,
        connectionParams: params,
        retryAttempts: 0,
      });
      t.after(() => client.dispose());
      return client;
    },
  };
}
