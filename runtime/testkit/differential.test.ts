import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { startTestServer, type TestServer } from '../../test/harness/nats-server.ts';
import { until } from '../../test/harness/until.ts';
import type { Bus, Outgoing } from '../bus/bus.ts';
import { connectNatsBus } from '../bus/nats-bus.ts';
import { systemRandom } from '../clock/random.ts';
import { createSeededRandom } from '../clock/seeded-random.ts';
import { systemClock } from '../clock/system-clock.ts';
import { type PlayRecord, playRandomly } from './conformance-play.ts';
import { drive } from './drive.ts';
import { createMemoryBroker } from './memory-broker.ts';
import type { WrongMode } from './memory-stream.ts';
import { createVirtualClock } from './virtual-clock.ts';

/** The memory broker against nats-server: the same plays, every answer compared, and all that is stored at the end. */

const SEEDS = [1, 2, 3, 4];
const OPERATIONS = 130;
/** What a server takes that is started without a configuration. */
const MAX_PAYLOAD_BYTES = 1024 * 1024;

let server: TestServer;
let real: Bus;
const answers: PlayRecord[] = [];

before(async () => {
  server = await startTestServer();
  real = await connectNatsBus({ url: server.url, name: 'real', clock: systemClock, random: systemRandom });
  // One after the other, since what one leaves behind the next one finds.
  for (const seed of SEEDS) answers.push(await playRandomly(real, createSeededRandom(seed), playOf(seed)));
});
after(async () => {
  await real[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

function playOf(seed: number) {
  return { tenant: `t${seed}`, operations: OPERATIONS };
}

function memory(wrong: readonly WrongMode[] = []) {
  const clock = createVirtualClock();
  const broker = createMemoryBroker({
    clock,
    random: createSeededRandom('memory'),
    maxPayloadBytes: MAX_PAYLOAD_BYTES,
    wrong,
  });
  return { clock, bus: broker.connect({ name: 'memory' }).bus };
}

async function playInMemory(wrong: readonly WrongMode[] = []): Promise<readonly PlayRecord[]> {
  const { clock, bus } = memory(wrong);
  const records: PlayRecord[] = [];
  for (const seed of SEEDS) records.push(await drive(clock, playRandomly(bus, createSeededRandom(seed), playOf(seed))));
  return records;
}

describe('memory broker', () => {
  test('answers and stores what nats-server does, over random operations', async () => {
    const inMemory = await playInMemory();
    for (const [index, record] of inMemory.entries()) {
      for (const [at, operation] of record.entries()) {
        assert.deepEqual(operation, answers[index]![at], `seed ${SEEDS[index]}, operation ${at}`);
      }
      assert.equal(record.length, answers[index]!.length);
    }
  });

  for (const wrong of ['forgetsIds', 'ignoresExpectations', 'tearsBatches'] as const) {
    test(`that ${wrong} is found out`, async () => {
      assert.ok(!isDeepStrictEqual(await playInMemory([wrong]), answers));
    });
  }

  test('the plays meet every outcome that they are about', () => {
    const text = JSON.stringify(answers);
    for (const outcome of ['"stored"', '"conflict"', '"duplicate"', '(10164)', '(10111)', '"isDuplicate":true']) {
      assert.ok(text.includes(outcome), outcome);
    }
  });

  test('delivers schedules in the order of their times, and none that was trimmed, replaced or refused', async () => {
    const { clock, bus } = memory();
    const left = 'aw.sched.timer.1.a.plain.n';
    const onReal = await playSchedules(real, Date.now(), async () => {
      await until(async () => (await real.last('MAILBOX', 'aw.sched.cmd.*.a.last')) !== undefined, 'the last delivery');
    });
    const inMemory = await drive(
      clock,
      playSchedules(bus, clock.now(), () => clock.sleep(3_000)),
    );
    assert.deepEqual(inMemory, onReal);
    assert.deepEqual(
      onReal.stored.map(({ body }) => body),
      ['past', 'parked', 'second', 'kept', 'last', 'cut off', 'plain'].sort(),
    );
    assert.ok(onReal.stored.some(({ subject }) => subject === left));
  });
});

async function playSchedules(bus: Bus, now: number, delivered: () => Promise<unknown>) {
  const timer = (name: string) => `aw.sched.timer.1.a.${name}.n`;
  const target = 'aw.sched.cmd.a.key';
  const make = (name: string, text: string, inMs: number, to = target, rest: Partial<Outgoing> = {}): Outgoing => ({
    subject: timer(name),
    body: new TextEncoder().encode(text),
    deliver: { at: now + inMs, to },
    ...rest,
  });
  const outcomes: unknown[] = [];
  const commit = async (...messages: Outgoing[]) => {
    const result = await bus.commit('MAILBOX', messages).catch((error) => error.message);
    outcomes.push(typeof result === 'string' ? result : result.outcome);
  };
  await commit(make('past', 'past', -1_000));
  await commit(make('replaced', 'first', 500), make('trimmed', 'trimmed', 600));
  await commit(make('replaced', 'second', 1_100));
  await commit(make('kept', 'kept', 1_300, target, { headers: { 'ce-id': 'x' }, id: 'kept', expectLastSequence: 0 }));
  await commit(make('kept', 'repeated', 1_300, target, { id: 'kept' }));
  await commit(make('parked', 'parked', 900, 'aw.sched.parked.1.a.k'));
  await commit(make('last', 'last', 1_500, 'aw.sched.cmd.a.last'));
  await commit(make('plain', 'cut off', 700));
  await commit({ subject: timer('plain'), body: new TextEncoder().encode('plain') });
  await commit(make('refused', 'x', 100, 'aw.sched.evt.a.b.c'));
  await commit(make('refused', 'x', 100, timer('refused')));
  await commit(make('refused', 'x', 100, 'aw.sched.cmd.a.*'));
  await commit(make('refused', 'x', 100), make('refused', 'y', 100));
  const { sequence } = (await bus.last('MAILBOX', timer('trimmed')))!;
  await bus.trim('MAILBOX', timer('trimmed'), sequence);
  await delivered();
  const page = await bus.page('MAILBOX', { filter: 'aw.sched.>', from: 1, limit: 100 });
  const stored = page.map(({ subject, headers, body }) => ({
    subject,
    body: new TextDecoder().decode(body),
    headers: Object.fromEntries(
      Object.entries(headers).filter(([name]) => !/^Nats-(Batch|Stream|Num|Last|Schedule$)/.test(name)),
    ),
  }));
  const order = stored.filter(({ subject }) => subject.includes('.cmd.')).map(({ body }) => body);
  return { outcomes, order, stored: stored.sort((left, right) => (left.body < right.body ? -1 : 1)) };
}
