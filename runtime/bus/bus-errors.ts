import { JetStreamApiError } from '@nats-io/jetstream';
import { AutoWeaveError } from '../errors/errors.ts';

/** JetStream's error codes that mean something to us. */
const WRONG_LAST_SEQUENCE = 10071;
const DUPLICATE_IN_BATCH = 10201;
const DISK_FULL = new Set([
  10023, // insufficient resources
  10028, // resource limits exceeded for account
  10047, // insufficient storage resources available
  10077, // maximum messages exceeded
]);
const TOO_LARGE = 10054;
/** The server is up but this stream or JetStream itself is not (yet, or for now). */
const NOT_NOW = new Set([
  10008, // JetStream system temporarily unavailable
  10009, // no leader
  10039, // JetStream not enabled for account (while it recovers)
  10076, // JetStream not enabled
  10118, // stream is offline
  10176, // batch is incomplete: part of it was lost with a connection, or there was no room for it; nothing is stored
]);

export interface ApiFailure {
  readonly code: number;
  readonly err_code: number;
  readonly description: string;
}

/** `conflict`: an expected sequence was not met. `duplicate`: an id of a batch was stored before. */
export type Refusal = 'conflict' | 'duplicate' | AutoWeaveError;

/** What the server's refusal means to the caller. */
export function classifyRefusal(stream: string, failure: ApiFailure): Refusal {
  const { err_code: code, description } = failure;
  if (code === WRONG_LAST_SEQUENCE) return 'conflict';
  if (code === DUPLICATE_IN_BATCH) return 'duplicate';
  if (DISK_FULL.has(code)) {
    return new AutoWeaveError('AW_DISK_FULL', `Cannot store message in ${stream}: ${description}`, {
      hint: 'free space on the disk of the data directory',
    });
  }
  if (code === TOO_LARGE) {
    return new AutoWeaveError('AW_MESSAGE_TOO_LARGE', `Cannot store message in ${stream}: ${description}`);
  }
  if (NOT_NOW.has(code) || failure.code === 503) return unavailable(`${stream}: ${description}`);
  return new AutoWeaveError('AW_BROKER_REFUSED', `Cannot store message in ${stream}: ${description} (${code})`);
}

/** The cause of an error when the broker is there, but nobody listens on the subject. */
export const NO_LISTENER = Symbol('nobody listens');

/** The broker is away or did not answer; whether it stored anything is not known. */
export function unavailable(what: string, cause?: unknown): AutoWeaveError {
  return new AutoWeaveError('AW_BROKER_UNAVAILABLE', `Cannot reach broker: ${what}`, { cause });
}

/** What the client asks by itself, with its failures as ours: it names time-outs and refusals otherwise. */
export async function byClient<Answer>(what: string, asking: Promise<Answer>): Promise<Answer> {
  try {
    return await asking;
  } catch (error) {
    if (!(error instanceof JetStreamApiError)) throw unavailable(`${what} did not answer`, error);
    const refusal = classifyRefusal(what, error.apiError());
    throw typeof refusal === 'string' ? unavailable(error.message, error) : refusal;
  }
}

/** True for what may pass by itself: the same call may succeed later. */
export function isPassing(error: unknown): boolean {
  return error instanceof AutoWeaveError && (error.code === 'AW_BROKER_UNAVAILABLE' || error.code === 'AW_DISK_FULL');
}

/** The client itself refuses what is more than the server takes in one message. */
export function tooLargeOr(error: unknown, subject: string): unknown {
  if (!(error instanceof Error) || !error.message.includes('max_payload')) return error;
  return new AutoWeaveError('AW_MESSAGE_TOO_LARGE', `Cannot send to "${subject}": ${error.message}`, { cause: error });
}
