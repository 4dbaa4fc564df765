import type { Headers } from '../message/message.ts';

/**
 * The log as a port: what actors and gateway ask of a broker. Streams are ordered logs with sequences from 1;
 * subjects address messages in them. `nats-bus.ts` is the implementation.
 */

/** Messages of one {@link Bus.commit}, at most: the server's limit. */
export const MAX_BATCH = 1_000;

export const STREAM_NAMES = [
  'EVENTS',
  'MAILBOX',
  'STATE',
  'DEAD',
  'HISTORY',
  'JOBS',
  'JOBLOG',
  'FAILED',
  'CONTROL',
] as const;
export type StreamName = (typeof STREAM_NAMES)[number];

/** A message on its way into a stream. */
export interface Outgoing {
  readonly subject: string;
  readonly headers?: Headers;
  readonly body: Uint8Array;
  /** Stored once within the stream's duplicate window, however often it is sent. */
  readonly id?: string;
  /** Store only if this is the last sequence on this very subject, or on `expectLastOn`; 0 means that there is none. */
  readonly expectLastSequence?: number;
  /** The subject that `expectLastSequence` is about, when it is another one of the same stream. */
  readonly expectLastOn?: string;
  /** Remove every earlier message with this subject. */
  readonly replacesEarlier?: boolean;
  /** Keep it until then, and put it on a subject of the same stream; trimming its own subject cancels it. */
  readonly deliver?: Delivery;
  /** Remove it after so many milliseconds, in whole seconds; only in streams that say so. */
  readonly ttlMs?: number;
  /** Stored in place of the message that waits on this subject of the same stream for its time, in one step. */
  readonly insteadOf?: string;
}

export interface Delivery {
  /** Milliseconds since 1970; in the past means at once. */
  readonly at: number;
  readonly to: string;
}

/** A message as it stands in a stream. */
export interface Stored {
  readonly stream: StreamName;
  readonly sequence: number;
  readonly subject: string;
  readonly headers: Headers;
  readonly body: Uint8Array;
  /** When it was stored; milliseconds since 1970. */
  readonly storedAt: number;
}

/**
 * `stored` gives the sequence of each message, in order; `conflict` says that an expected sequence was not met,
 * `duplicate` that one of several ids had been stored before. In both cases nothing was stored now. A commit of one
 * message whose id was stored before is `stored`, with the sequence of then.
 */
export type CommitResult =
  | { readonly outcome: 'stored'; readonly sequences: readonly number[] }
  | { readonly outcome: 'conflict' | 'duplicate' };

export interface StreamStatus {
  readonly messages: number;
  /** First sequence that is kept; lastSequence + 1 when the stream is empty. */
  readonly firstSequence: number;
  readonly lastSequence: number;
  /** Changes when the stream was made anew, so that sequences from before mean nothing. */
  readonly incarnation: string;
}

export interface ReadOptions {
  /** First sequence to deliver; 1 is the beginning. */
  readonly from: number;
  /** Subject filters; all subjects when absent. */
  readonly filters?: readonly string[];
  readonly signal: AbortSignal;
}

export interface PageOptions {
  readonly from: number;
  readonly filter: string;
  /** At most 1,000. */
  readonly limit: number;
  /** Ends the page with the message with which its bodies have so many bytes, or soon after; no limit when absent. */
  readonly maxBytes?: number;
}

/** Stored for sure; `isDuplicate` when an earlier attempt with the same id had been stored already. */
export interface Acknowledgement {
  readonly sequence: number;
  readonly isDuplicate: boolean;
}

export interface BusStatus {
  readonly isConnected: boolean;
  readonly url: string;
  readonly serverVersion: string;
}

/**
 * Every method waits for a broker that is away, until its signal aborts or its time is up.
 * Errors: AW_BROKER_UNAVAILABLE (may be tried again), AW_DISK_FULL, AW_MESSAGE_TOO_LARGE, AW_BROKER_REFUSED.
 */
export interface Bus extends AsyncDisposable {
  /** The largest body (headers not counted) that {@link publish} and {@link commit} accept, in bytes. */
  readonly maxBodyBytes: number;
  /** The largest body in STATE and DEAD, which wrap others, in bytes. */
  readonly maxEntryBytes: number;
  readonly status: BusStatus;

  /** Stores one message under an id; sends again until it is acknowledged or `signal` aborts. */
  publish(message: Outgoing, id: string, signal: AbortSignal): Promise<Acknowledgement>;

  /**
   * Stores all messages or none, in order, side by side in the log. One attempt: an error other than a conflict
   * leaves open whether they were stored, and the caller reads back to find out.
   */
  commit(stream: StreamName, messages: readonly Outgoing[]): Promise<CommitResult>;

  /** Delivers in order, without gap, for ever, in bunches of what is there; survives reconnection. */
  read(stream: StreamName, options: ReadOptions): AsyncIterable<readonly Stored[]>;

  /** Ascending from `from`, at most `limit`; what is there now. */
  page(stream: StreamName, options: PageOptions): Promise<readonly Stored[]>;

  /** How many messages match `filter` from sequence `from` on. */
  count(stream: StreamName, filter: string, from: number): Promise<number>;

  /** The last message that matches the subject, wildcards allowed. */
  last(stream: StreamName, subject: string): Promise<Stored | undefined>;

  /** How many messages each subject has; for filters that match few subjects. */
  subjects(stream: StreamName, filter: string): Promise<ReadonlyMap<string, number>>;

  /** One message by its sequence. */
  at(stream: StreamName, sequence: number): Promise<Stored | undefined>;

  streamStatus(stream: StreamName): Promise<StreamStatus>;

  /** Removes what matches `filter` with a sequence up to and including `upTo`. */
  trim(stream: StreamName, filter: string, upTo: number): Promise<void>;

  /** Removes one message. Resolves also when it is gone already. */
  remove(stream: StreamName, sequence: number): Promise<void>;

  /** Opens a subject where answers arrive; not stored, so an answer to a process that is gone is lost. */
  openInbox(onAnswer: (token: string, headers: Headers, body: Uint8Array) => void): Inbox;

  /** Sends an answer; fire and forget. */
  answer(replyTo: string, headers: Headers, body: Uint8Array): void;

  /** Tells whoever listens on the channel at this moment; not stored, no answer. */
  broadcast(channel: string, body: Uint8Array): void;

  /** Hears what is broadcast and asked on a channel, that of this process included. */
  listen(channel: string, onHeard: (heard: Heard) => void): Disposable;

  /**
   * Asks whoever listens on the channel and gives the first answer. One attempt.
   *
   * @throws AW_NOBODY_LISTENS at once when there is nobody; AW_BROKER_UNAVAILABLE when no answer came in time
   */
  ask(channel: string, body: Uint8Array, timeoutMs: number): Promise<Uint8Array>;
}

export interface Heard {
  readonly body: Uint8Array;
  /** Answers who asked; does nothing for a broadcast. */
  reply(body: Uint8Array): void;
}

export interface Inbox extends Disposable {
  /** The `replyTo` of one question; `token` comes back with its answer. */
  replyTo(token: string): string;
}
