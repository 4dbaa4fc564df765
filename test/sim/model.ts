import type { Stored } from '../../runtime/bus/bus.ts';
import { ACTORS, ATTEMPTS, type Order, Refusal, startState, type WorldState } from './rules.ts';
import { addressOf, tagOf, textOf, typeOf } from './stored.ts';

/** What one key must have come to, by its mailbox alone. */
export interface Expected {
  readonly state: WorldState;
  /** Sequence of its last message. */
  readonly lastSeq: number;
  /** What it has sent, in order. */
  readonly events: readonly Sent[];
  readonly casts: readonly Sent[];
  /** Sequences of the messages that must be dead letters. */
  readonly dead: readonly number[];
  /** By tag: what a caller may be told; undefined for a failure. */
  readonly answers: ReadonlyMap<string, unknown>;
}

export interface Sent {
  readonly to: string;
  readonly type: string;
  readonly data: Order;
}

class Poisoned extends Error {}

/**
 * Runs every message of a mailbox once, in its order, as if nothing could ever go wrong.
 *
 * @param buried messages that were given up: of a call that may be because its caller waits no more, which depends on
 *   clocks, and is believed
 */
export function expectOf(mailbox: readonly Stored[], buried: ReadonlySet<number>): ReadonlyMap<string, Expected> {
  const byKey = Map.groupBy(mailbox, ({ subject }) => addressOf(subject).name);
  return new Map([...byKey].map(([name, messages]) => [name, fold(messages, buried)]));
}

function fold(messages: readonly Stored[], buried: ReadonlySet<number>): Expected {
  const { actor: name, key } = addressOf(messages[0]!.subject);
  const actor = ACTORS.find((each) => each.name === name)!;
  const rules = { ...actor.commands, ...actor.events };
  const events: Sent[] = [];
  const casts: Sent[] = [];
  const dead: number[] = [];
  const answers = new Map<string, unknown>();
  let state = startState(name);

  for (const message of messages) {
    const isCall = message.headers['aw-reply-to'] !== undefined;
    let isDone = isCall && buried.has(message.sequence);
    for (let attempt = 1; attempt <= ATTEMPTS && !isDone; attempt++) {
      const next = structuredClone(state);
      const [newEvents, newCasts]: [Sent[], Sent[]] = [[], []];
      try {
        const answer = rules[typeOf(message)]!(next, JSON.parse(textOf(message)), {
          key,
          attempt,
          emit: (type, data) => newEvents.push({ to: key, type, data }),
          cast: (toActor, toKey, type, data) => newCasts.push({ to: `${toActor}/${toKey}`, type, data }),
          crash() {
            throw new Poisoned();
          },
        });
        answers.set(tagOf(message), answer);
        state = next;
        events.push(...newEvents);
        casts.push(...newCasts);
        isDone = true;
      } catch (error) {
        if (!(error instanceof Refusal)) continue;
        // Who asked is told, and that is the end of it.
        isDone = isCall;
        break;
      }
    }
    if (!isDone) dead.push(message.sequence);
  }
  return { state, lastSeq: messages.at(-1)!.sequence, events, casts, dead, answers };
}
