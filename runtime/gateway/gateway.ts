import { createServer, type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { getRequestListener } from '@hono/node-server';
import type { Clock } from '../clock/clock.ts';
import { type Random, systemRandom } from '../clock/random.ts';
import { AutoWeaveError } from '../errors/errors.ts';
import { decodeJobEvents } from '../queue/job-events.ts';
import { listenJobs } from '../queue/live-events.ts';
import { type Instruments, noInstruments } from '../telemetry/instruments.ts';
import { type Log, noLog } from '../telemetry/log.ts';
import { noTracer, type Tracer } from '../telemetry/spans.ts';
import { createAccess, isHostAllowed, isOriginAllowed } from './access.ts';
import { createAgentReads } from './agent-reads.ts';
import { createEventFeeds } from './event-feeds.ts';
import { createEveryActor } from './every-actor.ts';
import { createHttpApp } from './http-app.ts';
import { createJobFeeds } from './job-feeds.ts';
import { createKeyLooks } from './key-looks.ts';
import { DEFAULT_LIMITS, type GatewayLimits } from './limits.ts';
import type { ContextFor } from './resolver.ts';
import { createSchema } from './schema.ts';
import type { GatewayServices } from './services.ts';
import { createSocketServer } from './socket-server.ts';
import { createStaticFiles } from './static-files.ts';

/**
 * One HTTP server: GraphQL over POST and websocket, the built UI, `/healthz`, `/readyz`, `/metrics`. Everything but
 * the UI and the probes needs the token (`/metrics` only where others than this machine can ask).
 */
export interface Gateway extends AsyncDisposable {
  /** Without the token. */
  readonly url: string;
  readonly port: number;
}

export interface GatewayOptions {
  /** Address to listen on. */
  readonly host?: string;
  /** 0 takes any that is free. */
  readonly port: number;
  readonly token: string;
  /** Where the built UI is; it need not be there yet. */
  readonly uiDirectory: string;
  /** Names under which it is reached beside its address, with or without a port. */
  readonly allowedHosts?: readonly string[];
  readonly clock: Clock;
  readonly random?: Random;
  readonly log?: Log;
  readonly tracer?: Tracer;
  readonly instruments?: Instruments;
  readonly limits?: Partial<GatewayLimits>;
}

const LOOPBACK = '127.0.0.1';
/** A request that has not come in whole by then is from nobody who means well. */
const REQUEST_MS = 30_000;
const HEADERS_MS = 10_000;

/**
 * Resolves when it listens.
 *
 * @throws AW_PORT_IN_USE, AW_PORT_DENIED, AW_HOST_UNKNOWN
 */
export async function startGateway(services: GatewayServices, options: GatewayOptions): Promise<Gateway> {
  const { host: bind = LOOPBACK, token, clock, allowedHosts = [] } = options;
  const { random = systemRandom, log = noLog, tracer = noTracer, instruments = noInstruments } = options;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const { bus, contracts } = services;
  const closing = new AbortController();
  const most = { sources: limits.eventFeeds, ofOneClient: limits.eventFeedsPerSocket };
  const feeds = createEventFeeds({ bus, contracts, clock, log, instruments, most });
  const jobFeeds = createJobFeeds({
    bus,
    clock,
    log,
    instruments,
    decode: decodeJobEvents,
    listen: ({ tenant, queue }, onEvent) => listenJobs({ bus, clock }, tenant, queue, onEvent),
  });
  const schema = createSchema();
  const contextFor: ContextFor = ({ tenant }, traceparent, client = {}) => ({
    services,
    tenant,
    feeds,
    jobFeeds,
    client,
    looks: createKeyLooks({
      ask: (address) => services.control.look(address),
      clock,
      limit: limits.keyLooks,
      timeoutMs: limits.keyLookMs,
    }),
    everyActor: createEveryActor(services),
    reads: createAgentReads(services, limits.agentReads),
    tracer,
    instruments,
    clock,
    random,
    limits,
    traceparent,
    closing: closing.signal,
  });
  const access = createAccess(token, services.tenant);
  const shared = { services, schema, access, contextFor, limits, clock, log, instruments };
  const sockets = createSocketServer(shared);
  const files = createStaticFiles(options.uiDirectory, clock);
  let port = options.port;
  const app = createHttpApp({ ...shared, files, bind, allowedHosts, port: () => port });

  const server = createServer(
    { requestTimeout: REQUEST_MS, headersTimeout: HEADERS_MS },
    getRequestListener(app.fetch, { overrideGlobalObjects: false }),
  );
  server.maxConnections = limits.connections;
  server.on('upgrade', (request, connection, head) => {
    // Until ws takes over, a reset connection would be an error that nobody hears.
    connection.on('error', () => connection.destroy());
    const status = judgeUpgrade(request, { bind, port, allowedHosts, hasRoom: sockets.size < limits.sockets });
    if (status === 101) return sockets.accept(request, connection, head);
    instruments.socketsDropped.add(1, { reason: `refused ${status}` });
    refuseUpgrade(connection, status);
  });

  try {
    port = await listen(server, options.port, bind);
  } catch (error) {
    await sockets.close();
    feeds[Symbol.dispose]();
    jobFeeds[Symbol.dispose]();
    throw error;
  }
  const url = `http://${bind.includes(':') ? `[${bind}]` : bind}:${port}`;
  log.info('gateway.started', { url });

  return {
    url,
    port,
    async [Symbol.asyncDispose]() {
      const isClosed = new Promise<void>((resolve) => server.close(() => resolve()));
      // What is being answered has its time; the rest are between two requests.
      server.closeIdleConnections();
      const cancel = clock.schedule(limits.closeMs, () => {
        closing.abort();
        server.closeAllConnections();
      });
      await Promise.all([isClosed, sockets.close()]);
      cancel();
      closing.abort();
      feeds[Symbol.dispose]();
      jobFeeds[Symbol.dispose]();
      log.info('gateway.stopped', { url });
    },
  };
}

interface UpgradeRules {
  readonly bind: string;
  readonly port: number;
  readonly allowedHosts: readonly string[];
  readonly hasRoom: boolean;
}

function judgeUpgrade({ url, headers }: IncomingMessage, rules: UpgradeRules): 101 | 403 | 404 | 421 | 503 {
  if (url?.split('?', 1)[0] !== '/graphql') return 404;
  if (!isHostAllowed(headers.host, rules)) return 421;
  // A browser sends its cookies and its user's network with a websocket to anywhere: the origin is all there is.
  if (!isOriginAllowed(headers.origin, headers.host, rules.allowedHosts)) return 403;
  return rules.hasRoom ? 101 : 503;
}

function refuseUpgrade(connection: Duplex, status: number): void {
  connection.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)));
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

function listenError(cause: NodeJS.ErrnoException, host: string, port: number): AutoWeaveError {
  if (cause.code === 'EADDRINUSE') {
    return new AutoWeaveError('AW_PORT_IN_USE', `Cannot listen on ${host}:${port}: another program does`, {
      hint: `choose another port, such as AUTOWEAVE_PORT=${port + 1}, or end that program`,
      cause,
    });
  }
  if (cause.code === 'EACCES') {
    return new AutoWeaveError('AW_PORT_DENIED', `Cannot listen on ${host}:${port}: the system does not allow it`, {
      hint: 'choose a port above 1023 with AUTOWEAVE_PORT',
      cause,
    });
  }
  return new AutoWeaveError('AW_HOST_UNKNOWN', `Cannot listen on ${host}:${port}: ${cause.message}`, {
    hint: 'give an address of this machine, such as 127.0.0.1 or 0.0.0.0',
    cause,
  });
}
