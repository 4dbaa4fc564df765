import type { SocketState } from './gateway-client.ts';

/**
 * What the reader is told of the connection:
 * - `connecting`: for the first time, until everything up to now is here
 * - `live`: what happens is seen as it happens
 * - `reconnecting`: it was lost; `retryAtMs` is null while an attempt is under way
 * - `offline`: it was lost, and the machine says that it has no network
 * - `closed`: the gateway ended it for good
 */
export interface Connection {
  readonly state: 'connecting' | 'live' | 'reconnecting' | 'offline' | 'closed';
  readonly retryAtMs: number | null;
  readonly reason: string | null;
}

export interface ConnectionFacts {
  readonly socket: SocketState;
  readonly isCaughtUp: boolean;
  readonly wasLive: boolean;
  /** Of the browser; a gateway on the same machine works without a network. */
  readonly isOnline: boolean;
}

export function connectionOf({ socket, isCaughtUp, wasLive, isOnline }: ConnectionFacts): Connection {
  if (socket.phase === 'closed') return { state: 'closed', retryAtMs: null, reason: socket.reason };
  if (socket.phase === 'open' && isCaughtUp) return { state: 'live', retryAtMs: null, reason: null };
  const isWaiting = socket.phase === 'waiting';
  const retryAtMs = isWaiting ? socket.retryAtMs : null;
  const reason = socket.phase === 'open' ? null : socket.reason;
  if (!isOnline && socket.phase !== 'open') return { state: 'offline', retryAtMs, reason };
  return { state: wasLive || isWaiting ? 'reconnecting' : 'connecting', retryAtMs, reason };
}

/** The state in a word or three. The countdown is for the eye; {@link connectionStatus} is for the ear. */
export function connectionText(connection: Connection, nowMs: number): string {
  switch (connection.state) {
    case 'live':
      return 'Live';
    case 'connecting':
      return 'Connecting';
    case 'offline':
      return 'Offline';
    case 'closed':
      return `Closed: ${connection.reason}`;
    case 'reconnecting': {
      const waitS = connection.retryAtMs === null ? 0 : Math.ceil((connection.retryAtMs - nowMs) / 1000);
      return waitS > 0 ? `Reconnecting in ${waitS} s` : 'Reconnecting';
    }
  }
}

/** The same without anything that changes by the second. */
export function connectionStatus(connection: Connection): string {
  return connectionText({ ...connection, retryAtMs: null }, 0);
}
