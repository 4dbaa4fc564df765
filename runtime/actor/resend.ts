import type { Bus, Stored } from '../bus/bus.ts';
import { type Clock, isoTime } from '../clock/clock.ts';
import { startDeadline } from '../clock/deadline.ts';
import type { Random } from '../clock/random.ts';
import type { Contracts } from '../contracts/contracts.ts';
import { AutoWeaveError } from '../errors/errors.ts';
import { encodeData } from '../message/message.ts';
import { commandSubject, eventSubject, isTenant, parseEvent, parseStoredCommand } from '../message/subjects.ts';
import { readDeadLetter } from './dead-letter.ts';
import { TIMER_FIRED } from './timers.ts';

export interface ResendParts {
  readonly bus: Bus;
  readonly tenant: string;
  readonly contracts: Contracts;
  readonly clock: Clock;
  readonly random: Random;
}

export interface ResendOptions {
  /** In place of the letter's data; absent to send it as it was, byte for byte. */
  readonly data?: unknown;
  /** Removes the letter once the new message is stored. */
  readonly remove?: boolean;
  /** Makes the new message a step of this trace. */
  readonly traceparent?: string;
}

/** On a message that was sent again: the id of its dead letter. */
const RESENT_FROM = 'aw-resent-from';
/** What belongs to the first sending: whoever waited for its answer has heard of the failure. */
const NOT_REPEATED = new Set(['aw-reply-to', RESENT_FROM]);
const SEND_MS = 10_000;

/**
 * Sends a dead letter to where it was going: a new message with a new id, of the same type, source and data, or with
 * other data. Resolves with the new id once it is stored. The letter stays unless `remove`; when removing fails, the
 * message has been sent all the same.
 *
 * @throws AW_DEAD_LETTER_UNKNOWN, AW_RESEND_IMPOSSIBLE, AW_TYPE_UNKNOWN, AW_DATA_INVALID, AW_MESSAGE_TOO_LARGE
 */
export async function resendDeadLetter(
  parts: ResendParts,
  letter: string,
  options: ResendOptions = {},
): Promise<string> {
  const { bus, tenant, clock, random } = parts;
  const stored = await findLetter(bus, letter);
  const { subject: from, type, headers } = readDeadLetter(stored);
  if (type === TIMER_FIRED) throw impossible(letter, 'it is the turn of a timer, and that turn is over');
  const subject = subjectToSend(letter, from, tenant);
  const body = 'data' in options ? newBody(parts, letter, type, options.data) : stored.body;
  const id = random.uuid();
  const kept = Object.entries(headers).filter(([name]) => !NOT_REPEATED.has(name));
  using deadline = startDeadline(
    clock,
    SEND_MS,
    new AutoWeaveError('AW_BROKER_UNAVAILABLE', `Cannot send dead letter "${letter}" again within ${SEND_MS} ms`),
  );
  await bus.publish(
    {
      subject,
      headers: {
        ...Object.fromEntries(kept),
        'ce-id': id,
        'ce-time': isoTime(clock),
        [RESENT_FROM]: letter,
        ...(options.traceparent === undefined ? {} : { traceparent: options.traceparent }),
      },
      body,
    },
    id,
    deadline.signal,
  );
  if (options.remove) await bus.remove('DEAD', stored.sequence);
  return id;
}

async function findLetter(bus: Bus, letter: string): Promise<Stored> {
  const sequence = Number(letter);
  const stored =
    Number.isSafeInteger(sequence) && sequence > 0 && String(sequence) === letter
      ? await bus.at('DEAD', sequence)
      : undefined;
  // Cursors stand in the stream, too.
  if (stored?.headers['aw-dead-subject'] !== undefined) return stored;
  throw unknown(letter);
}

/** Where its sender addressed it: the server puts the partition in anew. */
function subjectToSend(letter: string, from: string, tenant: string): string {
  // What was parked stands on a subject of the same form.
  const command = parseStoredCommand(from.replace(/^(aw\.[^.]+)\.parked\./, '$1.cmd.'));
  const event = parseEvent(from);
  const owner = command?.tenant ?? event?.tenant;
  if (owner === undefined || !isTenant(owner)) {
    throw impossible(letter, `it came from "${from}", which is neither a command nor an event`);
  }
  // A letter of another tenant is not to be told from one that is not there.
  if (owner !== tenant) throw unknown(letter);
  return command === undefined ? eventSubject(tenant, event!.type, event!.key) : commandSubject(command);
}

function newBody({ bus, contracts }: ResendParts, letter: string, type: string | undefined, data: unknown): Uint8Array {
  if (type === undefined) throw impossible(letter, 'it has no type that new data could be checked against');
  contracts.validate(type, data);
  const body = encodeData(data);
  if (body.length <= bus.maxBodyBytes) return body;
  throw new AutoWeaveError(
    'AW_MESSAGE_TOO_LARGE',
    `Cannot send "${type}": ${body.length} bytes of ${bus.maxBodyBytes}`,
  );
}

function unknown(letter: string): AutoWeaveError {
  return new AutoWeaveError('AW_DEAD_LETTER_UNKNOWN', `No dead letter has the id "${letter.slice(0, 64)}"`, {
    hint: 'autoweave dead ls shows those that there are',
  });
}

function impossible(letter: string, why: string): AutoWeaveError {
  return new AutoWeaveError('AW_RESEND_IMPOSSIBLE', `Cannot send dead letter "${letter}" again: ${why}`, {
    hint: 'send a new command with its data: autoweave actor send',
  });
}
