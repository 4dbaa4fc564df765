import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { connectTestBus, readAll, startTestActors, stateOf, TENANT } from '../../test/harness/actor-world.ts';
import { startTestServer, type TestServer } from '../../test/harness/nats-server.ts';
import { until } from '../../test/harness/until.ts';
import type { Bus } from '../bus/bus.ts';
import { systemClock } from '../clock/system-clock.ts';
import { createContracts } from '../contracts/contracts.ts';
import { TerminalError } from '../errors/errors.ts';
import type { Message } from '../message/message.ts';
import { type ActorDefinition, defineActor } from './definition.ts';
import { replayKey } from './replay.ts';

let server: TestServer;
let bus: Bus;
let keys = 0;
const TIMEOUT = { timeoutMs: 60_000 };
const ANY = { type: 'object' };

before(async () => {
  server = await startTestServer();
  bus = await connectTestBus(server.url);
});
after(async () => {
  await bus[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

interface DiceState {
  throws: { readonly value: number; readonly at: number; readonly id: string }[];
  other: unknown;
}

/** Uses whatever a handler can't work out by itself. */
const dice = (factor = 1, archive = false): ActorDefinition =>
  defineActor({
    name: archive ? 'archived' : 'dice',
    archive,
    init: (): DiceState => ({ throws: [], other: null }),
    schemas: { 'dice.throw': ANY, 'dice.ask': ANY, 'dice.plan': ANY },
    commands: {
      async 'dice.throw'(ctx, state, { data }: Message<{ fails?: boolean }>) {
        if (data.fails) throw new Error('no');
        const early = ctx.now();
        await new Promise((resolve) => setTimeout(resolve, 2));
        state.throws.push({ value: ctx.random() * factor, at: ctx.now() - early + early, id: ctx.uuid() });
        return state.throws.length;
      },
      async 'dice.ask'(ctx, state) {
        state.other = await ctx.call(archive ? 'archived' : 'dice', 'other', 'dice.throw', {});
      },
      'dice.plan'(ctx) {
        ctx.schedule({ id: 'soon', delayMs: 100, type: 'dice.throw' });
      },
    },
    attempts: 1,
  });

interface TickState {
  ticks: number;
}

/** A timer whose second turn fails for good, at its first time. */
function ticking(archive: boolean): ActorDefinition {
  let turns = 0;
  return defineActor({
    name: archive ? 'archived-tick' : 'tick',
    archive,
    init: (): TickState => ({ ticks: 0 }),
    schemas: { 'tick.plan': ANY, 'tick.tock': ANY },
    commands: {
      'tick.plan'(ctx) {
        ctx.schedule({ id: 'often', everyMs: 100, type: 'tick.tock' });
      },
      'tick.tock'(_ctx, state) {
        turns++;
        if (turns === 2) throw new TerminalError('TEST_TURN', 'This turn fails for good');
        state.ticks++;
      },
    },
  });
}

const replay = (actor: string, key: string, definition: ActorDefinition, to?: number) =>
  replayKey(
    { bus, clock: systemClock, contracts: withTypes(definition), definitions: new Map([[actor, definition]]) },
    { tenant: TENANT, actor, key },
    to,
  );

function withTypes(definition: ActorDefinition) {
  const contracts = createContracts({});
  for (const [type, schema] of Object.entries(definition.schemas ?? {})) contracts.add(type, schema);
  return contracts;
}

async function play(definition: ActorDefinition, keepHandledMs: number): Promise<string> {
  const address = { tenant: TENANT, actor: definition.name, key: `k${++keys}` };
  await using actors = await startTestActors(bus, [definition], { keepHandledMs });
  for (let turn = 0; turn < 5; turn++) await actors.call(address, 'dice.throw', {}, TIMEOUT);
  await actors.call(address, 'dice.ask', {}, TIMEOUT);
  await actors.send(address, 'dice.throw', { fails: true });
  await actors.call(address, 'dice.plan', {}, TIMEOUT);
  await until(
    async () => ((await actors.control.exportKey(address)).state as DiceState).throws.length === 6,
    'the timer',
  );
  return address.key;
}

describe('replay', () => {
  test('rebuilds a key from its commands, to its present state and to any state before', async () => {
    const key = await play(dice(), 130_000);
    const whole = await replay('dice', key, dice());
    assert.equal(whole.difference, undefined);
    assert.equal(whole.compared, 1);
    // Five throws, a question, a plan and the timer's turn; the one that failed had no effect.
    assert.equal(whole.messages, 8);
    assert.equal((whole.state as DiceState).throws.length, 6);
    const commands = await readAll(bus, 'MAILBOX', `aw.${TENANT}.cmd.*.dice.${key}`);
    const third = await replay('dice', key, dice(), commands[2]!.sequence);
    assert.deepEqual((third.state as DiceState).throws, (whole.state as DiceState).throws.slice(0, 3));
  });

  test('finds where a changed handler comes to something else', async () => {
    const key = await play(dice(), 130_000);
    const { difference } = await replay('dice', key, dice(2));
    assert.ok(difference);
    assert.notDeepEqual(difference.stored, difference.rebuilt);
  });

  test('needs the first command of a life, or an archive', async () => {
    const trimmed = await play(dice(), 0);
    await until(async () => {
      await using _actors = await startTestActors(bus, [dice()], { keepHandledMs: 0 });
      return (await readAll(bus, 'MAILBOX', `aw.${TENANT}.cmd.*.dice.${trimmed}`)).length === 0;
    }, 'trimming');
    await assert.rejects(replay('dice', trimmed, dice()), { code: 'AW_REPLAY_INCOMPLETE' });

    const kept = await play(dice(1, true), 0);
    const archived = await replay('archived', kept, dice(1, true));
    assert.equal(archived.difference, undefined);
    assert.equal(archived.messages, 8);
    assert.ok(archived.compared >= 8, String(archived.compared));
  });

  for (const archive of [false, true]) {
    test(`goes on with a timer of which a turn was buried, from ${archive ? 'an archive' : 'the mailbox'}`, async () => {
      const definition = ticking(archive);
      const { name } = definition;
      const key = `k${++keys}`;
      const address = { tenant: TENANT, actor: name, key };
      const commands = () => readAll(bus, 'MAILBOX', `aw.${TENANT}.cmd.*.${name}.${key}`);
      {
        await using actors = await startTestActors(bus, [definition], { keepHandledMs: archive ? 0 : 130_000 });
        await actors.call(address, 'tick.plan', {}, TIMEOUT);
        await until(async () => ((await stateOf<TickState>(bus, name, key))?.ticks ?? 0) >= 3, 'three turns');
        // Of the archived one, the buried turn is then gone from the mailbox.
        if (archive) await until(async () => (await commands()).length <= 1, 'trimming');
      }
      const { difference, state } = await replay(name, key, definition);
      assert.equal(difference, undefined);
      assert.deepEqual(state, await stateOf<TickState>(bus, name, key));
      assert.equal(await bus.count('DEAD', `aw.${TENANT}.dead.${name}.${key}`, 1), 1);
    });
  }

  test('says what it can not replay', async () => {
    await assert.rejects(replay('dice', 'never', dice()), { code: 'AW_NOT_FOUND' });
    const key = await play(dice(), 130_000);
    const broken = { ...dice(), commands: { ...dice().commands, 'dice.throw': () => assert.fail('changed') } };
    await assert.rejects(replay('dice', key, broken as ActorDefinition), { code: 'AW_REPLAY_FAILED' });
  });
});
