import type { Clock } from '../clock/clock.ts';
import { isoTime } from '../clock/clock.ts';
import type { Random } from '../clock/random.ts';
import type { Contracts } from '../contracts/contracts.ts';
import { type Failure, TerminalError } from '../errors/errors.ts';
import { encodeHeaders, type Headers, type Message } from '../message/message.ts';
import { commandSubject, eventSubject, type PartitionedAddress } from '../message/subjects.ts';
import type { Log } from '../telemetry/log.ts';
import type { Span } from '../telemetry/spans.ts';
import { type ActorContext, type ActorDefinition, findHandler } from './definition.ts';
import type { OutboxItem } from './entry.ts';

/** Runs one handler on one message and collects what it sends. */

export interface HandlingParts {
  readonly contracts: Contracts;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  readonly log: Log;
  /** Largest body of a message, in bytes. */
  readonly maxBodyBytes: number;
}

/** A message with what its handling is told about it. */
export interface Handling {
  readonly definition: ActorDefinition;
  readonly address: PartitionedAddress;
  readonly message: Message;
  readonly attempt: number;
  readonly span: Span;
}

/** Items that one message may send; a handler that sends more is wrong, not busy. */
const MAX_ITEMS = 400;

/**
 * Changes `state` in place.
 *
 * @returns what leaves with the commit, the answer to a waiting caller included
 * @throws what the handler throws; AW_TYPE_UNHANDLED, AW_DATA_INVALID
 */
export async function handleMessage(
  parts: HandlingParts,
  handling: Handling,
  state: unknown,
): Promise<readonly OutboxItem[]> {
  const { definition, message } = handling;
  const named = findHandler(definition, message.type);
  const handler = named ?? definition.otherwise;
  if (handler === undefined) {
    throw new TerminalError('AW_TYPE_UNHANDLED', `Actor "${definition.name}" has no handler for "${message.type}"`);
  }
  if (named) checkData(parts.contracts, message.type, message.data);
  const items: OutboxItem[] = [];
  const answer = await handler(createContext(parts, handling, items), state, message);
  if (message.replyTo !== undefined) {
    items.push(answerItem(message.replyTo, { 'aw-status': 'ok' }, JSON.stringify(answer ?? null)));
  }
  return items;
}

/** The answer that tells a waiting caller of a failure. */
export function failureAnswer(replyTo: string, failure: Failure): OutboxItem {
  return answerItem(replyTo, { 'aw-status': 'error' }, JSON.stringify(failure));
}

function answerItem(replyTo: string, headers: Headers, body: string): OutboxItem {
  return { to: 'REPLY', subject: replyTo, headers, body };
}

function createContext(parts: HandlingParts, handling: Handling, items: OutboxItem[]): ActorContext {
  const { contracts, clock, random, signal, log, maxBodyBytes } = parts;
  const { address, message, attempt, span } = handling;
  const { tenant, actor, key } = address;

  const push = (to: 'EVENTS' | 'MAILBOX', wireSubject: string, type: string, subject: string, data: unknown): void => {
    checkData(contracts, type, data);
    const body = JSON.stringify(data);
    if (Buffer.byteLength(body) > maxBodyBytes) {
      throw new TerminalError('AW_MESSAGE_TOO_LARGE', `Cannot send "${type}": its data exceeds ${maxBodyBytes} bytes`);
    }
    if (items.length === MAX_ITEMS) {
      throw new TerminalError('AW_OUTBOX_TOO_LARGE', `Cannot send more than ${MAX_ITEMS} messages from one handler`);
    }
    const headers = encodeHeaders({
      id: random.uuid(),
      type,
      source: `actor/${actor}/${key}`,
      subject,
      time: isoTime(clock),
      data: undefined,
      ...(message.traceparent === undefined ? {} : { traceparent: span.traceparent }),
    });
    items.push({ to, subject: wireSubject, headers, body });
  };

  return {
    tenant,
    actor,
    key,
    attempt,
    signal,
    log,
    now: () => clock.now(),
    random: () => random.fraction(),
    uuid: () => random.uuid(),
    emit(type, data, options = {}) {
      const about = options.key ?? key;
      push('EVENTS', eventSubject(tenant, type, about), type, about, data);
    },
    cast(toActor, toKey, type, data) {
      push('MAILBOX', commandSubject({ tenant, actor: toActor, key: toKey }), type, toKey, data);
    },
  };
}

/** A breach of contract never heals by itself. */
function checkData(contracts: Contracts, type: string, data: unknown): void {
  try {
    contracts.validate(type, data);
  } catch (error) {
    const { code, message } = error as Failure;
    throw new TerminalError(code, message, { cause: error });
  }
}
