import { type ActorContext, type ActorDefinition, defineActor } from '../../runtime/actor/definition.ts';
import { createContracts } from '../../runtime/contracts/contracts.ts';
import { TerminalError } from '../../runtime/errors/errors.ts';
import type { Message } from '../../runtime/message/message.ts';
import {
  ACTORS,
  ATTEMPTS,
  AUDITOR_KEY,
  type Order,
  Refusal,
  type Rule,
  startState,
  type WorldActor,
  type WorldState,
} from './rules.ts';

/** One for all: to compile schemas takes longer than a run. */
export const CONTRACTS = createContracts({});

/** The world's rules as actors of one process. */
export function createDefinitions(crash: () => void): readonly ActorDefinition[] {
  return ACTORS.map((actor) => defineActor<WorldState, string, string>(sourceOf(actor, crash)));
}

function sourceOf({ name, commands, events }: WorldActor, crash: () => void) {
  const handle = (rule: Rule) => (ctx: ActorContext, state: WorldState, message: Message) =>
    obey(rule, ctx, state, message, crash);
  const types = [...Object.keys(commands), ...Object.keys(events)];
  return {
    name,
    attempts: ATTEMPTS,
    init: () => startState(name),
    schemas: Object.fromEntries([...types, JOB].map((type) => [type, ORDER])),
    commands: Object.fromEntries(Object.entries(commands).map(([type, rule]) => [type, handle(rule)])),
    events: Object.fromEntries(
      Object.entries(events).map(([type, rule]) => [type, { key: () => AUDITOR_KEY, handle: handle(rule) }]),
    ),
  };
}

function obey(rule: Rule, ctx: ActorContext, state: WorldState, { data, time }: Message, crash: () => void): unknown {
  try {
    return rule(state, data as Order, {
      key: ctx.key,
      attempt: ctx.attempt,
      due: Date.parse(time),
      now: () => ctx.now(),
      schedule: (timer) => ctx.schedule(timer),
      cancel: (timer) => ctx.cancel(timer),
      destroy: () => ctx.destroy(),
      emit(type, order) {
        ctx.emit(type, order);
        // Each event has a job beside it, of which nothing is asked but that it is there once.
        ctx.enqueue('work', JOB, order);
      },
      cast: (actor, key, type, order) => ctx.cast(actor, key, type, order),
      crash() {
        crash();
        return new Promise(() => {});
      },
    });
  } catch (error) {
    if (error instanceof Refusal) throw new TerminalError('SIM_REFUSED', error.message);
    throw error;
  }
}

const JOB = 'work.do';
const ORDER = { type: 'object', properties: { tag: { type: 'string' } }, required: ['tag'] };
