import type { TimerSpec } from '../../runtime/actor/definition.ts';

/**
 * What the actors of the simulated world do, as plain functions: `definitions.ts` makes actors of them, `model.ts` runs
 * them over the mailbox one after the other to say what must have come out.
 */

/** One shape for all actors; each uses a part of it. */
export interface WorldState {
  /** Tags of the commands that had their effect, in order. */
  readonly seen: string[];
  /** Money of an account, or what a counter has added up. */
  amount: number;
  /** Numbers of the events heard, by the counter that sent them. */
  readonly heard: Record<string, number[]>;
}

/** Data of every message. */
export interface Order {
  /** Unlike that of any other command; what follows from it carries it on. */
  readonly tag: string;
  readonly amount?: number;
  /** The account that gets the money. */
  readonly to?: string;
  /** How often it fails before it succeeds. */
  readonly times?: number;
  /** Of an event: its source, and its number there, from 1. */
  readonly counter?: string;
  readonly number?: number;
  /** Of an alarm: the timer's id, when it rings, and how often; of a ring, when the timer was set. */
  readonly timer?: string;
  readonly delayMs?: number;
  readonly everyMs?: number;
  readonly missed?: NonNullable<TimerSpec['missed']>;
  readonly rings?: number;
  readonly setAt?: number;
}

export interface Tools {
  readonly key: string;
  readonly attempt: number;
  /** When a timer's turn should have come. */
  readonly due: number;
  now(): number;
  schedule(timer: RuleTimer): void;
  cancel(timer: string): boolean;
  destroy(): void;
  emit(type: string, order: Order): void;
  cast(actor: string, key: string, type: string, order: Order): void;
  /** Ends the process that runs this; what it gives never settles. */
  crash(): unknown;
}

export interface RuleTimer extends Pick<TimerSpec, 'id' | 'delayMs' | 'everyMs' | 'type'> {
  readonly missed: NonNullable<TimerSpec['missed']>;
  readonly data: Order;
}

/** Changes the state; throws {@link Refusal} for good, anything else in passing. What it returns is the answer. */
export type Rule = (state: WorldState, order: Order, tools: Tools) => unknown;

export interface WorldActor {
  readonly name: string;
  readonly commands: Readonly<Record<string, Rule>>;
  /** All go to the key {@link AUDITOR_KEY}. */
  readonly events: Readonly<Record<string, Rule>>;
}

/** No attempt can succeed. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

/** Of every message: one that is innocent must survive beside one that kills as often as it may. */
export const ATTEMPTS = 4;
export const TENANT = 'sim';
export const AUDITOR_KEY = 'all';
export const START_AMOUNT = 100;

export function startState(actor: string): WorldState {
  return { seen: [], amount: actor === 'account' ? START_AMOUNT : 0, heard: {} };
}

export function copyOf({ seen, amount, heard }: WorldState): WorldState {
  return {
    seen: [...seen],
    amount,
    heard: Object.fromEntries(Object.entries(heard).map(([counter, numbers]) => [counter, [...numbers]])),
  };
}

export const ACTORS: readonly WorldActor[] = [
  {
    name: 'account',
    commands: {
      'account.transfer'(state, { tag, amount = 0, to = '' }, tools) {
        state.amount -= amount;
        state.seen.push(tag);
        tools.cast('account', to, 'account.deposit', { tag, amount });
        if (state.amount < 0) throw new Refusal('There is not so much money');
      },
      'account.deposit'(state, { tag, amount = 0 }) {
        state.amount += amount;
        state.seen.push(tag);
      },
    },
    events: {},
  },
  {
    name: 'counter',
    commands: {
      'counter.add'(state, { tag, amount = 0 }, { key, emit }) {
        state.amount += amount;
        state.seen.push(tag);
        emit('counter.added', { tag, counter: key, number: state.seen.length });
        return { tag, amount: state.amount };
      },
    },
    events: {},
  },
  {
    name: 'auditor',
    commands: {},
    events: {
      'counter.added'(state, { tag, counter = '', number = 0 }) {
        state.seen.push(tag);
        (state.heard[counter] ??= []).push(number);
      },
    },
  },
  {
    name: 'trap',
    commands: {
      'trap.pass'(state, { tag }) {
        state.seen.push(tag);
        return { tag, amount: state.seen.length };
      },
      'trap.trip'(state, { tag, times = 0 }, { attempt }) {
        state.seen.push(tag);
        if (attempt <= times) throw new Error('Not yet');
      },
      'trap.refuse'(state, { tag }, { emit }) {
        state.seen.push(tag);
        emit('counter.added', { tag, counter: 'nobody', number: 1 });
        throw new Refusal('Never');
      },
      'trap.fail'(state, { tag }) {
        state.seen.push(tag);
        throw new Error('Not now either');
      },
      'trap.poison'(_state, _order, { crash }) {
        return crash();
      },
    },
    events: {},
  },
  {
    name: 'alarm',
    commands: {
      'alarm.set'(state, { tag, timer = '', delayMs = 0, everyMs, missed = 'once', rings = 1, times = 0 }, tools) {
        state.seen.push(tag);
        const data = { tag, timer, rings, times, setAt: tools.now() };
        const when = everyMs === undefined ? { delayMs } : { everyMs };
        tools.schedule({ id: timer, ...when, missed, type: 'alarm.ring', data });
      },
      /** Its own number of rings ends it. */
      'alarm.ring'(state, { tag, timer = '', rings = 1, times = 0, setAt = 0 }, { attempt, due, cast, cancel }) {
        const ring = `${tag}@${due - setAt}`;
        state.seen.push(ring);
        cast('counter', 'tock', 'counter.add', { tag: ring, amount: 1 });
        if (attempt <= times) throw new Error('Not yet');
        if (state.seen.filter((each) => each.startsWith(`${tag}@`)).length >= rings) cancel(timer);
      },
      'alarm.cancel'(state, { tag, timer = '' }, { cancel }) {
        state.seen.push(tag);
        return { tag, isCancelled: cancel(timer) };
      },
      'alarm.destroy'(_state, { tag }, { cast, destroy }) {
        cast('counter', 'tock', 'counter.add', { tag, amount: 1 });
        destroy();
      },
    },
    events: {},
  },
];
