import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type JetStreamClient, jetstream } from '@nats-io/jetstream';
import { connect, headers, type NatsConnection } from '@nats-io/transport-node';
import { SCHEMAS, SHARED_SCHEMAS } from '../../proto/generated/messages.ts';
import type { NatsBus } from '../../runtime/bus/nats-bus.ts';
import { systemRandom } from '../../runtime/clock/random.ts';
import { systemClock } from '../../runtime/clock/system-clock.ts';
import { createContracts, type JsonSchema } from '../../runtime/contracts/contracts.ts';
import type { Job } from '../../runtime/queue/job.ts';
import type { Queues } from '../../runtime/queue/queue-api.ts';
import { openQueues } from '../../runtime/queue/queues.ts';
import { connectTestBus } from '../harness/actor-world.ts';
import { startTestServer, type TestServer } from '../harness/nats-server.ts';
import { until } from '../harness/until.ts';

/** A client that knows nothing of AutoWeave but `asyncapi.yaml` adds jobs, and reads what became of them. */

let server: TestServer;
let bus: NatsBus;
let queues: Queues;
let stranger: NatsConnection;
let js: JetStreamClient;
const seen: Job[] = [];

before(async () => {
  server = await startTestServer();
  bus = await connectTestBus(server.url);
  const contracts = createContracts(
    SCHEMAS as Record<string, JsonSchema>,
    SHARED_SCHEMAS as Record<string, JsonSchema>,
  );
  queues = await openQueues({ bus, tenant: 'default', contracts, clock: systemClock, random: systemRandom });
  await queues.open('memory', { attempts: 2, backoff: { type: 'fixed', delayMs: 0 } });
  await queues.startWorker('memory', (job) => {
    seen.push(job);
    if (job.attempt === 1 && (job.data as { text: string }).text === 'again') throw new Error('Not yet');
    return { stored: true };
  });
  stranger = await connect({ servers: server.url });
  js = jetstream(stranger);
});
after(async () => {
  await stranger.close();
  await queues[Symbol.asyncDispose]();
  await bus[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

async function publish(address: string, body: unknown, fields: Readonly<Record<string, string>> = {}) {
  const sent = headers();
  for (const [name, value] of Object.entries(fields)) sent.set(name, value);
  return js.publish(`aw.default.job.memory.${address}`, JSON.stringify(body), { headers: sent });
}

interface Found {
  readonly state: string;
  readonly record: { readonly j: readonly { readonly [field: string]: unknown }[] };
}

/** The last record of a home, once there is one in a state that is an end. */
async function outcomeOf(home: string): Promise<Found> {
  return until(async () => {
    const stored = await bus.last('JOBLOG', `aw.default.out.memory.*.*.${home}`);
    const state = stored?.subject.split('.')[4];
    if (stored === undefined || state === undefined || state === 'moved') return undefined;
    return { state, record: JSON.parse(new TextDecoder().decode(stored.body)) as Found['record'] };
  }, `an outcome of ${home}`);
}

test('a pack is added once under its Nats-Msg-Id, and its jobs have the ids that follow from it', async () => {
  const jobs = ['tea', 'milk'].map((text) => ({ t: 'memory.vectorize', d: { text } }));
  const added = await publish('r0.p.2', jobs, { 'Nats-Msg-Id': 'pack-1' });
  const again = await publish('r0.p.2', jobs, { 'Nats-Msg-Id': 'pack-1' });
  assert.deepEqual([again.duplicate, again.seq], [true, added.seq]);
  const home = `~${added.seq.toString(36)}`;
  const ids = ['0', '1'].map((place) => `${added.seq.toString(36)}~${place}`);
  await until(() => ids.every((id) => seen.some((job) => job.id === id)), 'both jobs have run');
  const { state, record } = await outcomeOf(home);
  assert.equal(state, 'completed');
  assert.deepEqual(record.j[0]?.['r'], { stored: true });
  assert.equal(seen.filter(({ id }) => ids.includes(id)).length, 2);
});

test('a job that is tried again ends as a single under its id', async () => {
  const { seq } = await publish('r0.p.1', [{ t: 'memory.vectorize', d: { text: 'again' } }], {
    'Nats-Msg-Id': 'pack-2',
  });
  const id = `${seq.toString(36)}~0`;
  const { state, record } = await outcomeOf(id);
  assert.deepEqual([state, record.j[0]?.['n']], ['completed', 2]);
});

test('a single is refused while a job of its id is there, and waits for its time', async () => {
  const now = Date.now();
  const publishFor = (id: string, at: number) => {
    const address = (jobClass: string) => `aw.default.job.memory.${jobClass}.s.${id}`;
    const fields = {
      'Nats-Expected-Last-Subject-Sequence': '0',
      'Nats-Expected-Last-Subject-Sequence-Subject': address('*'),
      'Nats-Schedule': `@at ${new Date(at).toISOString()}`,
      'Nats-Schedule-Target': address('r0'),
    };
    return publish(`d.s.${id}`, [{ t: 'memory.vectorize', d: { text: 'later' }, i: id, a: now }], fields);
  };
  const at = now + 1_000;
  await publishFor('mine-1', at);
  await publishFor('mine-2', now + 3_600_000);
  await assert.rejects(publishFor('mine-2', now + 3_600_000), /wrong last sequence/);
  const { state } = await outcomeOf('mine-1');
  assert.equal(state, 'completed');
  assert.ok(Date.now() >= at);
});

for (const [what, t, d] of [
  ['data that breaks its schema', 'memory.vectorize', { text: 1 }],
  ['an unknown type', 'made.up', {}],
] as const) {
  test(`${what} fails the job, without a run`, async () => {
    const before = seen.length;
    const { seq } = await publish('r0.p.1', [{ t, d }]);
    const { state, record } = await outcomeOf(`~${seq.toString(36)}`);
    assert.equal(state, 'failed');
    assert.match(String((record.j[0]!['e'] as { code: string }).code), /^AW_(DATA_INVALID|TYPE_UNKNOWN)$/);
    assert.equal(seen.length, before);
  });
}

test('a body that is no array of entries becomes a dead letter', async () => {
  await publish('r0.p.1', { t: 'memory.vectorize' });
  await until(async () => (await bus.last('DEAD', 'aw.default.dead.job.memory')) !== undefined, 'a dead letter');
});
