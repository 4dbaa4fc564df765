import type { Stored } from '../../runtime/bus/bus.ts';
import { ACTORS, ATTEMPTS, copyOf, type Order, Refusal, type Rule, startState, type WorldState } from './rules.ts';
import { addressOf, tagOf, textOf, typeOf } from './stored.ts';
import { fits, type ModelTimers, setTimer, type Turn, turnOf, without } from './timer-model.ts';
import { Violation } from './violation.ts';

/** What one key must have come to, by its mailbox alone. */
export interface Expected {
  /** Undefined for a key in which nothing has succeeded yet, or since it was destroyed. */
  readonly state: WorldState | undefined;
  /** Ids of those that are still to come. */
  readonly timers: readonly string[];
  /** Turns that came too late. */
  readonly missed: number;
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

/** What is believed, since it depends on clocks or on an operator; HISTORY has it. */
export interface Hearsay {
  /** Messages that were given up: of a call that may be because its caller waits no more. */
  readonly buried: ReadonlySet<number>;
  /** What a handler was told of the time, by the sequence of its message. */
  readonly times: ReadonlyMap<number, readonly number[]>;
  /** After which of its messages a key was destroyed by an operator, by `actor/key`. */
  readonly destroyed: ReadonlyMap<string, readonly number[]>;
  /** True when all processes have the same time: then no turn may come early. */
  readonly hasOneClock: boolean;
}

class Poisoned extends Error {}

/** Runs every message of a mailbox once, in its order, as if nothing could ever go wrong. */
export function expectOf(mailbox: readonly Stored[], hearsay: Hearsay): ReadonlyMap<string, Expected> {
  const byKey = Map.groupBy(mailbox, ({ subject }) => addressOf(subject).name);
  return new Map([...byKey].map(([name, messages]) => [name, fold(name, messages, hearsay)]));
}

function fold(name: string, messages: readonly Stored[], hearsay: Hearsay): Expected {
  const events: Sent[] = [];
  const casts: Sent[] = [];
  const dead: number[] = [];
  const answers = new Map<string, unknown>();
  const ends = [...(hearsay.destroyed.get(name) ?? [])];
  let life = NO_LIFE;
  let missed = 0;

  for (const message of messages) {
    while (ends.length > 0 && ends[0]! < message.sequence) {
      ends.shift();
      life = NO_LIFE;
    }
    const isCall = message.headers['aw-reply-to'] !== undefined;
    let isDone = isCall && hearsay.buried.has(message.sequence);
    for (let attempt = 1; attempt <= ATTEMPTS && !isDone; attempt++) {
      const draft = new Draft(life, message, attempt, hearsay);
      try {
        const answer = draft.run();
        if (typeOf(message) !== FIRED) answers.set(tagOf(message), answer);
        life = draft.life;
        missed += draft.missed;
        events.push(...draft.events);
        casts.push(...draft.casts);
        isDone = true;
      } catch (error) {
        if (error instanceof Violation) throw error;
        if (!(error instanceof Refusal)) continue;
        // Who asked is told, and that is the end of it.
        isDone = isCall;
        break;
      }
    }
    if (isDone) continue;
    dead.push(message.sequence);
    // A turn that fails for good is over; of the world's timers only those do that ring once.
    if (typeOf(message) === FIRED) life = { ...life, timers: without(life.timers, turnIn(message).id) };
  }
  if (ends.length > 0) life = NO_LIFE;
  const { state, timers } = life;
  const lastSeq = messages.at(-1)!.sequence;
  return { state, timers: Object.keys(timers), missed, lastSeq, events, casts, dead, answers };
}

/** The command by which the server says that a timer is due. */
export const FIRED = 'timer.fired';

interface Life {
  readonly state: WorldState | undefined;
  readonly timers: ModelTimers;
}

const NO_LIFE: Life = { state: undefined, timers: {} };

/** One attempt at one message. */
class Draft {
  readonly events: Sent[] = [];
  readonly casts: Sent[] = [];
  missed = 0;
  readonly #message: Stored;
  readonly #attempt: number;
  readonly #hearsay: Hearsay;
  /** Those of {@link Hearsay.times} that are still to be told. */
  readonly #times: number[];
  #state: WorldState | undefined;
  #timers: ModelTimers;

  constructor({ state, timers }: Life, message: Stored, attempt: number, hearsay: Hearsay) {
    this.#message = message;
    this.#attempt = attempt;
    this.#hearsay = hearsay;
    this.#times = [...(hearsay.times.get(message.sequence) ?? [])];
    this.#state = state && copyOf(state);
    this.#timers = timers;
  }

  get life(): Life {
    return { state: this.#state, timers: this.#timers };
  }

  run(): unknown {
    const type = typeOf(this.#message);
    if (type !== FIRED) return this.#obey(type, JSON.parse(textOf(this.#message)) as Order, Number.NaN);
    this.#fire(turnIn(this.#message));
    return undefined;
  }

  #fire(turn: Turn): void {
    const { id } = turn;
    const { sequence, storedAt } = this.#message;
    const timer = this.#timers[id];
    if (!fits(timer, turn)) return;
    if (this.#hearsay.hasOneClock && storedAt < timer.due) {
      throw new Violation(`Turn ${turn.turn} came ${timer.due - storedAt} ms before it was due`);
    }
    const { runs, next, missed } = turnOf(timer, this.#times.shift() ?? timer.due);
    this.missed = missed;
    for (const due of runs) {
      this.#obey(timer.type, timer.data, due);
      if (this.#timers[id]?.setBy !== timer.setBy) return;
    }
    const rest = without(this.#timers, id);
    this.#timers = next === undefined ? rest : { ...rest, [id]: { ...timer, due: next, setBy: sequence } };
  }

  #obey(type: string, order: Order, due: number): unknown {
    const { actor: name, key } = addressOf(this.#message.subject);
    this.#state ??= startState(name);
    let isDestroyed = false;
    const answer = ruleOf(name, type)(this.#state, order, {
      key,
      attempt: this.#attempt,
      due,
      now: () => this.#now(),
      schedule: (timer) => {
        const set = setTimer(timer, this.#now(), this.#message.sequence);
        this.#timers = { ...this.#timers, [timer.id]: set };
      },
      cancel: (id) => {
        const isThere = this.#timers[id] !== undefined;
        this.#timers = without(this.#timers, id);
        return isThere;
      },
      destroy: () => {
        isDestroyed = true;
      },
      emit: (toType, data) => this.events.push({ to: key, type: toType, data }),
      cast: (toActor, toKey, toType, data) => this.casts.push({ to: `${toActor}/${toKey}`, type: toType, data }),
      crash() {
        throw new Poisoned();
      },
    });
    if (isDestroyed) {
      this.#state = undefined;
      this.#timers = {};
    }
    return answer;
  }

  #now(): number {
    const now = this.#times.shift();
    if (now !== undefined) return now;
    throw new Violation(`HISTORY does not say what message ${this.#message.sequence} was told of the time`);
  }
}

function ruleOf(name: string, type: string): Rule {
  const { commands, events } = ACTORS.find((actor) => actor.name === name)!;
  return (commands[type] ?? events[type])!;
}

function turnIn(message: Stored): Turn {
  return JSON.parse(textOf(message)) as Turn;
}
