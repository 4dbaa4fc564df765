import type { PluginPermissions } from '../../proto/generated/messages.ts';
import { toFailure } from '../errors/errors.ts';
import { MAX_MS } from '../message/job-options.ts';
import type { Denial, PluginEffect } from './host-api.ts';
import { type HostFunction, MAX_EFFECT_BYTES, MAX_KEY_BYTES, MAX_VALUE_BYTES } from './host-functions.ts';
import { mayAddTo, mayEmit, mayUseKey } from './permissions.ts';
import type { HostReply } from './thread-protocol.ts';

/**
 * What one call may ask of the host, checked here and not in the thread: each question against what the plugin may do
 * at that moment. What it sends is only collected; it takes effect with the call's outcome.
 */
export interface CallBroker {
  readonly effects: readonly PluginEffect[];
  /** Never rejects: what is refused is told to the guest. */
  answer(name: HostFunction, given: readonly Uint8Array[]): Promise<HostReply>;
}

export interface BrokerParts {
  /** Tells what can be granted from what has to be asked for first. */
  readonly requested: PluginPermissions;
  /** As it is now: a permission that was taken back is gone within the call. */
  readonly effective: () => PluginPermissions;
  readonly readKey: (key: string) => Promise<string | undefined>;
  /** @throws what is wrong with the data of a job or an event */
  readonly checkData: (type: string, data: unknown) => void;
  readonly onDenied: (capability: Denial['capability'], subject: string) => void;
  /** Told of each question, and why it was refused when it was. */
  readonly onAsked?: (name: HostFunction, startedAt: number, refusal: string | undefined) => void;
  readonly now: () => number;
  /** False for hooks whose effects nobody keeps. */
  readonly canSend: boolean;
}

/** With the messages that they become, they fit into the outcome of a job. */
const MAX_EFFECTS = 256;
const MAX_ID = 200;
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const utf8 = new TextEncoder();
const DONE: HostReply = { data: new Uint8Array(0) };

export function createCallBroker(parts: BrokerParts): CallBroker {
  const { requested } = parts;
  const effects: PluginEffect[] = [];
  let bytes = 0;

  const push = (effect: PluginEffect, size: number): void => {
    if (!parts.canSend) throw refused('nothing can be sent from onLoad and onUnload');
    if (effects.length === MAX_EFFECTS) throw refused(`one call sends at most ${MAX_EFFECTS} things`);
    bytes += size;
    if (bytes > MAX_EFFECT_BYTES) throw refused(`one call sends at most ${MAX_EFFECT_BYTES} bytes`);
    effects.push(effect);
  };

  const keyOf = (given: Uint8Array): string => {
    if (given.length === 0 || given.length > MAX_KEY_BYTES) {
      throw refused(`a key has 1 to ${MAX_KEY_BYTES} bytes, this one ${given.length}`);
    }
    const key = textOf(given);
    if (!mayUseKey(parts.effective(), key)) throw denied('kv', key, mayUseKey(requested, key));
    return key;
  };

  const run = async (name: HostFunction, given: readonly Uint8Array[]): Promise<HostReply> => {
    const [first, second] = given as readonly [Uint8Array, Uint8Array];
    switch (name) {
      case 'kv_get': {
        const key = keyOf(first);
        // What the call has written it reads, though it is not stored yet.
        const own = effects.findLast((effect) => effect.kind === 'kv' && effect.key === key);
        const value = own?.kind === 'kv' ? (own.value ?? undefined) : await parts.readKey(key);
        return value === undefined ? {} : { data: utf8.encode(value) };
      }
      case 'kv_set': {
        const key = keyOf(first);
        if (second.length > MAX_VALUE_BYTES) {
          throw refused(`a value has at most ${MAX_VALUE_BYTES} bytes, this one ${second.length}`);
        }
        push({ kind: 'kv', key, value: textOf(second) }, first.length + second.length);
        return DONE;
      }
      case 'kv_delete':
        push({ kind: 'kv', key: keyOf(first), value: null }, first.length);
        return DONE;
      case 'queue_add':
        return addJob(objectOf(first), first.length);
      case 'event_emit':
        return emit(objectOf(first), first.length);
    }
  };

  const addJob = ({ queue, type, data, id, delayMs }: Given, size: number): HostReply => {
    if (typeof queue !== 'string' || typeof type !== 'string') throw refused('a job needs texts `queue` and `type`');
    if (!mayAddTo(parts.effective(), queue)) throw denied('queue', queue, mayAddTo(requested, queue));
    if (data === undefined) throw refused('a job needs `data`');
    if (id !== undefined && (typeof id !== 'string' || id === '' || id.length > MAX_ID || !id.isWellFormed())) {
      throw refused(`\`id\` is a text of 1 to ${MAX_ID} characters`);
    }
    if (delayMs !== undefined && !(typeof delayMs === 'number' && delayMs >= 0 && delayMs <= MAX_MS)) {
      throw refused(`\`delayMs\` is a number of milliseconds up to ${MAX_MS}`);
    }
    parts.checkData(type, data);
    push(
      {
        kind: 'job',
        queue,
        type,
        data,
        ...(id === undefined ? {} : { id }),
        ...(delayMs === undefined ? {} : { delayMs: Math.floor(delayMs) }),
      },
      size,
    );
    return id === undefined ? DONE : { data: utf8.encode(id) };
  };

  const emit = ({ type, key, data }: Given, size: number): HostReply => {
    if (typeof type !== 'string' || typeof key !== 'string') throw refused('an event needs texts `type` and `key`');
    if (!mayEmit(parts.effective(), type)) throw denied('events', type, mayEmit(requested, type));
    if (data === undefined) throw refused('an event needs `data`');
    if (key === '' || !key.isWellFormed() || utf8.encode(key).length > MAX_KEY_BYTES) {
      throw refused(`\`key\` has 1 to ${MAX_KEY_BYTES} bytes`);
    }
    parts.checkData(type, data);
    push({ kind: 'event', type, key, data }, size);
    return DONE;
  };

  return {
    effects,
    async answer(name, given) {
      const startedAt = parts.now();
      let reply: HostReply;
      try {
        reply = await run(name, given);
      } catch (error) {
        if (error instanceof Refusal) {
          if (error.denial !== undefined) parts.onDenied(error.denial.capability, error.denial.subject);
          reply = { refusal: error.message };
        } else {
          const { code, message } = toFailure(error);
          reply = { refusal: `${code}: ${message}` };
        }
      }
      parts.onAsked?.(name, startedAt, reply.refusal);
      return reply;
    },
  };
}

type Given = Readonly<Record<string, unknown>>;

interface Denied {
  readonly capability: Denial['capability'];
  readonly subject: string;
}

/** What the guest is told, with the code at its head. */
class Refusal extends Error {
  readonly denial: Denied | undefined;
  constructor(message: string, denial?: Denied) {
    super(message);
    this.denial = denial;
  }
}

function refused(what: string): Refusal {
  return new Refusal(`AW_PLUGIN_REFUSED: ${what}`);
}

const WORDS: Readonly<Record<Denial['capability'], string>> = {
  kv: 'key',
  queue: 'queue',
  events: 'event type',
  usb: 'device',
  memory: 'memory',
  import: 'import',
};

function denied(capability: Denial['capability'], subject: string, isAskedFor: boolean): Refusal {
  const shown = subject.slice(0, 200);
  const why = isAskedFor ? '' : ', and its plugin.json does not ask for it';
  return new Refusal(`AW_PLUGIN_DENIED: ${WORDS[capability]} "${shown}" is not granted${why}`, {
    capability,
    subject: subject.slice(0, 512),
  });
}

function textOf(given: Uint8Array): string {
  try {
    return strict.decode(given);
  } catch {
    throw refused('this is no UTF-8');
  }
}

function objectOf(given: Uint8Array): Given {
  let value: unknown;
  try {
    value = JSON.parse(textOf(given));
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw refused(`this is no JSON: ${(error as Error).message.slice(0, 200)}`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Given;
  throw refused('this is no JSON object');
}
