import {
  fromGraphqlErrors,
  GatewayError,
  isRecord,
  REFUSED,
  TIMED_OUT,
  toGatewayError,
  UNREACHABLE,
  unreadableAnswer,
} from './gateway-error.ts';

const REQUEST_TIMEOUT_MS = 10_000;

/**
 * One operation by GraphQL over HTTP.
 *
 * @throws {GatewayError} whatever went wrong: `REFUSED` for a 401, the gateway's own code for an error in its answer
 */
export async function postGraphql<Data>(
  url: URL,
  authorization: string,
  operation: { readonly query: string; readonly variables: object },
  options: { readonly traceparent?: string } = {},
): Promise<Data> {
  const headers: Record<string, string> = {
    authorization,
    'content-type': 'application/json',
    accept: 'application/graphql-response+json, application/json',
  };
  if (options.traceparent !== undefined) headers.traceparent = options.traceparent;
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers,
      body: JSON.stringify(operation),
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    if (response.status === 401) throw new GatewayError(REFUSED, 'The gateway refused the token');
    return readData<Data>(response.status, await response.text());
  } catch (thrown) {
    throw describeFailure(thrown);
  }
}

/** The documents are checked against the schema when they are built, so `data` is what the operation's type says. */
function readData<Data>(status: number, text: string): Data {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch (cause) {
    throw unreadableAnswer(`HTTP ${status} without JSON`, cause);
  }
  if (isRecord(answer) && answer.errors !== undefined) throw fromGraphqlErrors(answer.errors);
  if (!isRecord(answer) || !isRecord(answer.data)) throw unreadableAnswer(`HTTP ${status} without data`);
  return answer.data as Data;
}

function describeFailure(cause: unknown): GatewayError {
  if (cause instanceof DOMException && cause.name === 'TimeoutError') {
    return new GatewayError(TIMED_OUT, `The gateway did not answer within ${REQUEST_TIMEOUT_MS / 1000} s`, {
      hint: 'Look at the health of its parts',
      cause,
    });
  }
  if (cause instanceof DOMException || cause instanceof TypeError) {
    return new GatewayError(UNREACHABLE, 'The gateway cannot be reached', {
      hint: 'Look whether AutoWeave still runs, else start it with npm start',
      cause,
    });
  }
  return toGatewayError(cause);
}
