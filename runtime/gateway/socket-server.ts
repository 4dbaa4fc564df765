import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type FormattedExecutionResult, GraphQLError, type GraphQLSchema } from 'graphql';
import { handleProtocols, makeServer } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Clock } from '../clock/clock.ts';
import type { Instruments } from '../telemetry/instruments.ts';
import type { Log } from '../telemetry/log.ts';
import type { Access, Principal } from './access.ts';
import { formatGraphqlError } from './graphql-errors.ts';
import type { GatewayLimits } from './limits.ts';
import { prepareOperation } from './operation.ts';
import type { ContextFor } from './resolver.ts';
import { type WatchedSocket, watchSocket } from './watched-socket.ts';

/**
 * GraphQL over websockets, by the protocol `graphql-transport-ws`.
 *
 * The protocol is graphql-ws's server; the adapter is ours, since the one it brings for `ws` logs a stranger's broken
 * frame to the console and knows of no slow socket.
 */
export interface SocketServer {
  /** Takes over a connection whose request was found to be allowed. */
  accept(request: IncomingMessage, connection: Duplex, head: Buffer): void;
  readonly size: number;
  /** Tells every client that it is over, and hangs up on those that do not answer in time. */
  close(): Promise<void>;
}

export interface SocketParts {
  readonly schema: GraphQLSchema;
  readonly access: Access;
  readonly contextFor: ContextFor;
  readonly limits: GatewayLimits;
  readonly clock: Clock;
  readonly log: Log;
  readonly instruments: Instruments;
}

/** Of RFC 6455: the server goes away. */
const GOING_AWAY = 1001;
/** The closest that RFC 6455 has for a client that does not keep up; clients come back with their cursor. */
const TRY_AGAIN_LATER = 1013;
/** Of graphql-transport-ws. */
const UNAUTHORIZED = 4401;
const FORBIDDEN = 4403;
const INTERNAL_ERROR = 4500;
const SWEEP_MS = 1_000;

export function createSocketServer(parts: SocketParts): SocketServer {
  const { limits, clock, log, instruments } = parts;
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: limits.socketMessageBytes,
    // Compression costs some 100 kB for each socket.
    perMessageDeflate: false,
    handleProtocols,
  });
  const protocol = createProtocol(parts);
  const sockets = new Set<WatchedSocket>();
  let cancelSweep = () => {};

  const drop = (socket: WatchedSocket, reason: string) => {
    sockets.delete(socket);
    instruments.socketsOpen.set(sockets.size);
    instruments.socketsDropped.add(1, { reason });
    log.info('socket.dropped', { reason });
    socket.hangUp(TRY_AGAIN_LATER, `Dropped: ${reason}`);
  };

  const sweep = () => {
    for (const socket of sockets) {
      const fault = socket.fault();
      if (fault !== undefined) drop(socket, fault);
    }
    cancelSweep = clock.schedule(SWEEP_MS, sweep);
  };
  cancelSweep = clock.schedule(SWEEP_MS, sweep);

  server.on('connection', (webSocket: WebSocket) => {
    const socket = watchSocket(webSocket, limits, clock);
    sockets.add(socket);
    instruments.socketsOpen.set(sockets.size);
    const closed = protocol.opened(
      {
        protocol: webSocket.protocol,
        send: async (data) => {
          if (webSocket.bufferedAmount > limits.bufferedBytes && sockets.has(socket)) drop(socket, 'too slow');
          await socket.send(data);
        },
        close: (code, reason) => webSocket.close(code, reason),
        onMessage: (handle) => {
          webSocket.on('message', (data) => {
            handle(String(data)).catch((error) => {
              log.error('socket.failed', { error });
              webSocket.close(INTERNAL_ERROR, 'Something unforeseen went wrong');
            });
          });
        },
      },
      { socket: webSocket },
    );
    // A frame that is none, or too long: ws closes with the right code, `close` follows.
    webSocket.on('error', (error) => log.debug('socket.broken', { error }));
    webSocket.once('close', (code, reason) => {
      sockets.delete(socket);
      instruments.socketsOpen.set(sockets.size);
      socket[Symbol.dispose]();
      closed(code, String(reason)).catch((error) => log.error('socket.failed', { error }));
    });
  });

  return {
    accept(request, connection, head) {
      server.handleUpgrade(request, connection, head, (socket) => server.emit('connection', socket, request));
    },
    get size() {
      return server.clients.size;
    },
    async close() {
      cancelSweep();
      const gone = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of server.clients) socket.close(GOING_AWAY, 'Going away');
      const cancel = clock.schedule(limits.closeMs, () => {
        for (const socket of server.clients) socket.terminate();
      });
      await gone;
      cancel();
    },
  };
}

interface SocketExtra {
  readonly socket: WebSocket;
  /** From its `connection_init` on. */
  principal?: Principal;
}

function createProtocol({ schema, access, contextFor, limits, log, instruments }: SocketParts) {
  return makeServer<Record<string, unknown>, SocketExtra>({
    connectionInitWaitTimeout: limits.initMs,
    onConnect({ connectionParams, extra }) {
      const authorization = connectionParams?.['authorization'] ?? connectionParams?.['Authorization'];
      const principal = access(authorization);
      if (principal !== undefined) {
        extra.principal = principal;
        return true;
      }
      instruments.socketsDropped.add(1, { reason: 'no token' });
      // The protocol would say 4403 for both; a client that forgot the token should hear that it did.
      if (authorization === undefined) extra.socket.close(UNAUTHORIZED, 'Token is missing from connectionParams');
      else extra.socket.close(FORBIDDEN, 'Token is wrong');
      return false;
    },
    onSubscribe({ subscriptions, extra: { principal, socket } }, _id, payload) {
      // The protocol lets nobody subscribe before it has let him in.
      if (principal === undefined) throw new TypeError('Nobody is known for this websocket');
      const open = Object.keys(subscriptions).length;
      if (open > limits.operationsPerSocket) {
        return [
          new GraphQLError(`Cannot run more than ${limits.operationsPerSocket} operations on one websocket`, {
            extensions: { code: 'AW_TOO_MANY_OPERATIONS', hint: 'complete some, or open another websocket' },
          }),
        ];
      }
      const prepared = prepareOperation(schema, payload, limits);
      if ('length' in prepared) return prepared;
      const traceparent = payload.extensions?.['traceparent'];
      return {
        schema,
        document: prepared.document,
        operationName: payload.operationName ?? null,
        variableValues: payload.variables ?? null,
        contextValue: contextFor(principal, typeof traceparent === 'string' ? traceparent : undefined, socket),
      };
    },
    onNext(_ctx, _id, _payload, _args, result) {
      if (result.errors === undefined) return undefined;
      const errors = result.errors.map((error) => formatGraphqlError(error, log));
      return { ...result, errors } as FormattedExecutionResult;
    },
    onError: (_ctx, _id, _payload, errors) => errors.map((error) => formatGraphqlError(error, log)),
  });
}
