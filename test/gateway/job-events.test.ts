import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Client } from 'graphql-ws';
import { systemClock } from '../../runtime/clock/system-clock.ts';
import { packHome } from '../../runtime/message/job-message.ts';
import { openLiveChannel } from '../../runtime/queue/live-channel.ts';
import { factSubject, outcomeSubject } from '../../runtime/queue/outcome-record.ts';
import { startTelemetry } from '../../runtime/telemetry/telemetry.ts';
import { until } from '../harness/until.ts';
import { type GatewayWorld, startWorld } from './gateway-world.ts';
import type { MemoryBus } from './memory-bus.ts';

interface Update {
  readonly __typename: string;
  readonly cursor: string;
  readonly type?: string;
  readonly id?: string;
  readonly from?: string;
  readonly to?: string;
}

const DOCUMENT = `subscription ($queue: String!, $after: String) {
  jobEvents(queue: $queue, after: $after) {
    __typename
    ... on JobEvent {
      cursor type queue id jobType at attempt data traceId result { success data error duration timestamp }
    }
    ... on Lagged { cursor from to count }
    ... on CaughtUp { cursor }
  }
}`;
const AT = Date.UTC(2026, 0, 2);
const TRACEPARENT = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;

/** Takes updates until `enough`, and ends the subscription. */
async function follow(
  client: Client,
  after: string | undefined,
  enough: (updates: Update[]) => boolean,
): Promise<Update[]> {
  const updates: Update[] = [];
  const variables = { queue: 'mail', after };
  for await (const { data, errors } of client.iterate<{ jobEvents: Update }>({ query: DOCUMENT, variables })) {
    assert.equal(errors, undefined);
    updates.push(data!.jobEvents);
    if (enough(updates)) break;
  }
  return updates;
}

async function startMail(t: Parameters<typeof startWorld>[0], options = {}): Promise<GatewayWorld> {
  const world = await startWorld(t, options);
  await world.services.queues.open('mail');
  return world;
}

const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

/** The outcomes of some jobs of one pack, as a worker stores them. */
function complete(bus: MemoryBus, home: string, places: readonly number[], queue = 'mail'): number {
  const j = places.map((i) => ({ i, t: 'a.b', n: 1, at: AT, ms: 2, r: { i } }));
  return bus.append(outcomeSubject('default', queue, 'completed', false, home), {}, encode({ w: 'w', j }));
}

function tell(bus: MemoryBus, verb: 'progress' | 'log', id: string, d: unknown): number {
  return bus.append(
    factSubject('default', 'mail', verb, id),
    {},
    encode({ t: 'a.b', at: AT, n: 2, d, p: TRACEPARENT }),
  );
}

const told = (updates: Update[]) => updates.map(({ __typename, type, id }) => (type ? `${type} ${id}` : __typename));
const untilCaughtUp = (all: Update[]) => all.at(-1)!.__typename === 'CaughtUp';

test('jobEvents begins with where live begins, and shows each job of a message by itself', async (t) => {
  const { bus, openClient } = await startMail(t);
  complete(bus, '~1', [0]);
  const updates = await follow(openClient(), undefined, (seen) => {
    if (seen.length === 1) {
      complete(bus, '~2', [0, 1]);
      complete(bus, '~3', [0], 'other');
      bus.append(
        outcomeSubject('default', 'mail', 'moved', false, '4'),
        {},
        encode({ w: 'w', j: [{ i: 0, t: 'a.b' }] }),
      );
      bus.append(outcomeSubject('default', 'mail', 'failed', false, 'x'), {}, encode('rubbish'));
      bus.append('aw.default.jev.mail.progress.=ZZ');
      tell(bus, 'progress', 'own/id', { done: 0.5 });
      const e = { code: 'AW_UNEXPECTED', message: 'Boom', attempt: 3, at: AT };
      const j = [{ t: 'a.b', n: 3, at: AT, ms: 7, e }];
      bus.append(outcomeSubject('default', 'mail', 'failed', true, 'own/id'), {}, encode({ w: 'w', j }));
    }
    return seen.length === 5;
  });
  assert.deepEqual(told(updates), ['CaughtUp', 'COMPLETED 2~0', 'COMPLETED 2~1', 'PROGRESS own/id', 'FAILED own/id']);
  assert.deepEqual(
    updates.map(({ cursor }) => cursor),
    ['one-1', 'one-2.0', 'one-2', 'one-7', 'one-8'],
  );
  const all = { __typename: 'JobEvent', queue: 'mail', jobType: 'a.b', at: '2026-01-02T00:00:00.000Z' };
  const success = { success: true, data: { i: 0 }, error: null, duration: 2, timestamp: AT };
  const failure = { success: false, data: null, error: 'Boom', duration: 7, timestamp: AT };
  const plain = { attempt: 1, data: null, traceId: null };
  assert.deepEqual(updates[1], { ...all, ...plain, cursor: 'one-2.0', type: 'COMPLETED', id: '2~0', result: success });
  assert.deepEqual(updates[3], {
    ...all,
    cursor: 'one-7',
    type: 'PROGRESS',
    id: 'own/id',
    attempt: 2,
    result: null,
    data: { done: 0.5 },
    traceId: 'a'.repeat(32),
  });
  assert.deepEqual(updates[4], {
    ...all,
    ...plain,
    cursor: 'one-8',
    type: 'FAILED',
    id: 'own/id',
    attempt: 3,
    result: failure,
  });
});

test('jobEvents resumes within a message over new connections, without gap or duplicate', async (t) => {
  const { bus, openClient } = await startMail(t);
  const seen: string[] = [];
  const expected: string[] = [];
  let cursor = (await follow(openClient(), undefined, () => true))[0]!.cursor;
  for (let round = 1; round <= 10; round++) {
    for (const home of [2 * round, 2 * round + 1]) {
      complete(bus, packHome(home), [0, 1, 2, 3, 4]);
      for (let place = 0; place < 5; place++) expected.push(`${home.toString(36)}~${place}`);
    }
    const client = openClient();
    const wanted = 1 + ((round * 3) % 8);
    const updates = await follow(client, cursor, (all) => all.length === wanted || untilCaughtUp(all));
    client.terminate();
    for (const { id } of updates) if (id !== undefined) seen.push(id);
    cursor = updates.at(-1)!.cursor;
  }
  for (const { id } of await follow(openClient(), cursor, untilCaughtUp)) if (id !== undefined) seen.push(id);
  assert.deepEqual(seen, expected);
});

test('jobEvents says what is lost: behind the log, within a message that is gone, of another log, from the future', async (t) => {
  const { bus, openClient } = await startMail(t);
  for (const home of ['~1', '~2', '~3', '~4']) complete(bus, home, [0, 1]);
  bus.forget(3);
  const rest = ['COMPLETED 4~0', 'COMPLETED 4~1', 'CaughtUp'];
  const behind = await follow(openClient(), 'one-1', untilCaughtUp);
  assert.deepEqual(told(behind), ['Lagged', ...rest]);
  assert.deepEqual(behind[0], { __typename: 'Lagged', cursor: 'one-3', from: 'one-1', to: 'one-3', count: null });
  const within = await follow(openClient(), 'one-3.0', untilCaughtUp);
  assert.deepEqual(told(within), ['Lagged', ...rest]);
  assert.equal(within[0]?.from, 'one-3.0');
  assert.deepEqual(told(await follow(openClient(), 'one-4.0', untilCaughtUp)), rest.slice(1));
  assert.deepEqual(told(await follow(openClient(), 'one-4', untilCaughtUp)), ['CaughtUp']);
  for (const elsewhere of ['zero-4.0', 'one-5.0', 'one-99']) {
    const updates = await follow(openClient(), elsewhere, untilCaughtUp);
    assert.deepEqual(told(updates), ['Lagged', ...rest], elsewhere);
    assert.equal(updates[0]?.from, elsewhere);
  }
});

test('jobEvents tells of jobs that are added and begun while they are, under the cursor before', async (t) => {
  const { bus, openClient } = await startMail(t);
  const live = openLiveChannel({ bus, clock: systemClock, tenant: 'default' }, 'mail');
  t.after(() => live[Symbol.asyncDispose]());
  assert.equal(live.isWatched, false);
  const tellJob = (kind: 'added' | 'active', attempt: number) =>
    live.tellJobs({ kind, at: AT, jobs: [['2~0', 'a.b', attempt, kind === 'added' ? undefined : TRACEPARENT]] });
  tellJob('added', 0);
  const updates = await follow(openClient(), undefined, (seen) => {
    if (seen.length === 1) {
      assert.equal(live.isWatched, true);
      tellJob('added', 0);
      tellJob('active', 1);
    }
    if (seen.length === 3) complete(bus, '~2', [0, 1]);
    if (seen.length === 5) tellJob('added', 0);
    return seen.length === 6;
  });
  assert.deepEqual(
    updates.map(({ type, id, cursor }) => `${type ?? ''} ${id ?? ''} ${cursor}`.trim()),
    ['one-0', 'ADDED 2~0 one-0', 'ACTIVE 2~0 one-0', 'COMPLETED 2~0 one-1.0', 'COMPLETED 2~1 one-1', 'ADDED 2~0 one-1'],
  );
});

test('jobEvents of a queue that is not there, and from a cursor that is none, are refused', async (t) => {
  const { openClient } = await startMail(t);
  const table: [object, string][] = [
    [{ queue: 'none' }, 'AW_QUEUE_UNKNOWN'],
    [{ queue: 'mail', after: 'rubbish' }, 'AW_CURSOR_INVALID'],
  ];
  for (const [variables, code] of table) {
    const iterator = openClient().iterate({ query: DOCUMENT, variables: { ...variables } });
    const found = await iterator.next().then(
      ({ value }) => value?.errors?.[0]?.extensions?.code,
      (errors) => errors[0].extensions.code,
    );
    assert.equal(found, code);
  }
});

test('one read of the log serves all who follow a queue, and what follows it is freed', async (t) => {
  const telemetry = await startTelemetry({ serviceName: 'test', version: '0', host: 'h', env: {}, clock: systemClock });
  t.after(() => telemetry[Symbol.asyncDispose]());
  const { bus, openClient } = await startMail(t, { instruments: telemetry.instruments });
  let reads = 0;
  const { read } = bus;
  bus.read = (...args) => {
    reads++;
    return read(...args);
  };
  const open = async () => {
    const lines = (await telemetry.metricsText()).split('\n');
    const line = lines.find((one) => one.startsWith('subscriptions_open{subscription="jobEvents"}'));
    return Number(line?.split(' ').at(-1) ?? 0);
  };
  const client = openClient();
  const iterators = [1, 2, 3].map(() => client.iterate({ query: DOCUMENT, variables: { queue: 'mail' } }));
  for (const iterator of iterators) await iterator.next();
  assert.deepEqual([reads, await open()], [1, 3]);
  for (const iterator of iterators) await iterator.return?.();
  await until(async () => (await open()) === 0, 'all to be freed');
});

test('the push ends the trace of its job', async (t) => {
  const telemetry = await startTelemetry({ serviceName: 'test', version: '0', host: 'h', env: {}, clock: systemClock });
  t.after(() => telemetry[Symbol.asyncDispose]());
  const { bus, openClient } = await startMail(t, { tracer: telemetry.tracer });
  await follow(openClient(), undefined, (all) => {
    if (all.length === 1) tell(bus, 'log', 'x', 'a line');
    return all.length === 2;
  });
  const push = await until(() => telemetry.traces.get('a'.repeat(32))?.[0], 'the push');
  assert.deepEqual(
    [push.name, push.file, push.attributes['type']],
    ['gateway.push', 'runtime/gateway/resolvers/job-events.ts', 'log'],
  );
});
