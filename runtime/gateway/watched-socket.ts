import type { WebSocket } from 'ws';
import type { Clock } from '../clock/clock.ts';
import type { GatewayLimits } from './limits.ts';

/** A websocket that is asked now and then whether it is still worth keeping. */
export interface WatchedSocket extends Disposable {
  /** Resolves when the message has left for the network, or never will. */
  send(data: string): Promise<void>;
  /** Sends a ping when it is time. What is wrong with the socket, or undefined. */
  fault(): 'dead' | 'too slow' | undefined;
  /** Closes, and soon after breaks the connection: one that takes nothing does not take the reason either. */
  hangUp(code: number, reason: string): void;
}

/** Time for the reason to arrive. */
const FAREWELL_MS = 1_000;

export function watchSocket(socket: WebSocket, limits: GatewayLimits, clock: Clock): WatchedSocket {
  let pingedAt = clock.monotonic();
  let isPongAwaited = false;
  /** Messages on their way, and when the last of them got any further. */
  let pending = 0;
  let progressAt = 0;
  let cancelBreak = () => {};
  socket.on('pong', () => {
    isPongAwaited = false;
  });

  return {
    send(data) {
      if (socket.readyState !== socket.OPEN) return Promise.resolve();
      if (pending++ === 0) progressAt = clock.monotonic();
      return new Promise((resolve) => {
        // An error here is a connection that is gone: `close` follows, and ends what would send more.
        socket.send(data, () => {
          pending--;
          progressAt = clock.monotonic();
          resolve();
        });
      });
    },
    fault() {
      const now = clock.monotonic();
      if (pending > 0 && now - progressAt > limits.slowMs) return 'too slow';
      if (now - pingedAt < limits.pingMs) return undefined;
      if (isPongAwaited) return 'dead';
      pingedAt = now;
      isPongAwaited = true;
      if (socket.readyState === socket.OPEN) socket.ping();
      return undefined;
    },
    hangUp(code, reason) {
      socket.close(code, reason);
      cancelBreak = clock.schedule(FAREWELL_MS, () => socket.terminate());
    },
    [Symbol.dispose]() {
      cancelBreak();
    },
  };
}
