import { systemClock } from '../runtime/clock/system-clock.ts';
import { AutoWeaveError } from '../runtime/errors/errors.ts';
import { readInstance, readToken } from './data-directory.ts';
import { noAnswer, START_HINT, toGatewayError, tokenRefused, toSubscriptionError } from './gateway-errors.ts';

/** Speaks GraphQL to a running AutoWeave. */
export interface GatewayClient {
  /** Without the token. */
  readonly url: string;
  /**
   * The `data` of the answer.
   *
   * @throws AW_NOT_RUNNING, AW_TOKEN_REFUSED, AW_GATEWAY_TIMEOUT, AW_GATEWAY_FAILED, and the codes of the gateway
   */
  query<Data>(
    document: string,
    variables?: Readonly<Record<string, unknown>>,
    options?: { readonly timeoutMs?: number },
  ): Promise<Data>;
  /**
   * What a subscription brings, until the connection ends.
   *
   * @throws AW_GATEWAY_DISCONNECTED when the connection breaks or cannot be made, and what {@link query} throws
   */
  subscribe<Data>(
    document: string,
    variables: Readonly<Record<string, unknown>>,
    signal?: AbortSignal,
  ): AsyncIterable<Data>;
}

export interface GatewayAccess {
  /** The gateway's origin, such as `http://127.0.0.1:4000`. */
  readonly url: string;
  readonly token: string | undefined;
}

const ANSWER_MS = 15_000;
const KEEP_ALIVE_MS = 10_000;

/**
 * Where AutoWeave answers, and what lets one in: `AUTOWEAVE_URL` and `AUTOWEAVE_TOKEN`, else what the running one
 * wrote into its data directory. A URL with `?token=`, as start prints it, will do for both.
 *
 * @throws AW_NOT_RUNNING when nothing says where, AW_CONFIG_INVALID for a URL that is none
 */
export async function findGateway(
  dataDirectory: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<GatewayAccess> {
  const given = env['AUTOWEAVE_URL'];
  const text = given === undefined || given === '' ? (await readInstance(dataDirectory))?.url : given;
  if (text === undefined) {
    throw new AutoWeaveError('AW_NOT_RUNNING', `No AutoWeave runs on "${dataDirectory}"`, {
      hint: START_HINT,
    });
  }
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new AutoWeaveError('AW_CONFIG_INVALID', `AUTOWEAVE_URL is "${text}", allowed: http://host:port`);
  }
  const token = env['AUTOWEAVE_TOKEN'] || url.searchParams.get('token') || (await readToken(dataDirectory));
  return { url: url.origin, token: token || undefined };
}

export function createGatewayClient({ url, token }: GatewayAccess): GatewayClient {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return {
    url,
    async query<Data>(
      document: string,
      variables: Readonly<Record<string, unknown>> = {},
      { timeoutMs = ANSWER_MS }: { readonly timeoutMs?: number } = {},
    ): Promise<Data> {
      const response = await post(url, { query: document, variables }, authorization, timeoutMs);
      return readData<Data>(await readBody(response, url));
    },
    async *subscribe<Data>(
      document: string,
      variables: Readonly<Record<string, unknown>>,
      signal?: AbortSignal,
    ): AsyncGenerator<Data> {
      // Loaded when needed: most commands only ask and go.
      const { createClient } = await import('graphql-ws/client');
      let cancelPatience = () => {};
      const client = createClient({
        url: `${url.replace(/^http/, 'ws')}/graphql`,
        connectionParams: authorization,
        // It would subscribe again with the variables of the first time, and so repeat what was seen.
        retryAttempts: 0,
        keepAlive: KEEP_ALIVE_MS,
        on: {
          ping(isReceived) {
            // A connection whose other end is gone without a word looks open for ever.
            if (!isReceived) cancelPatience = systemClock.schedule(KEEP_ALIVE_MS, () => client.terminate());
          },
          pong(isReceived) {
            if (isReceived) cancelPatience();
          },
        },
      });
      const stop = () => void client.dispose();
      signal?.addEventListener('abort', stop, { once: true });
      try {
        for await (const result of client.iterate({ query: document, variables: { ...variables } })) {
          yield readData<Data>(result);
        }
      } catch (error) {
        throw toSubscriptionError(error, url);
      } finally {
        cancelPatience();
        signal?.removeEventListener('abort', stop);
        await client.dispose();
      }
    },
  };
}

async function post(url: string, body: unknown, headers: Record<string, string>, timeoutMs: number): Promise<Response> {
  try {
    return await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
      body: JSON.stringify(body),
      // The token must not follow to another host.
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
  } catch (cause) {
    throw noAnswer(url, timeoutMs, cause);
  }
}

/** The body of a GraphQL answer, which also comes with most statuses other than 200. */
async function readBody(response: Response, url: string): Promise<unknown> {
  if (response.status === 401) throw tokenRefused(url);
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AutoWeaveError(
      'AW_GATEWAY_FAILED',
      `AutoWeave at ${url} answered ${response.status} and no JSON: ${text.slice(0, 80)}`,
      { hint: 'check that AUTOWEAVE_URL is that of an AutoWeave', cause },
    );
  }
}

function readData<Data>(answer: unknown): Data {
  const { data, errors } = (typeof answer === 'object' && answer !== null ? answer : {}) as {
    data?: Data | null;
    errors?: readonly unknown[];
  };
  if (errors?.[0] !== undefined) throw toGatewayError(errors[0]);
  if (data === null || data === undefined) {
    throw new AutoWeaveError('AW_GATEWAY_FAILED', `AutoWeave answered without data: ${JSON.stringify(answer)}`);
  }
  return data;
}
