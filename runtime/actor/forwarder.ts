import type { Bus, Outgoing, Stored } from '../bus/bus.ts';
import type { Clock } from '../clock/clock.ts';
import type { Contracts } from '../contracts/contracts.ts';
import { TerminalError, toFailure } from '../errors/errors.ts';
import { decodeMessage, type Headers, type Message } from '../message/message.ts';
import { commandSubject, isCursor, parseEvent, tenantOf } from '../message/subjects.ts';
import type { Instruments } from '../telemetry/instruments.ts';
import type { Log } from '../telemetry/log.ts';
import type { Span, Tracer } from '../telemetry/spans.ts';
import { type Cursor, type CursorBatchParts, commitWithCursors, readCursor } from './cursor-batch.ts';
import { makeDeadLetter } from './dead-letter.ts';
import type { ActorDefinition } from './definition.ts';
import type { Gate } from './gate.ts';

/**
 * Reads EVENTS in order and puts each event into the mailboxes of the keys that named it; an event that breaks its
 * contract goes to the dead letters. Its position stands in the targets, moved by the same batches (cursor-batch.ts):
 * forwarding twice is refused there.
 */
export interface Forwarder {
  /** Resolves when another process has moved a cursor, or the signal aborts. */
  readonly ended: Promise<void>;
  /** Sequence of the last event that was looked at. */
  readonly position: number;
}

export interface ForwarderParts {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly contracts: Contracts;
  readonly definitions: ReadonlyMap<string, ActorDefinition>;
  readonly signal: AbortSignal;
  readonly writer: string;
  /** Incarnation of EVENTS. */
  readonly incarnation: string;
  readonly instruments: Instruments;
  readonly tracer: Tracer;
  readonly log: Log;
  readonly gate: Gate;
}

const SOURCE = 'forwarder';
/** Commands of one batch; with its cursor and the most that one event adds it stays under the server's 1,000. */
const MAX_COMMANDS = 800;
/** Events looked at without forwarding any before the position is stored all the same. */
const QUIET_EVENTS = 1_000;

interface Load {
  bytes: number;
  readonly commands: Outgoing[];
  readonly spans: Span[];
  readonly dead: Outgoing[];
}

export async function startForwarder(parts: ForwarderParts): Promise<Forwarder> {
  const { bus, signal, incarnation } = parts;
  const [mailbox, dead] = await Promise.all([
    readCursor(bus, 'MAILBOX', SOURCE, incarnation),
    readCursor(bus, 'DEAD', SOURCE, incarnation),
  ]);
  const toMailbox: CursorBatchParts = { ...parts, target: 'MAILBOX' };
  const toDead: CursorBatchParts = { ...parts, target: 'DEAD' };
  let position = mailbox.at;

  const store = (load: Load): Promise<boolean> => parts.gate.pass(() => storeNow(load));

  const storeNow = async (load: Load): Promise<boolean> => {
    // The dead first: a crash between the two repeats only what the mailbox cursor has not passed yet.
    if (load.dead.length > 0 && !(await move(toDead, dead, load.dead))) return false;
    if (load.commands.length + load.dead.length > 0 || position - mailbox.at >= QUIET_EVENTS) {
      if (!(await move(toMailbox, mailbox, load.commands))) return false;
    }
    for (const span of load.spans) span.end();
    parts.instruments.eventsForwarded.add(load.commands.length);
    return true;
  };

  const move = (target: CursorBatchParts, cursor: Cursor, messages: readonly Outgoing[]): Promise<boolean> =>
    commitWithCursors(target, [{ source: SOURCE, cursor, to: position }], messages);

  const run = async (): Promise<void> => {
    for await (const bunch of bus.read('EVENTS', { from: mailbox.at + 1, signal })) {
      let load = emptyLoad();
      for (const stored of bunch) {
        // Cursors stand there too; to have the server leave them out costs it far more.
        if (!isCursor(stored.subject)) forward(parts, stored, load, dead.at);
        position = stored.sequence;
        if (load.commands.length + load.dead.length < MAX_COMMANDS && load.bytes < bus.maxEntryBytes) continue;
        if (!(await store(load))) return;
        load = emptyLoad();
      }
      if (!(await store(load))) return;
    }
  };

  return {
    ended: run(),
    get position() {
      return position;
    },
  };
}

function emptyLoad(): Load {
  return { bytes: 0, commands: [], spans: [], dead: [] };
}

/** As they came, so that they are no longer than they were; less those that steer a server or wait for an answer. */
function forwardedHeaders(headers: Headers, traceparent: string): Headers {
  const kept = Object.entries(headers).filter(([name]) => !/^(nats-|aw-reply-to$|traceparent$)/i.test(name));
  return { ...Object.fromEntries(kept), ...(traceparent === '' ? {} : { traceparent }) };
}

/** Adds what one event leads to. */
function forward(parts: ForwarderParts, stored: Stored, load: Load, deadUpTo: number): void {
  const { definitions, clock, instruments, tracer, log } = parts;
  const address = parseEvent(stored.subject);
  const refuse = (error: unknown): void => {
    if (stored.sequence <= deadUpTo) return;
    const failure = toFailure(error);
    const where = {
      tenant: tenantOf(stored.subject),
      noun: address?.type.split('.')[0] ?? 'unknown',
      key: address?.key ?? '',
    };
    const letter = makeDeadLetter(stored, where, failure, 1, clock.now());
    load.dead.push(letter);
    load.bytes += letter.body.length;
    instruments.deadLetters.add(1, { code: failure.code });
    log.error('event.buried', { subject: stored.subject, sequence: stored.sequence, ...failure });
  };

  let event: Message;
  try {
    event = decodeMessage(stored.headers, stored.body);
    if (address === undefined || address.type !== event.type) {
      throw new TerminalError(
        'AW_MESSAGE_MALFORMED',
        `Cannot read event: ce-type "${event.type}" does not fit its subject`,
      );
    }
    parts.contracts.validate(event.type, event.data);
  } catch (error) {
    refuse(error);
    return;
  }
  for (const definition of definitions.values()) {
    const subscription = definition.events?.[event.type];
    if (subscription === undefined) continue;
    try {
      const key = subscription.key(event);
      if (key === undefined) continue;
      const span = tracer.continueSpan('forwarder.forward', {
        parent: event.traceparent,
        file: 'runtime/actor/forwarder.ts',
        attributes: { actor: definition.name, key, type: event.type },
      });
      load.commands.push({
        subject: commandSubject({ tenant: address.tenant, actor: definition.name, key }),
        headers: forwardedHeaders(stored.headers, span.traceparent),
        body: stored.body,
      });
      load.bytes += stored.body.length;
      load.spans.push(span);
    } catch (error) {
      refuse(error);
    }
  }
}
