import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { StreamName } from '../bus/bus.ts';
import { isPassing } from '../bus/bus-errors.ts';
import { createSeededRandom } from '../clock/seeded-random.ts';
import type { FaultRates } from './broker-faults.ts';
import { createCrashCoverage } from './crash-coverage.ts';
import type { SimulatedProcess } from './simulated-process.ts';
import { createSimulation, type Simulation, type SimulationOptions } from './simulation.ts';
import { SimulationFailure } from './simulation-failure.ts';

const FAULTS: FaultRates = {
  loseRequest: 0.02,
  loseAnswer: 0.02,
  storeLate: 0.02,
  cutsPerMinute: 6,
  outagesPerMinute: 3,
  leaderChangesPerMinute: 3,
};

const utf8 = new TextEncoder();
const NAME = 'aw.test.state.0.counter.all';

/** Adds one to a number in STATE, so often, each time on condition that nobody else has: by reading back, exactly. */
async function count({ bus, clock, name }: SimulatedProcess, times: number): Promise<void> {
  for (let done = 0; done < times; ) {
    try {
      const last = await bus.last('STATE', NAME);
      const total = last === undefined ? {} : JSON.parse(new TextDecoder().decode(last.body));
      if (total[name] === done + 1) {
        done++;
        continue;
      }
      const body = utf8.encode(JSON.stringify({ ...total, [name]: done + 1 }));
      await bus.commit('STATE', [
        { subject: NAME, body, expectLastSequence: last?.sequence ?? 0 },
        { subject: `aw.test.state.0.counter.${name}`, body },
      ]);
    } catch (error) {
      if (!isPassing(error)) throw error;
      await clock.sleep(100);
    }
  }
}

function totals(simulation: Simulation): Record<string, number> {
  const last = simulation.broker.stream('STATE').last(NAME);
  return last === undefined ? {} : JSON.parse(new TextDecoder().decode(last.body));
}

async function runCounters(options: SimulationOptions): Promise<{ simulation: Simulation; trace: string[] }> {
  const trace: string[] = [];
  const simulation = createSimulation({
    ...options,
    onPortCall: (process, call, stage) => {
      trace.push(`${simulation.clock.monotonic()} ${process.name} ${call.number} ${stage} ${call.name}`);
    },
  });
  for (const name of ['a', 'b', 'c']) void count(simulation.process(name), 10);
  let most = 0;
  const isDone = () => {
    const sum = Object.values(totals(simulation)).reduce((all, each) => all + each, 0);
    if (sum < most) throw new Error(`The sum went back from ${most} to ${sum}`);
    most = sum;
    return sum === 30;
  };
  await simulation.run(isDone, { limitMs: 10 * 60_000 });
  return { simulation, trace };
}

describe('simulation', () => {
  test('the same seed gives the same run to the last call, another seed another one', async () => {
    const [first, again, other] = [
      await runCounters({ seed: 1, faults: FAULTS }),
      await runCounters({ seed: 1, faults: FAULTS }),
      await runCounters({ seed: 2, faults: FAULTS }),
    ];
    assert.ok(first.trace.length > 100);
    assert.deepEqual(again.trace, first.trace);
    assert.equal(again.simulation.fingerprint, first.simulation.fingerprint);
    assert.notDeepEqual(other.trace, first.trace);
    assert.notEqual(other.simulation.fingerprint, first.simulation.fingerprint);
  });

  test('counts come out right under every fault, and wrong on a broker that ignores expectations', async () => {
    const lost = async (seed: number, wrong: SimulationOptions['broker']): Promise<boolean> => {
      try {
        await runCounters({ seed, faults: FAULTS, ...(wrong ? { broker: wrong } : {}) });
        return false;
      } catch (error) {
        assert.ok(error instanceof SimulationFailure);
        return true;
      }
    };
    const seeds = Array.from({ length: 20 }, (_, index) => index);
    for (const seed of seeds) assert.equal(await lost(seed, undefined), false);
    const failed = [];
    for (const seed of seeds.slice(0, 3)) failed.push(await lost(seed, { wrong: ['ignoresExpectations'] }));
    assert.ok(failed.includes(true));
  });

  for (const stage of ['before', 'after'] as const) {
    test(`a process killed ${stage} a commit ${stage === 'before' ? 'has not' : 'has'} stored it, and never goes on`, async () => {
      const simulation = createSimulation({ seed: stage });
      const process = simulation.process('p');
      process.onPortCall = (own, call, at) => {
        if (call.name === 'bus.commit STATE' && at === stage) own.kill();
      };
      let hasGoneOn = false;
      const goOn = () => {
        hasGoneOn = true;
      };
      process.clock.schedule(5_000, goOn);
      process.bus.commit('STATE', [{ subject: NAME, body: utf8.encode('x') }]).then(goOn, goOn);
      await simulation.run(() => !process.isAlive, { limitMs: 1_000 });
      process.bus.broadcast('x', utf8.encode('x'));
      process.bus.last('STATE', NAME).then(goOn, goOn);
      process.clock.sleep(1).then(goOn, goOn);
      await simulation.clock.advance(60_000);
      assert.equal(hasGoneOn, false);
      assert.equal(simulation.broker.stream('STATE').status.messages, stage === 'before' ? 0 : 1);
      assert.deepEqual(
        simulation.coverage.table.filter(({ name }) => name === 'bus.commit STATE'),
        [{ name: 'bus.commit STATE', passed: 1, before: 0, after: 0, [stage]: 1 }],
      );
      assert.equal(simulation.process('p').calls, 0);
    });
  }

  test('a plan kills at a numbered crash point, and the coverage of many runs is one sum', async () => {
    const coverage = createCrashCoverage();
    for (const [number, stage] of [
      [1, 'before'],
      [1, 'after'],
      [2, 'before'],
      [2, 'after'],
    ] as const) {
      const simulation = createSimulation({ seed: number, coverage });
      const process = simulation.process('p');
      process.killAt(number, stage);
      void (async () => {
        await process.clock.turn();
        await process.bus.page('EVENTS', { from: 1, filter: '>', limit: 1 });
        await process.clock.sleep(1);
      })();
      await simulation.run(() => !process.isAlive, { limitMs: 1_000 });
    }
    assert.deepEqual(coverage.table, [
      { name: 'bus.page EVENTS', passed: 2, before: 1, after: 1 },
      { name: 'clock.turn', passed: 4, before: 1, after: 1 },
    ]);
    assert.deepEqual(coverage.missing, []);
  });

  test('each bunch of a read is a crash point', async () => {
    const simulation = createSimulation({ seed: 3 });
    const [writer, reader] = [simulation.process('writer'), simulation.process('reader')];
    const got: number[] = [];
    reader.onPortCall = (own, call, stage) => {
      if (call.name === 'bus.read EVENTS' && stage === 'after' && got.length === 2) own.kill();
    };
    void (async () => {
      const signal = new AbortController().signal;
      for await (const bunch of reader.bus.read('EVENTS', { from: 1, signal })) {
        got.push(...bunch.map(({ sequence }) => sequence));
      }
    })();
    void (async () => {
      for (let number = 0; number < 5; number++) {
        await writer.bus.commit('EVENTS', [{ subject: 'aw.test.evt.a.b.c', body: utf8.encode('x') }]);
        await writer.clock.sleep(1_000);
      }
    })();
    await simulation.run(() => !reader.isAlive, { limitMs: 10_000 });
    assert.deepEqual(got, [1, 2]);
  });

  test('a paused process hears all at once what came meanwhile, and its time has gone on', async () => {
    const simulation = createSimulation({ seed: 4 });
    const [writer, paused] = [simulation.process('writer'), simulation.process('paused')];
    const heard: string[] = [];
    paused.bus.listen('news', ({ body }) => heard.push(new TextDecoder().decode(body)));
    await simulation.clock.advance(100);
    const start = paused.clock.monotonic();
    paused.clock.schedule(500, () => heard.push(`timer at ${paused.clock.monotonic() - start}`));
    const cancel = paused.clock.schedule(500, () => heard.push('cancelled'));
    paused.pause();
    for (const text of ['1', '2']) writer.bus.broadcast('news', utf8.encode(text));
    await simulation.clock.advance(30_000);
    assert.deepEqual(heard, []);
    assert.equal(paused.clock.monotonic() - start, 30_000);
    cancel();
    paused.resume();
    await simulation.clock.advance(0);
    assert.deepEqual(heard, ['1', '2', 'timer at 30000']);
  });

  test('the wall clock of a process jumps, its monotonic one does not, nor do the others', () => {
    const simulation = createSimulation({ seed: 5 });
    const [a, b] = [simulation.process('a'), simulation.process('b')];
    a.jumpClock(-3_600_000);
    assert.equal(b.clock.now() - a.clock.now(), 3_600_000);
    assert.equal(a.clock.monotonic(), b.clock.monotonic());
  });

  test('every failure names the seed, what is waited for and what would have come next', async () => {
    const simulation = createSimulation({ seed: 'odd' });
    await assert.rejects(
      simulation.run(() => false, { limitMs: 10 }),
      /Seed "odd": Nothing is left to happen[\s\S]*Repeat it with createSimulation\(\{ seed: "odd" \}\)/,
    );
    void simulation.process('sleeper').clock.sleep(1_000);
    await assert.rejects(
      simulation.run(() => false, { limitMs: 10 }),
      /did not hold within 10 ms[\s\S]*sleeper: clock\.sleep[\s\S]*sleep \(sleeper\), due at 1000/,
    );
    const broken = () => {
      throw new Error('broken');
    };
    await assert.rejects(simulation.run(broken, { limitMs: 10 }), /Seed "odd": broken/);
    await assert.rejects(
      simulation.run(async () => broken(), { limitMs: 10 }),
      /Seed "odd": broken/,
    );
    simulation.clock.schedule(1, broken);
    await assert.rejects(
      simulation.run(() => false, { limitMs: 10 }),
      /Seed "odd": broken/,
    );
    assert.throws(() => simulation.process('sleeper'), /Seed "odd"/);
  });

  test('a condition may ask the bus itself', async () => {
    const simulation = createSimulation({ seed: 6 });
    const { bus } = simulation.broker.connect({ name: 'observer', isReliable: true });
    const writer = simulation.process('writer');
    void bus.status;
    void writer.bus.commit('EVENTS', [{ subject: 'aw.test.evt.a.b.c', body: utf8.encode('x') }]);
    await simulation.run(async () => (await bus.streamStatus('EVENTS')).messages === 1, { limitMs: 1_000 });
    await simulation.run(async () => true, { limitMs: 0 });
  });

  test('many events take little time', async () => {
    const simulation = createSimulation({ seed: 7 });
    const random = createSeededRandom(7);
    const work = async ({ bus, clock }: SimulatedProcess) => {
      const stream: StreamName = 'EVENTS';
      while (clock.monotonic() < 20_000) {
        const subject = `aw.test.evt.a.b.k${random.integer(50)}`;
        await bus.commit(stream, [{ subject, body: utf8.encode('{}') }]);
        await clock.turn();
      }
    };
    const follow = async ({ bus }: SimulatedProcess) => {
      const signal = new AbortController().signal;
      for await (const bunch of bus.read('EVENTS', { from: 1, signal })) void bunch;
    };
    for (const name of ['a', 'b', 'c']) {
      const worker = simulation.process(name);
      void work(worker);
      void follow(worker);
    }
    const start = process.cpuUsage();
    await simulation.run(() => simulation.clock.monotonic() >= 20_000, { limitMs: 30_000 });
    const { user, system } = process.cpuUsage(start);
    const perSecond = Math.round(simulation.events / ((user + system) / 1e6));
    assert.ok(simulation.events > 50_000, `${simulation.events} events`);
    // Processor time, and half of what is needed: so that a busy machine does not fail it, but a scan of a stream does.
    assert.ok(perSecond > 25_000, `${perSecond} events/s`);
  });
});
