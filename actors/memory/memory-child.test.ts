import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { SCHEMAS, SHARED_SCHEMAS } from '../../proto/generated/messages.ts';
import { type ActorSystem, startActorSystem } from '../../runtime/actor/actor-system.ts';
import type { NatsBus } from '../../runtime/bus/nats-bus.ts';
import { systemRandom } from '../../runtime/clock/random.ts';
import { systemClock } from '../../runtime/clock/system-clock.ts';
import { createContracts, type JsonSchema } from '../../runtime/contracts/contracts.ts';
import type { JobQueue } from '../../runtime/queue/queue-api.ts';
import { type OpenQueues, openQueues } from '../../runtime/queue/queues.ts';
import { processorOf } from '../../runtime/queue/worker-definition.ts';
import { noInstruments } from '../../runtime/telemetry/instruments.ts';
import { noLog } from '../../runtime/telemetry/log.ts';
import { noTracer } from '../../runtime/telemetry/spans.ts';
import { connectTestBus, TENANT } from '../../test/harness/actor-world.ts';
import { overwriteTable } from '../../test/harness/damaged-sqlite.ts';
import { startTestServer, type TestServer } from '../../test/harness/nats-server.ts';
import { untilState } from '../../test/harness/queue-world.ts';
import { until } from '../../test/harness/until.ts';
import { memory } from './memory.ts';
import { type RunningMemory, startMemory } from './memory-child.ts';
import { createMemoryWorker, MEMORY_QUEUE } from './memory-jobs.ts';

/** The whole memory, with its actors and its queue on a real server. */

let folder = '';
let server: TestServer;
let bus: NatsBus;
let system: ActorSystem;
let queues: OpenQueues;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'autoweave-memory-'));
  server = await startTestServer();
  bus = await connectTestBus(server.url);
  const contracts = createContracts(
    SCHEMAS as Readonly<Record<string, JsonSchema>>,
    SHARED_SCHEMAS as Readonly<Record<string, JsonSchema>>,
  );
  const parts = { bus, contracts, clock: systemClock, random: systemRandom, log: noLog };
  const telemetry = { instruments: noInstruments, tracer: noTracer };
  queues = await openQueues({ ...parts, ...telemetry, tenant: TENANT, isSyncedAlways: () => false });
  system = await startActorSystem({ ...parts, ...telemetry, definitions: [memory], graceMs: 2_000 });
});
after(async () => {
  await system[Symbol.asyncDispose]();
  await queues[Symbol.asyncDispose]();
  await bus[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const start = (dataDirectory: string) =>
  startMemory({ bus, tenant: TENANT, dataDirectory, clock: systemClock, log: noLog });

async function resultOf(queue: JobQueue, type: string, data: object): Promise<unknown> {
  const { id } = await queue.add(type, data);
  return (await untilState(queue, id, 'completed')).result?.data;
}

test('jobs remember and search, and the service finds what they have remembered', async () => {
  await using running = start(folder);
  const worker = createMemoryWorker(running.service);
  const queue = await queues.open(MEMORY_QUEUE);
  await using _worker = await queues.startWorker(MEMORY_QUEUE, processorOf(worker), worker);
  const metadata = { room: 'kitchen' };
  const data = { text: 'The door is stuck', agentId: 'a1', metadata };
  const { memoryId } = (await resultOf(queue, 'memory.vectorize', data)) as { memoryId: string };
  assert.deepEqual(await resultOf(queue, 'memory.vectorize', { text: 'Tea', memoryId: 'm1' }), { memoryId: 'm1' });
  // A job's commands leave with its outcome, and reach the actor a moment later.
  await until(async () => (await running.service.count()) === 2, 'both to be remembered');
  const { memories } = (await resultOf(queue, 'memory.search', { query: 'stuck doo' })) as { memories: object[] };
  assert.deepEqual(
    memories.map((one) => ({ ...one, score: 0 })),
    [{ id: memoryId, ...data, score: 0 }],
  );
  const page = await running.service.search({ query: 'tea', first: 10 });
  assert.deepEqual([page.memories.map(({ id }) => id), page.lag], [['m1'], 0]);
  assert.deepEqual([await running.service.count(), await running.service.count('a1')], [2, 1]);
});

test('an index that cannot be written fails searches with a code, and catches up once it can', async () => {
  const absent = join(folder, 'absent');
  await using running = start(absent);
  await assert.rejects(running.service.search({ first: 1 }), { code: 'AW_MEMORY_INDEX_FAILED' });
  await mkdir(absent);
  await running.service.count();
  const address = { tenant: TENANT, actor: 'memory', key: 'm9' };
  await system.call(address, 'memory.remember', { text: 'late' }, { timeoutMs: 60_000 });
  let lag: number;
  do lag = (await running.service.search({ first: 1 })).lag;
  while (lag > 0);
  assert.equal((await running.service.search({ query: 'late', first: 1 })).total, 1);
});

test('an index that a search finds damaged is filled again, while nothing else happens', async () => {
  const directory = await mkdtemp(join(folder, 'damaged-'));
  const address = { tenant: TENANT, actor: 'memory', key: 'kept' };
  await system.call(address, 'memory.remember', { text: 'rare word' }, { timeoutMs: 60_000 });
  const search = async ({ service }: RunningMemory) => {
    const { total, lag } = await service.search({ query: 'rare', first: 1 });
    assert.ok(total === 1 || lag > 0, 'a search that finds too little says so');
    return total === 1 && lag === 0;
  };
  {
    await using running = start(directory);
    await until(() => search(running), 'the index to be filled');
  }
  await overwriteTable(join(directory, 'memory.sqlite'), 'words_data');
  await using running = start(directory);
  await until(() => running.service.count().then((number) => number > 0), 'the index to be at work');
  await until(() => search(running), 'the index to be filled again');
  await stat(join(directory, 'memory.sqlite.aside'));
});
