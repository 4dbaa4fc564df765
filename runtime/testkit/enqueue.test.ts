import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { connectTestBus, readAll, startTestActors, stateOf, TENANT } from '../../test/harness/actor-world.ts';
import { startTestServer, type TestServer } from '../../test/harness/nats-server.ts';
import { until } from '../../test/harness/until.ts';
import { defineActor, type EnqueueOptions } from '../actor/definition.ts';
import type { Bus } from '../bus/bus.ts';
import type { Message } from '../message/message.ts';
import { tryActors } from './try-actor.ts';

const ANY = { type: 'object' };

interface Order {
  readonly queue?: string;
  readonly type?: string;
  readonly data?: unknown;
  readonly options?: EnqueueOptions;
  readonly fails?: boolean;
}

/** Enqueues what it is told to. */
const desk = defineActor({
  name: 'desk',
  attempts: 3,
  init: () => ({ tries: 0, ids: [] as string[] }),
  schemas: { 'desk.send': ANY, 'letter.print': { type: 'object', required: ['text'] } },
  commands: {
    'desk.send'(ctx, state, { data }: Message<Order>) {
      const { queue = 'print', type = 'letter.print', options, fails } = data;
      const id = ctx.enqueue(queue, type, data.data ?? { text: 'a' }, options);
      state.ids.push(id);
      if (fails && ctx.attempt === 1) throw new Error('in passing');
      return id;
    },
  },
});

describe('ctx.enqueue', () => {
  test('adds one job, with its options, under the id that it gives', async () => {
    await using world = await tryActors([desk]);
    const options: EnqueueOptions = {
      priority: 5,
      attempts: 7,
      backoff: { type: 'fixed', delayMs: 100, jitter: 0.5 },
      attemptTimeoutMs: 1_000,
      totalTimeoutMs: 5_000,
    };
    const id = await world.call(desk, 'k', 'desk.send', { options });
    assert.deepEqual(world.jobs(), [
      {
        id,
        queue: 'print',
        type: 'letter.print',
        data: { text: 'a' },
        options: { a: 7, b: ['fixed', 100, 0.5], to: 1_000, tt: 5_000, pr: 5 },
      },
    ]);
    assert.equal(await world.call(desk, 'k', 'desk.send', { options: { id: 'mine' } }), 'mine');
  });

  test('gives the same id at every attempt, and adds nothing for one that failed', async () => {
    await using world = await tryActors([desk]);
    await world.send(desk, 'k', 'desk.send', { fails: true });
    assert.deepEqual(world.jobs(), []);
    await world.advance(5_000);
    const [job, ...others] = world.jobs();
    assert.deepEqual(others, []);
    assert.deepEqual(world.state(desk, 'k'), { tries: 0, ids: [job?.id] });
  });

  test('adds once what a process has committed that was killed before it was sent', async () => {
    await using world = await tryActors([desk]);
    for (let round = 0; round < 10; round++) {
      await world.send(desk, `k${round}`, 'desk.send');
      world.kill();
      await world.restart();
    }
    const ids = world.jobs().map(({ id }) => id);
    assert.deepEqual([ids.length, new Set(ids).size], [10, 10]);
  });

  const refused: ReadonlyArray<readonly [string, Order, string]> = [
    ['an unknown type', { type: 'letter.eat' }, 'AW_TYPE_UNKNOWN'],
    ['data that breaks its schema', { data: {} }, 'AW_DATA_INVALID'],
    ['a queue that none can be', { queue: 'No Queue' }, 'AW_NAME_INVALID'],
    ['a negative delay', { options: { delayMs: -1 } }, 'AW_JOB_OPTIONS_INVALID'],
    ['no attempt', { options: { attempts: 0 } }, 'AW_JOB_OPTIONS_INVALID'],
    ['a priority beyond the last', { options: { priority: 3_000_000 } }, 'AW_JOB_OPTIONS_INVALID'],
    ['an id that is too long', { options: { id: 'i'.repeat(201) } }, 'AW_JOB_OPTIONS_INVALID'],
  ];
  for (const [what, order, code] of refused) {
    test(`refuses ${what}, at once and for good`, async () => {
      await using world = await tryActors([desk]);
      await assert.rejects(world.call(desk, 'k', 'desk.send', order), { code });
      await world.send(desk, 'k', 'desk.send', order);
      assert.deepEqual(
        world.deadLetters().map(({ attempts }) => attempts),
        [1],
      );
      assert.deepEqual(world.jobs(), []);
    });
  }
});

describe('ctx.enqueue on a real server', () => {
  let server: TestServer;
  let bus: Bus;
  before(async () => {
    server = await startTestServer();
    bus = await connectTestBus(server.url);
  });
  after(async () => {
    await bus[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  test('puts jobs where they belong: ready ones, and delayed ones once it is time', async () => {
    await using system = await startTestActors(bus, [desk]);
    const send = (options: EnqueueOptions) =>
      system.call({ tenant: TENANT, actor: 'desk', key: 'k' }, 'desk.send', { options }, { timeoutMs: 20_000 });
    await send({ id: 'now', priority: 3 });
    await send({ id: 'last', isLifo: true });
    await send({ id: 'later', delayMs: 1_000 });
    const subjects = async () => (await readAll(bus, 'JOBS', `aw.${TENANT}.job.>`)).map(({ subject }) => subject);
    await until(async () => (await subjects()).length === 3, 'three jobs');
    assert.deepEqual(
      (await subjects()).map((subject) => subject.split('.').slice(4).join('.')),
      ['r3.s.now', 'l.s.last', 'd.s.later'],
    );
    await until(async () => (await subjects()).includes(`aw.${TENANT}.job.print.r0.s.later`), 'the delayed one');
    assert.deepEqual((await stateOf<{ ids: string[] }>(bus, 'desk', 'k'))?.ids, ['now', 'last', 'later']);
  });
});
