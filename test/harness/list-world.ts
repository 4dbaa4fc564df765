import type { ActorSystem } from '../../runtime/actor/actor-system.ts';
import { type ActorDefinition, defineActor } from '../../runtime/actor/definition.ts';
import type { Bus, Stored } from '../../runtime/bus/bus.ts';
import type { Message } from '../../runtime/message/message.ts';
import { connectTestBus, readAll, startTestActors, stateOf, TENANT } from './actor-world.ts';
import { startTestServer } from './nats-server.ts';
import { until } from './until.ts';

/** Actors that keep the numbers they are sent, each key with a handler of the test's, on a server of their own. */
export interface ListWorld extends AsyncDisposable {
  readonly bus: Bus;
  readonly actors: ActorSystem;
  /** What the handler of a key does with a number before it is kept. */
  readonly works: Map<string, (number: number, attempt: number) => unknown>;
  fresh(actor?: string): Place;
  send(address: Place, number: number, more?: object): Promise<string>;
  seenBy(address: Place): Promise<readonly number[]>;
  /** Messages that are parked. */
  copiesOf(address: Place): Promise<readonly Stored[]>;
  untilParked(address: Place, count: number): Promise<unknown>;
  untilSeen(address: Place, count: number): Promise<unknown>;
  untilQueued(address: Place, count: number): Promise<unknown>;
}

export interface Place {
  readonly tenant: string;
  readonly actor: string;
  readonly key: string;
}

export interface ListState {
  seen: number[];
}

type Works = ListWorld['works'];

/** An actor of the world; `attempts` of a message. */
export function listActor(name: string, attempts: number | undefined, works: Works): ActorDefinition {
  return defineActor({
    name,
    init: (): ListState => ({ seen: [] }),
    schemas: { 'list.add': { type: 'object' } },
    commands: {
      async 'list.add'(ctx, state, { data }: Message<{ number: number }>) {
        await works.get(ctx.key)?.(data.number, ctx.attempt);
        state.seen.push(data.number);
        return state.seen;
      },
    },
    ...(attempts === undefined ? {} : { attempts }),
  });
}

/** Actors `list`, `thrice` and `once`, by how often a message is tried: five times, three times, once. */
export async function openListWorld(): Promise<ListWorld> {
  const server = await startTestServer();
  const bus = await connectTestBus(server.url);
  const works: Works = new Map();
  const actors = await startTestActors(bus, [
    listActor('list', undefined, works),
    listActor('thrice', 3, works),
    listActor('once', 1, works),
  ]);
  let keys = 0;
  const seenBy = async ({ actor, key }: Place) => (await stateOf<ListState>(bus, actor, key))?.seen ?? [];
  const copiesOf = ({ actor, key }: Place) => readAll(bus, 'MAILBOX', `aw.${TENANT}.parked.*.${actor}.${key}`);
  return {
    bus,
    actors,
    works,
    fresh: (actor = 'list') => ({ tenant: TENANT, actor, key: `k${++keys}` }),
    send: (address, number, more = {}) => actors.send(address, 'list.add', { number, ...more }),
    seenBy,
    copiesOf,
    untilParked: (address, count) =>
      until(async () => (await copiesOf(address)).length >= count, `${count} messages of ${address.key} to be parked`),
    untilSeen: (address, count) =>
      until(async () => (await seenBy(address)).length >= count, `${count} numbers of ${address.key}`),
    untilQueued: (address, count) =>
      until(async () => (await actors.control.look(address)).depth === count, `${count} messages to wait`),
    async [Symbol.asyncDispose]() {
      await actors[Symbol.asyncDispose]();
      await bus[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}
