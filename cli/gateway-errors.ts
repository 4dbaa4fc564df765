import { AutoWeaveError } from '../runtime/errors/errors.ts';

/** What goes wrong between the command line and a running AutoWeave, in words for a person. */

export const START_HINT = 'run "npm start", or set AUTOWEAVE_URL and AUTOWEAVE_TOKEN to reach one elsewhere';

/** What a request that brought no answer means. */
export function noAnswer(url: string, patienceMs: number, cause: unknown): AutoWeaveError {
  if (cause instanceof Error && cause.name === 'TimeoutError') {
    return new AutoWeaveError('AW_GATEWAY_TIMEOUT', `AutoWeave at ${url} did not answer within ${patienceMs} ms`, {
      hint: 'run "autoweave doctor"',
      cause,
    });
  }
  const why = cause instanceof Error ? reasonOf(cause) : String(cause);
  return new AutoWeaveError('AW_NOT_RUNNING', `AutoWeave does not answer at ${url}: ${why}`, {
    hint: START_HINT,
    cause,
  });
}

/** Ours, and those of actors of one's own. */
const CODE = /^[A-Z][A-Z0-9_]{0,63}$/;

/** A GraphQL error carries our code and hint as extensions. */
export function toGatewayError(error: unknown): AutoWeaveError {
  const { message, extensions } = error as { message?: string; extensions?: { code?: unknown; hint?: unknown } };
  const { code, hint } = extensions ?? {};
  return new AutoWeaveError(
    typeof code === 'string' && CODE.test(code) ? code : 'AW_GATEWAY_FAILED',
    message ?? 'AutoWeave refused without a reason',
    typeof hint === 'string' ? { hint } : {},
  );
}

/** graphql-ws throws errors of GraphQL as a list, and the event of a socket that was closed. */
export function toSubscriptionError(error: unknown, url: string): AutoWeaveError {
  if (error instanceof AutoWeaveError) return error;
  if (Array.isArray(error)) return toGatewayError(error[0]);
  const { code, reason } = (typeof error === 'object' && error !== null ? error : {}) as {
    code?: unknown;
    reason?: unknown;
  };
  if (code === 4401 || code === 4403) return tokenRefused(url);
  const why = typeof reason === 'string' && reason !== '' ? `: ${reason}` : '';
  return new AutoWeaveError('AW_GATEWAY_DISCONNECTED', `Connection to ${url} was lost${why}`, { cause: error });
}

export function tokenRefused(url: string): AutoWeaveError {
  return new AutoWeaveError('AW_TOKEN_REFUSED', `AutoWeave at ${url} refuses the token`, {
    hint: 'set AUTOWEAVE_TOKEN to the token that start prints',
  });
}

/** `fetch` hides "connect ECONNREFUSED" behind "fetch failed". */
function reasonOf(error: Error): string {
  let innermost = error;
  while (innermost.cause instanceof Error) innermost = innermost.cause;
  return innermost.message || ('code' in innermost ? String(innermost.code) : innermost.name);
}
