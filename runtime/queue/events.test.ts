import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startTestServer, type TestServer } from '../../test/harness/nats-server.ts';
import { freshName, numberOf, openQueueWorld, type QueueWorld, untilState } from '../../test/harness/queue-world.ts';
import { until } from '../../test/harness/until.ts';
import type { JobEvent } from './job.ts';
import type { JobQueue } from './queue-api.ts';

let server: TestServer;
let world: QueueWorld;

before(async () => {
  server = await startTestServer();
  world = await openQueueWorld(server.url);
});

after(async () => {
  await world[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const numbered = (count: number, options = {}) =>
  Array.from({ length: count }, (_, n) => ({ type: 'test.numbered', data: { n }, options }));

const START = { sequence: 0, index: -1 };

interface Heard extends AsyncDisposable {
  readonly events: JobEvent[];
}

/** Hears until it is disposed of; throws then what the listening threw. */
function hear(queue: JobQueue, after?: JobEvent['position']): Heard {
  const ending = new AbortController();
  const events: JobEvent[] = [];
  const listening = (async () => {
    for await (const event of queue.events(after, ending.signal)) events.push(event);
  })();
  return {
    events,
    async [Symbol.asyncDispose]() {
      ending.abort();
      await listening;
    },
  };
}

const keyOf = ({ type, id, position }: JobEvent) => `${type} ${id} ${position?.sequence}.${position?.index}`;

async function someStored(queue: JobQueue): Promise<readonly JobEvent[]> {
  await using heard = hear(queue, START);
  await until(() => heard.events.filter(({ type }) => type === 'completed').length === 100, 'all to be heard');
  return heard.events.filter(({ position }) => position !== undefined);
}

describe('events', () => {
  test('go on after any position, also within a record of many jobs, without gap or duplicate', async () => {
    const queue = await world.queues.open(freshName());
    const added = await queue.addBulk(numbered(100));
    await using _worker = await world.queues.startWorker(queue.name, (job) => numberOf(job));
    const all = await someStored(queue);
    assert.equal(new Set(all.map(({ id }) => id)).size, 100);
    assert.deepEqual([...all.map(({ id }) => id)].sort(), added.map(({ id }) => id).sort());
    assert.ok(
      all.some(({ position }) => (position?.index ?? 0) > 0),
      'records have many jobs',
    );
    for (const at of [0, 1, 37, 63, 64, 98]) {
      await using heard = hear(queue, all[at]!.position);
      const stored = () => heard.events.filter(({ position }) => position !== undefined);
      await until(() => stored().length >= 99 - at, 'the rest to be heard');
      assert.deepEqual(stored().map(keyOf), all.slice(at + 1).map(keyOf), `after ${at}`);
    }
    const [one] = all;
    assert.deepEqual([one?.jobType, one?.queue, one?.attempt, one?.result?.data], ['test.numbered', queue.name, 1, 0]);
  });

  test('tell all that happens on the way, with attempts and data', async () => {
    const queue = await world.queues.open(freshName(), { attempts: 2, backoff: { type: 'fixed', delayMs: 600_000 } });
    await using heard = hear(queue, START);
    await using _worker = await world.queues.startWorker(queue.name, async (job, ctx) => {
      ctx.write('a line');
      ctx.progress(1);
      await ctx.partial({ part: 1 });
      if (job.attempt === 1) throw new Error('at first');
    });
    const { id } = await queue.add('test.any', {});
    await untilState(queue, id, 'delayed');
    await queue.promote(id);
    await untilState(queue, id, 'completed');
    const other = await queue.add('test.any', {}, { delayMs: 600_000 });
    await queue.cancel(other.id);
    const another = await queue.add('test.any', {}, { delayMs: 600_000 });
    await queue.remove(another.id);
    await until(() => heard.events.at(-1)?.type === 'removed', 'all to be heard');
    const stored = heard.events.filter(({ position }) => position !== undefined);
    assert.deepEqual(
      stored
        .filter((event) => event.id === id)
        .map(({ type, attempt, data }) => [type, attempt, data].filter((x) => x !== undefined)),
      [
        ['log', 1, 'a line'],
        ['progress', 1, 1],
        ['partial', 1, { part: 1 }],
        ['retrying', 1],
        ['promoted'],
        ['log', 2, 'a line'],
        ['progress', 2, 1],
        ['partial', 2, { part: 1 }],
        ['completed', 2],
      ],
    );
    assert.deepEqual(
      stored.filter((event) => event.id !== id).map(({ type, id: of }) => [type, of]),
      [
        ['cancelled', other.id],
        ['removed', another.id],
      ],
    );
  });

  test('without a position tell only what comes from now on, and "added" and "active" live to all processes', async () => {
    const queue = await world.queues.open(freshName());
    await using other = await openQueueWorld(server.url);
    const elsewhere = await other.queues.get(queue.name);
    await using _worker = await world.queues.startWorker(queue.name, () => undefined);
    const before = await queue.add('test.any', {});
    await untilState(queue, before.id, 'completed');
    await using heard = hear(elsewhere);
    // It hears once what others do comes to it.
    await until(async () => {
      await queue.add('test.any', {});
      return heard.events.some(({ type }) => type === 'added');
    }, 'the listener to be known');
    const { id } = await queue.add('test.any', {});
    const own = await until(() => {
      const found = heard.events.filter((event) => event.id === id);
      return found.length === 3 && found;
    }, 'all of its events');
    assert.deepEqual([...own.map(({ type }) => type)].sort(), ['active', 'added', 'completed']);
    assert.deepEqual(
      own.map(({ type, position }) => position === undefined || type === 'completed'),
      [true, true, true],
    );
    assert.equal(
      heard.events.some((event) => event.id === before.id),
      false,
    );
  });

  test('are those of one queue only, whatever it is called', async () => {
    const names = ['out', 'job', 'a', 'a-b', 'record', 'completed', 'p', 's', 'd', 'f', 'r0', 'constructor'];
    const queues = await Promise.all(names.map((name) => world.queues.open(name)));
    const heard = queues.map((queue) => hear(queue, START));
    const workers = await Promise.all(names.map((name) => world.queues.startWorker(name, () => name)));
    const ids = await Promise.all(queues.map(async (queue) => (await queue.add('test.any', {}, { id: 'same' })).id));
    const packed = await Promise.all(queues.map(async (queue) => (await queue.add('test.any', {})).id));
    for (const [at, queue] of queues.entries()) {
      for (const id of [ids[at]!, packed[at]!]) {
        assert.equal((await untilState(queue, id, 'completed')).result?.data, names[at]);
      }
      assert.equal((await queue.counts()).completed, 2);
      const of = () => heard[at]!.events.filter(({ type }) => type === 'completed');
      await until(() => of().length === 2, `events of ${names[at]}`);
      assert.deepEqual([...of().map(({ id }) => id)].sort(), [ids[at], packed[at]].sort());
      assert.ok(heard[at]!.events.every((event) => event.queue === names[at]));
    }
    for (const one of [...heard, ...workers]) await one[Symbol.asyncDispose]();
  });

  test('wait for a slow listener, who misses none and gets each once', async () => {
    const queue = await world.queues.open(freshName(), { completed: { count: 0 } });
    await using _worker = await world.queues.startWorker(queue.name, () => undefined);
    const ending = new AbortController();
    const listener = queue.events(START, ending.signal)[Symbol.asyncIterator]();
    const first = listener.next();
    const ids = (await queue.addBulk(numbered(3_000))).map(({ id }) => id);
    // He takes the first, and the others only when all is done.
    const found: JobEvent[] = [(await first).value];
    await until(async () => (await queue.counts()).waiting === 0, 'all to be done');
    const completed = () => found.filter(({ type }) => type === 'completed');
    while (completed().length < ids.length) found.push((await listener.next()).value);
    assert.deepEqual([...completed().map(({ id }) => id)].sort(), [...ids].sort());
    ending.abort();
    assert.equal((await listener.next()).done, true);
  });

  test('go on over a restart of the broker', async () => {
    const queue = await world.queues.open(freshName());
    await using heard = hear(queue, START);
    await using _worker = await world.queues.startWorker(queue.name, () => undefined);
    const first = await queue.add('test.any', {});
    await until(() => heard.events.some(({ type, id }) => type === 'completed' && id === first.id), 'the first');
    await server.kill();
    await server.restart();
    const second = await queue.add('test.any', {});
    await until(() => heard.events.some(({ type, id }) => type === 'completed' && id === second.id), 'the second');
    const keys = heard.events.filter(({ position }) => position !== undefined).map(keyOf);
    assert.equal(new Set(keys).size, keys.length);
  });
});
