import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AgentGraph } from '../../proto/generated/messages.ts';
import { defineActor } from '../../runtime/actor/definition.ts';
import { tryActors } from '../../runtime/testkit/try-actor.ts';
import { DEVICE } from '../../test/harness/device.ts';
import { AGENT_ROUTER, DEVICES } from './agent-names.ts';
import { agentRouter } from './agent-router.ts';

type Trigger = Omit<Extract<NonNullable<AgentGraph['triggers']>[number], { type: 'device' }>, 'type'>;

/** Says what happens to devices. */
const watcher = defineActor({
  name: 'watcher',
  init: () => ({}),
  schemas: { 'watcher.say': { type: 'object' } },
  commands: {
    'watcher.say'(ctx, _state, { data }) {
      const device = { ...DEVICE, product: data['product'] };
      ctx.emit(`device.${data['what']}`, { device, reason: 'hint' }, { key: 'here/1d6b:0104:A1' });
    },
  },
});

/** Counts what starts it. */
const agent = defineActor({
  name: 'agent',
  init: () => ({ triggers: [] as unknown[] }),
  commands: {
    'agent.start': (_ctx, state, { data }) => void state.triggers.push(data.trigger),
  },
});

/** As long as it may be. */
const SERIAL = 'S'.repeat(256);

async function createWorld() {
  const actors = await tryActors([agentRouter, watcher, agent]);
  const call = (type: string, data: unknown) => actors.call(agentRouter, DEVICES, type, data);
  return {
    actors,
    set: (agentId: string, triggers: readonly Trigger[]) => call('agent-router.set', { agentId, triggers }),
    remove: (agentId: string) => call('agent-router.remove', { agentId }),
    happen: (what: 'attached' | 'detached', product = DEVICE.product) =>
      actors.call(watcher, 'w', 'watcher.say', { what, product }),
    startsOf: (id: string) => actors.state<{ triggers: unknown[] }>(agent, id)?.triggers ?? [],
    [Symbol.asyncDispose]: () => actors[Symbol.asyncDispose](),
  };
}

describe(AGENT_ROUTER, () => {
  const table: ReadonlyArray<readonly [what: string, triggers: readonly Trigger[], starts: number]> = [
    ['any', [{ on: 'attached' }], 1],
    ['vendor', [{ on: 'attached', vendorId: 0x1d6b }], 1],
    ['all', [{ on: 'attached', vendorId: 0x1d6b, productId: 0x0104, serial: 'A1' }], 1],
    ['two', [{ on: 'attached' }, { on: 'attached', serial: 'A1' }], 1],
    ['both', [{ on: 'attached' }, { on: 'detached' }], 2],
    ['other-vendor', [{ on: 'attached', vendorId: 1 }], 0],
    ['other-product', [{ on: 'attached', vendorId: 0x1d6b, productId: 1 }], 0],
    ['other-serial', [{ on: 'attached', serial: 'B' }], 0],
    ['detached', [{ on: 'detached' }], 1],
    ['__proto__', [{ on: 'attached' }], 1],
  ];

  test('starts each agent whose trigger fits, once for each happening', async () => {
    await using world = await createWorld();
    for (const [id, triggers] of table) await world.set(id, triggers);
    await world.happen('attached');
    await world.happen('detached');
    for (const [id, , starts] of table) assert.equal(world.startsOf(id).length, starts, id);
    assert.deepEqual(world.startsOf('both'), [
      { type: 'device', on: 'attached', device: DEVICE, reason: 'hint' },
      { type: 'device', on: 'detached', device: DEVICE, reason: 'hint' },
    ]);
  });

  test('starts none that was taken away, and those that were set again as they are now', async () => {
    await using world = await createWorld();
    await world.set('a', [{ on: 'attached' }]);
    await world.set('b', [{ on: 'attached' }]);
    await world.remove('a');
    await world.set('b', [{ on: 'detached' }]);
    await world.happen('attached');
    assert.deepEqual([world.startsOf('a').length, world.startsOf('b').length], [0, 0]);
  });

  test('starts as many as there are', async () => {
    await using world = await createWorld();
    const ids = Array.from({ length: 230 }, (_, index) => `agent-${index}`);
    await Promise.all(
      ids.map((agentId) =>
        world.actors.send(agentRouter, DEVICES, 'agent-router.set', { agentId, triggers: [{ on: 'attached' }] }),
      ),
    );
    await world.happen('attached');
    for (const id of ids) assert.equal(world.startsOf(id).length, 1, id);
    assert.deepEqual(world.actors.deadLetters(), []);
  });

  test('refuses more triggers than its table holds', async () => {
    await using world = await createWorld();
    const triggers = Array.from({ length: 32 }, () => ({ on: 'attached', serial: SERIAL }) as const);
    const send = (agentId: string) =>
      world.actors.send(agentRouter, DEVICES, 'agent-router.set', { agentId, triggers });
    await Promise.all(Array.from({ length: 28 }, (_, index) => send(`agent-${index}`)));
    await assert.rejects(world.set('one-more', triggers), { code: 'AW_AGENT_ROUTER_FULL' });
    await world.set('agent-7', triggers);
    await world.remove('agent-7');
    await world.set('one-more', triggers);
  });

  test('starts as many as there are by a large device, too', async () => {
    await using world = await createWorld();
    const ids = Array.from({ length: 99 }, (_, index) => `agent-${index}`);
    for (const id of ids) await world.set(id, [{ on: 'attached' }]);
    await world.happen('attached', 'P'.repeat(20_000));
    for (const id of ids) assert.equal(world.startsOf(id).length, 1, id);
    assert.deepEqual(world.actors.deadLetters(), []);
  });
});
