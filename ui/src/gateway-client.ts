import { createClient } from 'graphql-ws/client';
import { backoffMs } from './backoff.ts';
import { closeText, isRefusal } from './close-reason.ts';
import { fromGraphqlErrors, type GatewayError, isRecord, REFUSED } from './gateway-error.ts';
import type { OperationDocument } from './generated/operations.ts';
import { postGraphql } from './graphql-post.ts';
import { type Heartbeat, makeHeartbeat } from './heartbeat.ts';

/**
 * The one websocket of the page:
 * - `connecting` until the gateway acknowledged, then `open`;
 * - lost: `waiting` until `retryAtMs`, then `connecting` again, without end;
 * - closed by the gateway for good: `closed`. Only {@link GatewayClient.reconnect} leads out.
 */
export type SocketState =
  | { readonly phase: 'connecting'; readonly reason: string | null }
  | { readonly phase: 'open' }
  | { readonly phase: 'waiting'; readonly retryAtMs: number; readonly reason: string }
  | { readonly phase: 'closed'; readonly reason: string };

export interface GatewayClient {
  /**
   * One query or mutation over HTTP.
   *
   * @throws {GatewayError} with the gateway's code and hint, or our own where it could not be reached
   */
  request<Data, Variables extends object>(
    document: OperationDocument<Data, Variables>,
    variables: Variables,
    options?: { readonly traceparent?: string },
  ): Promise<Data>;
  /**
   * A subscription over the websocket, begun again after each loss of the connection.
   *
   * @param variables asked for at each beginning, so that a feed resumes where it is then
   * @returns ends it; the sink hears nothing more
   */
  subscribe<Data, Variables extends Record<string, unknown>>(
    document: OperationDocument<Data, Variables>,
    variables: () => Variables,
    sink: SubscriptionSink<Data>,
  ): () => void;
  /** Tries now instead of later, or makes sure that an open connection is alive. */
  reconnect(): void;
  close(): void;
}

export interface SubscriptionSink<Data> {
  next(data: Data): void;
  /** The gateway ended it, with an error or in order. */
  ended(error: GatewayError | null): void;
}

export interface GatewayClientOptions {
  readonly onSocket: (state: SocketState) => void;
  /** Round trip of the last ping. */
  readonly onRoundTrip: (durationMs: number) => void;
  /** The token was refused, by HTTP or by the websocket; nothing works from here. */
  readonly onRefused: () => void;
}

/** A connection attempt that a network swallows would otherwise hang for minutes. */
const CONNECT_TIMEOUT_MS = 8000;
/** A page on a wall has nobody to press "Retry": after what the gateway called final it asks again all the same. */
const CLOSED_RETRY_MS = 30_000;

/** Speaks to the gateway that served this page. */
export function makeGatewayClient(token: string, options: GatewayClientOptions): GatewayClient {
  const url = new URL('/graphql', location.href);
  const authorization = `Bearer ${token}`;
  let heartbeat: Heartbeat | null = null;
  let connectTimer: ReturnType<typeof setTimeout> | undefined;
  let endWait: (() => void) | null = null;
  let closedTimer: ReturnType<typeof setTimeout> | undefined;
  let lossReason: string | null = null;
  let isClosed = false;
  let revivers: Array<() => void> = [];

  const socketClient = createClient({
    url: url.href.replace(/^http/, 'ws'),
    connectionParams: { authorization },
    // The page always holds a subscription; a short gap between two is no reason to hang up.
    lazyCloseTimeout: 5000,
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: (cause) => !isClosed && !isRefusal(cause),
    retryWait: (attempt) => {
      const delayMs = backoffMs(attempt, Math.random());
      options.onSocket({ phase: 'waiting', retryAtMs: Date.now() + delayMs, reason: lossReason ?? closeText(null) });
      return new Promise((resolve) => {
        const timer = setTimeout(() => endWait?.(), delayMs);
        endWait = () => {
          clearTimeout(timer);
          endWait = null;
          resolve();
        };
      });
    },
    on: {
      connecting: () => {
        options.onSocket({ phase: 'connecting', reason: lossReason });
        connectTimer = setTimeout(() => socketClient.terminate(), CONNECT_TIMEOUT_MS);
      },
      connected: (socket) => {
        clearTimeout(connectTimer);
        lossReason = null;
        heartbeat = startHeartbeat(socket as WebSocket);
        options.onSocket({ phase: 'open' });
      },
      message: () => heartbeat?.heard(),
      closed: (event) => {
        clearTimeout(connectTimer);
        heartbeat?.stop();
        heartbeat = null;
        lossReason = closeText(event);
        if (isRefusal(event)) refuse();
      },
    },
  });

  function startHeartbeat(socket: WebSocket): Heartbeat {
    let askedAt = 0;
    const beat = makeHeartbeat(
      () => {
        if (socket.readyState !== WebSocket.OPEN) return false;
        askedAt = performance.now();
        socket.send('{"type":"ping"}');
        return true;
      },
      () => socketClient.terminate(),
    );
    const forget = socketClient.on('pong', (isReceived) => {
      if (isReceived) options.onRoundTrip(performance.now() - askedAt);
    });
    beat.check();
    return {
      ...beat,
      stop: () => {
        forget();
        beat.stop();
      },
    };
  }

  function refuse(): void {
    if (isClosed) return;
    close();
    options.onRefused();
  }

  function reconnect(): void {
    if (isClosed) return;
    clearTimeout(closedTimer);
    endWait?.();
    heartbeat?.check();
    for (const revive of revivers.splice(0)) revive();
  }

  function onVisible(): void {
    if (document.visibilityState === 'visible') reconnect();
  }

  function close(): void {
    isClosed = true;
    revivers = [];
    removeEventListener('online', reconnect);
    removeEventListener('offline', reconnect);
    document.removeEventListener('visibilitychange', onVisible);
    clearTimeout(closedTimer);
    // Rejects when it was still connecting; there is nothing to close then.
    Promise.resolve(socketClient.dispose()).catch(() => {});
    endWait?.();
  }

  addEventListener('online', reconnect);
  // Losing the network does not lose a gateway on this machine: ask it, rather than believe the browser.
  addEventListener('offline', reconnect);
  document.addEventListener('visibilitychange', onVisible);

  return {
    async request(query, variables, requestOptions = {}) {
      try {
        return await postGraphql(url, authorization, { query, variables }, requestOptions);
      } catch (thrown) {
        if (isRefused(thrown)) refuse();
        throw thrown;
      }
    },

    subscribe<Data, Variables extends Record<string, unknown>>(
      query: OperationDocument<Data, Variables>,
      variables: () => Variables,
      sink: SubscriptionSink<Data>,
    ) {
      let isEnded = false;
      let unsubscribe = () => {};
      function end(error: GatewayError | null): void {
        if (isEnded || isClosed) return;
        isEnded = true;
        sink.ended(error);
      }
      function begin(): void {
        if (isEnded) return;
        unsubscribe = socketClient.subscribe<Data>(
          {
            query,
            // Read by the client at every (re)subscription, when it serialises the message.
            get variables() {
              return { ...variables() };
            },
          },
          {
            next: (result) => {
              if (isEnded) return;
              if (result.errors) {
                unsubscribe();
                end(fromGraphqlErrors(result.errors));
              } else if (result.data) sink.next(result.data);
            },
            error: (cause) => {
              if (Array.isArray(cause)) return end(fromGraphqlErrors(cause));
              if (isEnded || isClosed) return;
              // The socket was closed for good, and with it every subscription: each waits to be revived.
              options.onSocket({ phase: 'closed', reason: closeText(cause) });
              revivers.push(begin);
              clearTimeout(closedTimer);
              closedTimer = setTimeout(reconnect, CLOSED_RETRY_MS);
            },
            complete: () => end(null),
          },
        );
      }
      begin();
      return () => {
        isEnded = true;
        unsubscribe();
      };
    },
    reconnect,
    close,
  };
}

function isRefused(thrown: unknown): boolean {
  return isRecord(thrown) && thrown.code === REFUSED;
}
