import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import { WebSocket } from 'ws';
import type { Bus, Stored } from '../../runtime/bus/bus.ts';
import type { NatsBus } from '../../runtime/bus/nats-bus.ts';
import { systemRandom } from '../../runtime/clock/random.ts';
import { systemClock } from '../../runtime/clock/system-clock.ts';
import { createContracts } from '../../runtime/contracts/contracts.ts';
import { decodeJobEvents } from '../../runtime/queue/job-events.ts';
import type { Queues } from '../../runtime/queue/queue-api.ts';
import { openQueues } from '../../runtime/queue/queues.ts';
import { connectTestBus } from '../harness/actor-world.ts';
import { startTestServer, type TestServer } from '../harness/nats-server.ts';
import { until } from '../harness/until.ts';
import { createFakeServices } from './fake-services.ts';
import { openDoors } from './gateway-world.ts';
import { createSeeded } from './seeded.ts';

const TENANT = 'default';
const JOBS = 400;
const END = 'the-end';
const DOCUMENT = `subscription ($queue: String!, $after: String) {
  jobEvents(queue: $queue, after: $after) {
    __typename
    ... on JobEvent { cursor type id result { success data } }
    ... on Lagged { cursor }
    ... on CaughtUp { cursor }
  }
}`;

interface Update {
  readonly __typename: string;
  readonly cursor: string;
  readonly type?: string;
  readonly id?: string;
}

let server: TestServer;
let bus: NatsBus;
let queues: Queues;

before(async () => {
  server = await startTestServer();
  bus = await connectTestBus(server.url);
  const contracts = createContracts({ 'a.b': { type: 'object' } });
  queues = await openQueues({ bus, tenant: TENANT, contracts, clock: systemClock, random: systemRandom });
});
after(async () => {
  await queues[Symbol.asyncDispose]();
  await bus[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

/** `COMPLETED 3~1` for all that JOBLOG says of a queue, in its order. */
async function readTruth(queue: string): Promise<string[]> {
  const truth: string[] = [];
  let from = 1;
  while (true) {
    const page = await bus.page('JOBLOG', { from, filter: `aw.${TENANT}.*.${queue}.>`, limit: 1_000 });
    truth.push(...page.flatMap(decodeJobEvents).map(({ type, id }) => `${type.toUpperCase()} ${id}`));
    if (page.length < 1_000) return truth;
    from = page.at(-1)!.sequence + 1;
  }
}

/**
 * Jobs are added and done while a subscriber's socket is killed again and again; it goes on each time at another
 * gateway, with the cursor it has.
 *
 * @param broken what the gateways get in place of the true bus
 * @param half done when half of the jobs are added
 */
async function run(
  t: TestContext,
  queueName: string,
  { broken = (bus) => bus, half }: { readonly broken?: (bus: Bus) => Bus; readonly half?: () => Promise<void> },
) {
  const random = createSeeded(7);
  const queue = await queues.open(queueName);
  const worker = await queues.startWorker(queueName, ({ data }) => {
    const { n } = data as { n: number };
    if (n % 10 === 3) throw new Error('Three');
    return { n };
  });
  t.after(() => worker[Symbol.asyncDispose]());
  const services = createFakeServices(broken(bus));
  const doors = [await openDoors(t, { ...services, queues }), await openDoors(t, { ...services, queues })];

  const seen: string[] = [];
  let cursor: string | undefined;
  let kills = 0;
  const takeSome = async (most: number): Promise<boolean> => {
    const sockets: WebSocket[] = [];
    class Killable extends WebSocket {
      constructor(url: string, protocols: string) {
        super(url, protocols);
        sockets.push(this);
      }
    }
    const client = doors[kills % 2]!.openClient(undefined, Killable);
    let taken = 0;
    try {
      for await (const { data, errors } of client.iterate<{ jobEvents: Update }>({
        query: DOCUMENT,
        variables: { queue: queueName, after: cursor },
      })) {
        assert.equal(errors, undefined);
        const update = data!.jobEvents;
        assert.notEqual(update.__typename, 'Lagged');
        cursor = update.cursor;
        // What is told live only is no part of the log.
        const isTold = update.type === 'ADDED' || update.type === 'ACTIVE';
        if (update.type !== undefined && !isTold) seen.push(`${update.type} ${update.id}`);
        if (update.type === 'COMPLETED' && update.id === END) return true;
        if (++taken === most) for (const socket of sockets) socket.terminate();
        if (taken >= most) break;
      }
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error;
    }
    kills++;
    return false;
  };

  const add = async () => {
    await until(() => cursor !== undefined, 'the subscriber to be live');
    for (let n = 0; n < JOBS; n += 20) {
      if (n === JOBS / 2) await half?.();
      const jobs = Array.from({ length: 20 }, (_, place) => ({
        type: 'a.b',
        data: { n: n + place },
        options: { attempts: 1 },
      }));
      await queue.addBulk(jobs);
      await queue.add('a.b', { n }, { id: `single-${n}` });
    }
    const isOutcome = (one: string) => /^(COMPLETED|FAILED)/.test(one);
    await until(
      async () => (await readTruth(queueName)).filter(isOutcome).length === JOBS + JOBS / 20,
      'all jobs to have ended',
    );
    await queue.add('a.b', { n: 0 }, { id: END });
  };
  const follow = async () => {
    while (!(await takeSome(1 + random.below(60)))) {
      // Again, with the cursor.
    }
  };
  await Promise.all([add(), follow()]);
  return { seen, truth: await readTruth(queueName), kills };
}

test('jobEvents over a real server has no gap and no duplicate, however often its socket is killed', async (t) => {
  const { seen, truth, kills } = await run(t, 'whole', {});
  assert.ok(truth.length > JOBS, `${truth.length} events`);
  assert.deepEqual(seen, truth);
  assert.equal(new Set(seen).size, seen.length);
  assert.ok(truth.some((one) => one.startsWith('FAILED')));
  assert.ok(kills > 5, `${kills} kills`);
});

test('jobEvents over a real server has no gap and no duplicate when the server is killed meanwhile', async (t) => {
  const { seen, truth } = await run(t, 'killed', {
    async half() {
      await server.kill();
      await server.restart();
    },
  });
  assert.deepEqual(seen, truth);
});

test('jobEvents over a real server tells of jobs that are added and begun, to whoever is live', async (t) => {
  const queue = await queues.open('live');
  const { openClient } = await openDoors(t, { ...createFakeServices(bus), queues });
  const seen = new Map<string, Update>();
  const updates = openClient().iterate<{ jobEvents: Update }>({ query: DOCUMENT, variables: { queue: 'live' } });
  for await (const { data } of updates) {
    const update = data!.jobEvents;
    seen.set(update.type ?? update.__typename, update);
    if (update.__typename === 'CaughtUp') await queue.add('a.b', { n: 1 }, { id: 'own' });
    if (update.type === 'ADDED') {
      const worker = await queues.startWorker('live', () => 'done');
      t.after(() => worker[Symbol.asyncDispose]());
    }
    if (seen.has('ACTIVE') && seen.has('COMPLETED')) break;
  }
  assert.deepEqual([...seen.keys()].sort(), ['ACTIVE', 'ADDED', 'COMPLETED', 'CaughtUp']);
  assert.equal(seen.get('ADDED')?.id, 'own');
  assert.equal(seen.get('ADDED')?.cursor, seen.get('CaughtUp')?.cursor);
});

test('the comparison with the log finds messages that the gateway did not get', async (t) => {
  const isWanted = ({ sequence, subject }: Stored) => sequence % 5 !== 0 || subject.includes(END);
  const { seen, truth } = await run(t, 'holed', {
    broken: (bus) => ({
      ...bus,
      async *read(stream, options) {
        for await (const bunch of bus.read(stream, options)) yield bunch.filter(isWanted);
      },
    }),
  });
  assert.ok(seen.length < truth.length, `${seen.length} of ${truth.length}`);
  assert.notDeepEqual(seen, truth);
});
