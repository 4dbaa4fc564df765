import { unavailable } from '../bus/bus-errors.ts';
import type { SeededRandom } from '../clock/seeded-random.ts';
import type { BusCall, FaultDraw, FaultRates, RequestFault } from './broker-faults.ts';
import { createPipe, type InFlight, type LabelledClock } from './pipe.ts';

/**
 * One connection: what is sent arrives in order, after a while, unless the connection breaks on the way.
 *
 * States: *up*; *broken*, which the server knows at once and the client when its clock next lets it; *up* again when
 * the client has connected anew; *closed* for good, by the client itself or by its death.
 */
export interface BrokerLink {
  /** What the client believes. */
  readonly isConnected: boolean;
  readonly isClosed: boolean;
  /** Runs at the server. Nothing is sent while the client has no connection. */
  up(run: () => void, label: string): void;
  /** Runs at the client; lost when the connection breaks first. */
  down(run: () => void, label: string): void;
  /**
   * Sends, and settles with what the server answers first.
   *
   * @throws AW_BROKER_UNAVAILABLE when the connection breaks, or no answer came in time
   */
  exchange<T>(call: ExchangeOptions, send: (answer: (value: () => T) => void) => void): Promise<T>;
  /** Calls at the server whenever the connection breaks or ends. */
  onBroken(listener: () => void): () => void;
  /** Calls at the client whenever it has connected anew. */
  onReconnect(listener: () => void): () => void;
  /** Breaks the connection; the client connects again after this time, which the seed chooses when it is absent. */
  cut(forMs?: number): void;
  /** Breaks it, and takes along what has not arrived: the server is dead. */
  lose(): void;
  /** The server is back: the client connects again. */
  restore(): void;
  close(): void;
  /** The client is dead; what it has sent may still arrive. */
  kill(): void;
  failNext(planned: PlannedFault): void;
}

export interface PlannedFault {
  readonly fault: RequestFault;
  /** Which request; the next one when absent. */
  readonly matching?: (call: BusCall) => boolean;
  /** When what is stored late is stored; the seed chooses when it is absent. */
  readonly lateMs?: number;
}

export interface ExchangeOptions extends BusCall {
  /** How long the client waits for an answer that may never come; absent where one always comes unless it is lost. */
  readonly timeoutMs?: number;
  readonly isWrite?: boolean;
  /** Waits until its time is up when the connection is lost, instead of failing at once. */
  readonly isPatient?: boolean;
  /** Called when the request is lost on the way. */
  readonly onLost?: (() => void) | undefined;
}

export interface LinkParts {
  readonly name: string;
  /** Time at the client; its timers may be held back while the client is paused, and end with it. */
  readonly clientClock: LabelledClock;
  readonly serverClock: LabelledClock;
  readonly random: SeededRandom;
  readonly draw: FaultDraw;
  readonly rates: () => FaultRates;
  readonly isServerUp: () => boolean;
  readonly latencyMs: () => number;
  readonly onConnection?: ((isConnected: boolean) => void) | undefined;
}

/** How long the real bus waits for an acknowledgement. */
const ACK_MS = 5_000;
/** The client's own pause before it connects again, at most. */
const RECONNECT_MS = 100;

interface Waiting {
  readonly isPatient: boolean;
  readonly expire: () => void;
  readonly reject: (error: Error) => void;
}

export function createBrokerLink(parts: LinkParts): BrokerLink {
  const { name, clientClock, serverClock, random, draw } = parts;
  const upward = createPipe(serverClock, parts.latencyMs);
  const downward = createPipe(clientClock, parts.latencyMs);
  const waiting = new Set<Waiting>();
  const brokenListeners = new Set<() => void>();
  const reconnectListeners = new Set<() => void>();
  const planned: PlannedFault[] = [];
  /** What the server knows, and what the client does. */
  let isUp = true;
  let isConnected = true;
  let isClosed = false;
  /** Counts the deaths of the server, which take along whatever stood in its connections. */
  let serverLife = 0;
  let cancelReconnect = () => {};

  const abandon = (why: string, isAll: boolean): void => {
    for (const each of [...waiting]) {
      if (each.isPatient && !isAll) {
        each.expire();
        continue;
      }
      waiting.delete(each);
      each.reject(unavailable(why));
    }
  };

  const arriveLate = (messages: readonly InFlight[], lateMs: number): void => {
    const life = serverLife;
    serverClock.schedule(
      lateMs,
      () => {
        if (life === serverLife && parts.isServerUp()) for (const { run } of messages) run();
        else for (const { onLost } of messages) onLost?.();
      },
      `late from ${name}`,
    );
  };

  /** What is on the way up: some of it arrives in time, the rest late or never. */
  const breakUpward = (): void => {
    const lost = upward.break(random.integer(upward.inFlight + 1));
    if (lost.length === 0) return;
    if (random.chance(0.5)) arriveLate(lost, draw.lateMs());
    else for (const { onLost } of lost) onLost?.();
  };

  const breakDownward = (): void => {
    isUp = false;
    downward.break(0);
    for (const listener of brokenListeners) listener();
    clientClock.schedule(
      0,
      () => {
        if (isClosed || !isConnected || isUp) return;
        isConnected = false;
        abandon('the connection was lost', false);
        parts.onConnection?.(false);
      },
      `${name} hears that its connection broke`,
    );
  };

  const reconnectIn = (delayMs: number): void => {
    cancelReconnect();
    cancelReconnect = clientClock.schedule(
      delayMs,
      () => {
        if (isClosed || isUp || !parts.isServerUp()) return;
        isUp = true;
        isConnected = true;
        abandon('the connection was replaced', false);
        for (const listener of reconnectListeners) listener();
        parts.onConnection?.(true);
      },
      `${name} connects again`,
    );
  };

  const cut = (forMs = draw.cutMs()): void => {
    if (isClosed || !isUp) return;
    breakUpward();
    breakDownward();
    reconnectIn(forMs);
  };

  const takeFault = (call: ExchangeOptions): PlannedFault | undefined => {
    const at = planned.findIndex(({ matching }) => matching?.(call) ?? true);
    if (at !== -1) return planned.splice(at, 1)[0];
    const fault = draw.request(parts.rates(), call.isWrite ?? false);
    return fault && { fault };
  };

  const listen = (listeners: Set<() => void>, listener: () => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };

  return {
    get isConnected() {
      return isConnected;
    },
    get isClosed() {
      return isClosed;
    },
    up(run, label) {
      if (!isClosed && isConnected && isUp) upward.send({ run }, label);
    },
    down(run, label) {
      if (!isClosed && isUp) downward.send({ run }, label);
    },
    exchange<T>(call: ExchangeOptions, send: (answer: (value: () => T) => void) => void): Promise<T> {
      return new Promise<T>((resolve, reject) => {
        if (isClosed) throw unavailable('the connection is closed');
        if (!isConnected && !call.isPatient) throw unavailable('the connection was lost');
        const label = `${call.method} ${call.stream ?? ''} of ${name}`;
        const { timeoutMs } = call;
        const isOver = () => !waiting.delete(own);
        let cancel = () => {};
        const expireIn = (delayMs: number) => {
          cancel = clientClock.schedule(
            delayMs,
            () => isOver() || reject(unavailable(`no answer on ${label} in time`)),
            `time-out of ${label}`,
          );
        };
        const expire = () => timeoutMs === undefined && expireIn(ACK_MS);
        const own: Waiting = { isPatient: call.isPatient ?? false, expire, reject };
        waiting.add(own);
        if (timeoutMs !== undefined) expireIn(timeoutMs);
        // Sent into a connection that is broken, known or not: nobody will answer.
        if (!isConnected || !isUp) return expire();

        const answer = (value: () => T): void => {
          if (chosen?.fault === 'loseAnswer') return void expire();
          const run = () => {
            if (isOver()) return;
            cancel();
            try {
              resolve(value());
            } catch (error) {
              reject(error);
            }
          };
          if (!isClosed && isUp) downward.send({ run }, `answer to ${label}`);
        };
        const chosen = takeFault(call);
        const message: InFlight = { run: () => send(answer), onLost: call.onLost };
        if (chosen?.fault === 'loseRequest') {
          call.onLost?.();
          expire();
        } else if (chosen?.fault === 'storeLate') {
          arriveLate([message], chosen.lateMs ?? draw.lateMs());
          cut();
        } else {
          upward.send(message, label);
        }
      });
    },
    onBroken: (listener) => listen(brokenListeners, listener),
    onReconnect: (listener) => listen(reconnectListeners, listener),
    cut,
    lose() {
      serverLife++;
      for (const { onLost } of upward.break(0)) onLost?.();
      if (isUp && !isClosed) breakDownward();
    },
    restore() {
      if (!isClosed && !isUp) reconnectIn(RECONNECT_MS * random.fraction());
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      cancelReconnect();
      abandon('the connection is closed', true);
      for (const listener of brokenListeners) listener();
    },
    kill() {
      if (isClosed) return;
      breakUpward();
      isClosed = true;
      downward.break(0);
      waiting.clear();
      for (const listener of brokenListeners) listener();
    },
    failNext: (fault) => void planned.push(fault),
  };
}
