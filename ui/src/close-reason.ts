import { isRecord } from './gateway-error.ts';

/** Of graphql-transport-ws: the token is missing, or it is wrong. */
const REFUSED_CODES: readonly unknown[] = [4401, 4403];
/** Our own: nothing was heard for too long. */
const TERMINATED = 4499;
/** Of RFC 6455: going away, and service restart. */
const LEAVING_CODES: readonly unknown[] = [1001, 1012];

/** Whether a websocket was closed because of its token. */
export function isRefusal(cause: unknown): boolean {
  return isRecord(cause) && REFUSED_CODES.includes(cause.code);
}

/** Why a websocket ended, in the gateway's own words where it gave some. */
export function closeText(cause: unknown): string {
  if (!isRecord(cause) || typeof cause.code !== 'number') return 'the gateway does not answer';
  if (cause.code === TERMINATED) return 'no sign of life';
  if (typeof cause.reason === 'string' && cause.reason !== '') return cause.reason;
  if (LEAVING_CODES.includes(cause.code)) return 'the gateway is going away';
  return cause.code === 1006 ? 'the connection broke' : `close code ${cause.code}`;
}
