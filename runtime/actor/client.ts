import type { Bus } from '../bus/bus.ts';
import type { Clock } from '../clock/clock.ts';
import { isoTime } from '../clock/clock.ts';
import type { Random } from '../clock/random.ts';
import type { Contracts } from '../contracts/contracts.ts';
import { AutoWeaveError } from '../errors/errors.ts';
import { encodeData, encodeHeaders, type Message } from '../message/message.ts';
import { type Address, commandSubject } from '../message/subjects.ts';
import type { Tracer } from '../telemetry/spans.ts';
import { openAdmission } from './admission.ts';
import { openCalls } from './calls.ts';
import { tellCancelled } from './cancellations.ts';
import { type ActorDefinition, findHandler } from './definition.ts';
import { createMailSender } from './mail-sender.ts';

/** Sends commands to actors and waits for their answers; whichever process runs them. */
export interface ActorClient extends Disposable {
  /**
   * Stores a command. Resolves with its id.
   *
   * @throws AW_ACTOR_UNKNOWN, AW_TYPE_UNHANDLED, AW_DATA_INVALID, AW_MESSAGE_TOO_LARGE, AW_MAILBOX_FULL; what the bus
   *   throws
   */
  send(address: Address, type: string, data: unknown, options?: SendOptions): Promise<string>;
  /**
   * Stores a command and waits for the answer of its handler.
   *
   * @throws what {@link send} throws, the actor's failure with its code, AW_CALL_TIMEOUT, the signal's reason (the
   *   handler is told, and stops if it can)
   */
  call(
    address: Address,
    type: string,
    data: unknown,
    options: SendOptions & { readonly timeoutMs: number },
  ): Promise<unknown>;
}

export interface SendOptions {
  readonly source?: string;
  readonly traceparent?: string;
  readonly signal?: AbortSignal;
  /** Repeated by a sender that does not know whether it was stored; random when absent. */
  readonly id?: string;
  /** Keys that wait for this call, for finding cycles. */
  readonly callers?: readonly string[];
}

export interface ActorClientParts {
  readonly bus: Bus;
  /** Actors whose addresses and data are checked before they are sent; any when absent. */
  readonly definitions?: ReadonlyMap<string, ActorDefinition>;
  readonly contracts: Contracts;
  readonly clock: Clock;
  readonly random: Random;
  readonly tracer: Tracer;
}

const SEND_MS = 30_000;

export function openActorClient({ bus, definitions, contracts, clock, random, tracer }: ActorClientParts): ActorClient {
  const end = new AbortController();
  const calls = openCalls(bus, clock);
  const admission = openAdmission(bus, clock);
  const mail = createMailSender({ bus, clock, signal: end.signal });

  const check = (address: Address, type: string, data: unknown): void => {
    const { actor } = address;
    admission.check(address);
    if (definitions === undefined) return;
    const definition = definitions.get(actor);
    if (definition === undefined) {
      throw new AutoWeaveError('AW_ACTOR_UNKNOWN', `No actor is called "${actor}"`, {
        hint: `choose one of ${[...definitions.keys()].join(', ')}`,
      });
    }
    if (findHandler(definition, type) === undefined) {
      throw new AutoWeaveError('AW_TYPE_UNHANDLED', `Actor "${definition.name}" has no handler for "${type}"`, {
        hint: `it takes ${Object.keys({ ...definition.commands, ...definition.events }).join(', ')}`,
      });
    }
    contracts.validate(type, data);
  };

  const store = async (address: Address, message: Message, signal?: AbortSignal): Promise<void> => {
    const body = encodeData(message.data);
    if (body.length > bus.maxBodyBytes) {
      throw new AutoWeaveError(
        'AW_MESSAGE_TOO_LARGE',
        `Cannot send "${message.type}": ${body.length} bytes of ${bus.maxBodyBytes}`,
      );
    }
    const span = tracer.continueSpan('bus.publish', {
      parent: message.traceparent,
      file: 'runtime/actor/mail-sender.ts',
      attributes: { stream: 'MAILBOX', actor: address.actor, key: address.key, type: message.type },
    });
    const headers = encodeHeaders(
      message.traceparent === undefined ? message : { ...message, traceparent: span.traceparent },
    );
    try {
      await mail.store({ subject: commandSubject(address), headers, body, id: message.id }, SEND_MS, signal);
    } catch (error) {
      span.fail(error);
      throw error;
    } finally {
      span.end();
    }
  };

  const toMessage = (address: Address, type: string, data: unknown, options: SendOptions): Message => ({
    id: options.id ?? random.uuid(),
    type,
    source: options.source ?? 'runtime',
    subject: address.key,
    time: isoTime(clock),
    data,
    ...(options.traceparent === undefined ? {} : { traceparent: options.traceparent }),
  });

  return {
    async send(address, type, data, options = {}) {
      check(address, type, data);
      const message = toMessage(address, type, data, options);
      await store(address, message, options.signal);
      return message.id;
    },
    async call(address, type, data, options) {
      check(address, type, data);
      const { replyTo, answer, cancel } = calls.open(options.timeoutMs, `"${type}"`);
      // The answer may fail before it is awaited below; that is no unhandled rejection.
      answer.catch(() => undefined);
      const message: Message = {
        ...toMessage(address, type, data, options),
        replyTo,
        deadline: clock.now() + options.timeoutMs,
        ...(options.callers === undefined ? {} : { callers: options.callers }),
      };
      const given = Promise.withResolvers<never>();
      const giveUp = () => {
        tellCancelled(bus, message.id);
        given.reject(options.signal?.reason);
      };
      options.signal?.addEventListener('abort', giveUp, { once: true });
      try {
        // The time of a call runs also while the broker is away.
        await Promise.race([store(address, message, options.signal), answer, given.promise]);
        return await Promise.race([answer, given.promise]);
      } finally {
        options.signal?.removeEventListener('abort', giveUp);
        cancel();
      }
    },
    [Symbol.dispose]() {
      end.abort(new AutoWeaveError('AW_STOPPING', 'The runtime stops'));
      calls[Symbol.dispose]();
      admission[Symbol.dispose]();
    },
  };
}
