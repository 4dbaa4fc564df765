import assert from 'node:assert/strict';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { SCHEMAS, SHARED_SCHEMAS } from '../../proto/generated/messages.ts';
import { type ActorSystem, startActorSystem } from '../../runtime/actor/actor-system.ts';
import type { NatsBus } from '../../runtime/bus/nats-bus.ts';
import { systemRandom } from '../../runtime/clock/random.ts';
import { createSeededRandom } from '../../runtime/clock/seeded-random.ts';
import { systemClock } from '../../runtime/clock/system-clock.ts';
import { createContracts, type JsonSchema } from '../../runtime/contracts/contracts.ts';
import { noInstruments } from '../../runtime/telemetry/instruments.ts';
import { createLog, type Log, noLog } from '../../runtime/telemetry/log.ts';
import { noTracer } from '../../runtime/telemetry/spans.ts';
import { connectTestBus } from '../../test/harness/actor-world.ts';
import { startTestServer, type TestServer } from '../../test/harness/nats-server.ts';
import { until } from '../../test/harness/until.ts';
import { memory } from './memory.ts';
import type { MemoryIndex } from './memory-index-port.ts';
import { startMemoryProjection } from './memory-projection.ts';
import { openSqliteIndex } from './sqlite-index.ts';

/** The index of what actors on a real server remember. Each test has a tenant and a file of its own. */

const PATIENCE_MS = 60_000;
let server: TestServer;
let bus: NatsBus;
let system: ActorSystem;
let folder = '';
let count = 0;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'autoweave-memory-'));
  server = await startTestServer();
  bus = await connectTestBus(server.url);
  system = await startActorSystem({
    bus,
    definitions: [memory],
    contracts: createContracts(
      SCHEMAS as Readonly<Record<string, JsonSchema>>,
      SHARED_SCHEMAS as Readonly<Record<string, JsonSchema>>,
    ),
    clock: systemClock,
    random: systemRandom,
    log: noLog,
    instruments: noInstruments,
    tracer: noTracer,
    graceMs: 2_000,
    // Tombstones go as soon as they may.
    keepHandledMs: 0,
  });
});
after(async () => {
  await system[Symbol.asyncDispose]();
  await bus[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

class World implements AsyncDisposable {
  readonly tenant = `tenant${++count}`;
  readonly file = join(folder, `${count}.sqlite`);
  readonly lines: string[] = [];
  readonly #log: Log = createLog({
    level: 'info',
    format: 'json',
    clock: systemClock,
    write: (line) => this.lines.push(line),
  });
  #open: (AsyncDisposable & { readonly index: MemoryIndex; caughtUp(timeoutMs: number): Promise<boolean> }) | undefined;

  call(id: string, type: string, data: object = {}): Promise<unknown> {
    return system.call({ tenant: this.tenant, actor: 'memory', key: id }, type, data, { timeoutMs: PATIENCE_MS });
  }
  remember(id: string, text: string): Promise<unknown> {
    return this.call(id, 'memory.remember', { text });
  }
  forget(id: string): Promise<unknown> {
    return this.call(id, 'memory.forget');
  }

  start({ wrap = (index: MemoryIndex) => index, sweepMs = 50 } = {}): void {
    const index = wrap(openSqliteIndex({ file: this.file, clock: systemClock, log: this.#log }));
    const { tenant } = this;
    const projection = startMemoryProjection({ bus, tenant, index, clock: systemClock, log: this.#log, sweepMs });
    this.#open = {
      index,
      caughtUp: (timeoutMs) => projection.caughtUp(timeoutMs),
      async [Symbol.asyncDispose]() {
        await projection[Symbol.asyncDispose]();
        await index[Symbol.asyncDispose]();
      },
    };
  }

  async stop(): Promise<void> {
    await this.#open?.[Symbol.asyncDispose]();
    this.#open = undefined;
  }

  async found(query = '', tenant = this.tenant): Promise<readonly string[]> {
    assert.equal(await this.#open!.caughtUp(PATIENCE_MS), true);
    const found = await this.#open!.index.search({ tenant, query, first: 100 });
    const { memories, total } = found ?? { memories: [], total: 0 };
    assert.equal(total, memories.length);
    return memories.map(({ id }) => id).sort();
  }

  /** Also what only a sweep of the events can tell. */
  async untilFound(ids: readonly string[]): Promise<void> {
    await until(async () => (await this.found()).join() === ids.join(), `${ids} to be what is remembered`);
  }

  get rebuilds(): readonly string[] {
    return this.lines.filter((line) => line.includes('memory.index_rebuilding')).map((line) => JSON.parse(line).why);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

describe('the projection', () => {
  test('begins where nothing has happened yet', async () => {
    await using world = new World();
    assert.equal((await bus.streamStatus('EVENTS')).lastSequence, 0);
    world.start();
    assert.deepEqual(await world.found(), []);
    assert.equal(world.lines.length, 1);
    await world.stop();
    // The first message of EVENTS is a cursor, which gives way to that of the next batch.
    for (const text of ['tea', 'coffee', 'water']) await world.remember('a', text);
    await until(async () => (await bus.streamStatus('EVENTS')).firstSequence > 1, 'a cursor to give way');
    world.start();
    await world.untilFound(['a']);
    await world.remember('a', 'wine');
    assert.deepEqual(await world.found('wine'), ['a']);
    assert.deepEqual(world.rebuilds, ['it has no place']);
  });

  test('shows each change as soon as it is committed', async () => {
    await using world = new World();
    world.start();
    for (let round = 0; round < 10; round++) {
      await world.remember('a', `round ${round}`);
      assert.deepEqual(await world.found(`${round}`), ['a']);
    }
    assert.deepEqual(await world.found('9 8 7'), ['a']);
    assert.deepEqual(await world.found('8'), []);
    await world.forget('a');
    assert.deepEqual(await world.found(), []);
    assert.deepEqual(world.rebuilds, ['it has no place']);
  });

  test('takes in what was remembered before it began, and goes on where it was', async () => {
    await using world = new World();
    await Promise.all(Array.from({ length: 30 }, (_, at) => world.remember(`m${at}`, `number ${at}`)));
    world.start();
    assert.equal((await world.found('number')).length, 30);
    await world.stop();
    await world.forget('m1');
    await world.remember('m2', 'another');
    await world.remember('new', 'number 30');
    world.start();
    assert.deepEqual([(await world.found('number')).length, await world.found('another')], [29, ['m2']]);
    assert.equal(world.rebuilds.length, 1);
  });

  test('hears of what was forgotten while it was away, when nothing of it is left among the states', async () => {
    await using world = new World();
    for (const id of ['a', 'b', 'c']) await world.remember(id, 'tea');
    world.start();
    assert.deepEqual(await world.found(), ['a', 'b', 'c']);
    await world.stop();
    await copyFile(world.file, `${world.file}.copy`);
    for (const id of ['a', 'b']) await world.forget(id);
    await world.remember('b', 'tea again');
    await until(
      async () => (await bus.last('STATE', `aw.${world.tenant}.state.*.memory.a`)) === undefined,
      'the tombstone of a to go',
    );
    world.start();
    await world.untilFound(['b', 'c']);
    assert.equal(world.rebuilds.length, 1);
    await world.stop();

    // Control: without the events it would not.
    await copyFile(`${world.file}.copy`, world.file);
    await bus.trim('EVENTS', `aw.${world.tenant}.evt.memory.forgotten.*`, Number.MAX_SAFE_INTEGER - 1);
    world.start();
    assert.deepEqual(await world.found(), ['a', 'b', 'c']);
  });

  test('is made anew when its file was deleted', async () => {
    await using world = new World();
    await world.remember('a', 'tea');
    world.start();
    assert.deepEqual(await world.found('tea'), ['a']);
    await world.stop();
    for (const rest of ['', '-wal', '-shm']) await rm(`${world.file}${rest}`, { force: true });
    world.start();
    assert.deepEqual(await world.found('tea'), ['a']);
    assert.equal(world.rebuilds.length, 2);
  });

  test('is made anew when the events no longer hold its place', async () => {
    await using world = new World();
    for (const id of ['a', 'b']) await world.remember(id, 'tea');
    world.start();
    await world.untilFound(['a', 'b']);
    await world.stop();
    await world.forget('a');
    await until(() => bus.last('EVENTS', `aw.${world.tenant}.evt.memory.forgotten.a`), 'the event');
    const { lastSequence } = await bus.streamStatus('EVENTS');
    for (const filter of ['aw.*.evt.>', 'aw._sys.cursor.events.>']) await bus.trim('EVENTS', filter, lastSequence);
    await world.remember('c', 'tea');
    world.start();
    await until(() => world.rebuilds.length === 2, 'a rebuild');
    assert.deepEqual(await world.found('tea'), ['b', 'c']);
    assert.deepEqual(world.rebuilds.slice(1), ['EVENTS no longer holds what came then']);
  });

  test('is made anew when the events are no longer those it has seen', async () => {
    await using world = new World();
    await world.remember('a', 'tea');
    world.start();
    assert.deepEqual(await world.found(), ['a']);
    await world.stop();
    {
      // As after a restore: the same streams, another message in the place of the last one.
      await using index = openSqliteIndex({ file: world.file, clock: systemClock, log: noLog });
      const from = (await index.position(world.tenant))!;
      const to = JSON.stringify((JSON.parse(from) as number[]).map((field, at) => (at === 5 ? field - 1 : field)));
      await index.apply(world.tenant, [{ id: 'a', at: Number.MAX_SAFE_INTEGER }], { from, to });
    }
    world.start();
    await until(() => world.rebuilds.length === 2, 'a rebuild');
    assert.deepEqual(await world.found(), ['a']);
    assert.deepEqual(world.rebuilds.slice(1), ['EVENTS was restored from a backup']);
  });

  test('follows the memories of its tenant alone', async () => {
    await using mine = new World();
    await using other = new World();
    await mine.remember('a', 'my tea');
    await other.remember('b', 'their tea');
    await other.remember('a', 'their other tea');
    mine.start();
    other.start();
    assert.deepEqual([await mine.found('tea'), await other.found('tea')], [['a'], ['a', 'b']]);
    assert.deepEqual([await mine.found('their'), await mine.found('tea', other.tenant)], [[], []]);
    await other.forget('a');
    assert.deepEqual([await mine.found(), await other.found()], [['a'], ['b']]);
  });

  test('sees what an operator does to a memory, of which there is no event', async () => {
    await using world = new World();
    const address = (key: string) => ({ tenant: world.tenant, actor: 'memory', key });
    for (const id of ['a', 'b', 'c', 'd']) await world.remember(id, 'tea');
    world.start();
    await world.untilFound(['a', 'b', 'c', 'd']);
    const exported = await system.control.exportKey(address('a'));
    await system.control.destroy(address('a'));
    const { state } = exported as { state: object };
    const tooDeep = { ...state, metadata: { in: JSON.parse(`${'['.repeat(6_000)}${']'.repeat(6_000)}`) } };
    const states = { b: 'nonsense', c: { ...state, agentId: {} }, f: tooDeep, e: state };
    for (const [key, other] of Object.entries(states))
      await system.control.importKey(address(key), { ...exported, key, state: other }, { replace: true });
    assert.deepEqual(await world.found(), ['d', 'e']);
    const [, refused] = world.lines.map((line) => JSON.parse(line));
    assert.deepEqual([refused.event, refused.id], ['memory.index_refused', 'f']);
  });

  test('ends up with what there is, however often it is cut off before or after a step', async () => {
    await using world = new World();
    const random = createSeededRandom(7);
    let applied = 0;
    /** Fails in two of three times, before the work is done or afterwards. */
    const wrap = (index: MemoryIndex): MemoryIndex => ({
      ...index,
      async apply(...change) {
        const turn = applied++ % 3;
        if (turn === 0) throw new Error('cut off before');
        const isApplied = await index.apply(...change);
        if (turn === 1) throw new Error('cut off after');
        return isApplied;
      },
    });
    const wanted = new Set<string>();
    for (let round = 0; round < 4; round++) {
      world.start({ wrap, sweepMs: 5 });
      for (let step = 0; step < 20; step++) {
        const id = `m${Math.floor(random.fraction() * 12)}`;
        const isForgotten = random.fraction() < 0.4;
        if (isForgotten) wanted.delete(id);
        else wanted.add(id);
        await (isForgotten ? world.forget(id) : world.remember(id, `${round} ${step}`));
      }
      if (round % 2 === 0) await world.untilFound([...wanted].sort());
      await world.stop();
    }
    world.start();
    await world.untilFound([...wanted].sort());
    assert.equal(world.rebuilds.length, 1);
    assert.ok(world.lines.some((line) => line.includes('cut off after')));
  });
});
