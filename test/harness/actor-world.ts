import { type ActorSystem, startActorSystem } from '../../runtime/actor/actor-system.ts';
import { type ActorDefinition, defineActor } from '../../runtime/actor/definition.ts';
import { decodeEntry } from '../../runtime/actor/entry.ts';
import type { Bus, Stored } from '../../runtime/bus/bus.ts';
import { connectNatsBus, type NatsBus } from '../../runtime/bus/nats-bus.ts';
import type { Clock } from '../../runtime/clock/clock.ts';
import { systemRandom } from '../../runtime/clock/random.ts';
import { systemClock } from '../../runtime/clock/system-clock.ts';
import { createContracts } from '../../runtime/contracts/contracts.ts';
import { TerminalError } from '../../runtime/errors/errors.ts';
import type { Message } from '../../runtime/message/message.ts';
import { noInstruments } from '../../runtime/telemetry/instruments.ts';
import { noLog } from '../../runtime/telemetry/log.ts';
import { noTracer } from '../../runtime/telemetry/spans.ts';

/** Actors to try the runtime with, and what is needed to run them on a real server. */

export const TENANT = 'test';

const NUMBERS = {
  type: 'object',
  properties: { add: { type: 'number' } },
  required: ['add'],
  additionalProperties: false,
};
const TOTAL = {
  type: 'object',
  properties: { total: { type: 'number' }, add: { type: 'number' } },
  required: ['total', 'add'],
};

export interface CounterState {
  total: number;
  /** Each number in the order in which it was added. */
  added: number[];
}

/** Adds numbers; a negative one fails for good, `0.5` fails at each attempt in passing. */
export const counter: ActorDefinition = defineActor({
  name: 'counter',
  attempts: 3,
  init: (): CounterState => ({ total: 0, added: [] }),
  schemas: { 'counter.add': NUMBERS, 'counter.added': TOTAL },
  commands: {
    'counter.add'(ctx, state, { data }: Message<{ add: number }>) {
      state.total += data.add;
      state.added.push(data.add);
      if (data.add < 0) throw new TerminalError('TEST_NEGATIVE', 'Cannot add a negative number');
      if (data.add === 0.5) throw new Error('half');
      ctx.emit('counter.added', { total: state.total, add: data.add });
      return { total: state.total };
    },
  },
});

/** Hears all counters of a tenant. */
export const auditor: ActorDefinition = defineActor({
  name: 'auditor',
  init: () => ({ sum: 0, heard: 0 }),
  events: {
    'counter.added': {
      key: () => 'all',
      handle(_ctx, state, { data }: Message<{ add: number }>) {
        state.sum += data.add;
        state.heard++;
      },
    },
  },
});

export function connectTestBus(
  url: string,
  access: { readonly user?: string; readonly password?: string } = {},
): Promise<NatsBus> {
  const { user, password } = access;
  const login = user === undefined ? {} : { user, password: password ?? '' };
  return connectNatsBus({ url, name: 'test', clock: systemClock, random: systemRandom, ...login });
}

export function startTestActors(
  bus: Bus,
  definitions: readonly ActorDefinition[] = [counter, auditor],
  { keepHandledMs = 0, clock = systemClock }: { readonly keepHandledMs?: number; readonly clock?: Clock } = {},
): Promise<ActorSystem> {
  return startActorSystem({
    bus,
    definitions,
    contracts: createContracts({}),
    clock,
    random: systemRandom,
    log: noLog,
    instruments: noInstruments,
    tracer: noTracer,
    graceMs: 2_000,
    keepHandledMs,
  });
}

export async function stateOf<State>(bus: Bus, actor: string, key: string): Promise<State | undefined> {
  const stored = await bus.last('STATE', `aw.${TENANT}.state.*.${actor}.${key}`);
  return stored && (decodeEntry(stored.subject, stored.body).state as State);
}

/** All that stands in a stream under a filter, up to 1,000. */
export function readAll(bus: Bus, stream: Stored['stream'], filter: string): Promise<readonly Stored[]> {
  return bus.page(stream, { from: 1, filter, limit: 1_000 });
}

export function dataOf(stored: Stored): unknown {
  return JSON.parse(new TextDecoder().decode(stored.body));
}
