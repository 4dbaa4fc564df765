import type { StreamName } from '../bus.ts';

/**
 * Work-queue consumers as a port: what the queue asks of a broker beside the log. A *consumer* gives each message that
 * its filter takes to one *pull* at a time, and again when it was not acknowledged in time. `nats-job-bus.ts` is the
 * implementation.
 */

/** The stream whose messages are worked off. */
export const WORK_STREAM = 'JOBS' satisfies StreamName;

export interface ConsumerSpec {
  readonly name: string;
  readonly filter: string;
  /** A message that is not acknowledged for so long is given out again. */
  readonly ackWaitMs: number;
}

export interface ConsumerStatus {
  readonly name: string;
  /** Messages that were never given out. */
  readonly pending: number;
  /** Messages that were given out and are not acknowledged. */
  readonly held: number;
  /** Messages up to this sequence have been given out; 0 when none. */
  readonly deliveredUpTo: number;
  readonly isPaused: boolean;
}

/** A message in somebody's hand. */
export interface Delivery {
  readonly consumer: string;
  readonly subject: string;
  readonly body: Uint8Array;
  readonly sequence: number;
  /** When it was stored; milliseconds since 1970 by the server's clock. */
  readonly storedAt: number;
  /** 1 for the first time. */
  readonly deliveryCount: number;
  /** Its place among the deliveries of its consumer. */
  readonly consumerSequence: number;
  /** Messages that waited behind it when it was given out. */
  readonly pending: number;
  /** Where it is acknowledged. */
  readonly replyTo: string;
}

/** Takes messages by credit: only as many as were asked for come. */
export interface Pull extends AsyncDisposable {
  /** Messages that were asked for and have not come. */
  readonly asked: number;
  /** Asks for more; the request stays open until it is fulfilled, also over reconnections. */
  ask(count: number): void;
  /** What was asked for and has not come is no longer wanted. Resolves when what was on its way has come. */
  withdraw(): Promise<void>;
}

export interface JobBus {
  /** Makes a consumer; where it is there already changes it to this, or leaves it. @throws AW_BROKER_UNAVAILABLE */
  ensureConsumer(spec: ConsumerSpec, options?: { readonly updates?: boolean }): Promise<void>;
  /** Resolves also when there is none. */
  removeConsumer(name: string): Promise<void>;
  /** Undefined when there is none. */
  consumerStatus(name: string): Promise<ConsumerStatus | undefined>;
  /** Nothing is given out until `resumeConsumer`. */
  pauseConsumer(name: string): Promise<void>;
  resumeConsumer(name: string): Promise<void>;
  /** @param onGone the consumer is no longer there */
  openPull(consumer: string, onDelivery: (delivery: Delivery) => void, onGone: () => void): Pull;
  /** Takes what waits now, at most `count`; ends when there is nothing more. */
  fetch(consumer: string, count: number): Promise<readonly Delivery[]>;
  /** It is done; not confirmed: lost with the connection, it comes again. */
  acknowledge(delivery: Delivery): void;
  /** Keeps what is in the hand from being given out again, on a thread of its own. */
  openLeaseBeat(intervalMs: number): Promise<LeaseBeat>;
  /** Removes everything under a filter, but the newest `keep`; gives how many were removed. */
  purge(
    stream: StreamName,
    filter: string,
    options?: { readonly keep?: number; readonly upTo?: number },
  ): Promise<number>;
  /** Calls after each reconnection. */
  onReconnect(listener: () => void): Disposable;
}

/**
 * Tells the broker that messages are still being worked on, whatever the event loop does. A slot holds one message;
 * writing to it costs no call.
 */
export interface LeaseBeat extends AsyncDisposable {
  /** -1 when all slots are taken: the message is not kept alive. */
  hold(delivery: Delivery): number;
  /** From so many milliseconds from now on it is no longer kept alive; Infinity for never. */
  limit(slot: number, ms: number): void;
  release(slot: number): void;
}
