import assert from 'node:assert/strict';
import { test } from 'node:test';
import { auditor, counter, TENANT } from '../../test/harness/actor-world.ts';
import { startActorSystem } from '../actor/actor-system.ts';
import type { Bus } from '../bus/bus.ts';
import { createContracts } from '../contracts/contracts.ts';
import { noInstruments } from '../telemetry/instruments.ts';
import { noLog } from '../telemetry/log.ts';
import { noTracer } from '../telemetry/spans.ts';
import { createSimulation } from './simulation.ts';

const TIMES = 20;

/** Two counters and their auditor in one simulated process, under faults; gives what the auditor heard in the end. */
async function runCounters(seed: number) {
  const faults = { storeLate: 0.01, loseAnswer: 0.01, outagesPerMinute: 6 };
  const simulation = createSimulation({ seed, faults });
  const { bus, clock, random } = simulation.process('actors');
  const heard = (): { sum: number; heard: number } | undefined => {
    const stored = simulation.broker.stream('STATE').last(`aw.${TENANT}.state.*.auditor.all`);
    return stored && JSON.parse(new TextDecoder().decode(stored.body)).state;
  };
  void (async () => {
    const system = await startActorSystem({
      bus,
      definitions: [counter, auditor],
      contracts: createContracts({}),
      clock,
      random,
      log: noLog,
      instruments: noInstruments,
      tracer: noTracer,
    });
    for (let time = 0; time < TIMES; time++) {
      for (const key of ['x', 'y']) {
        await system.send({ tenant: TENANT, actor: 'counter', key }, 'counter.add', { add: 1 });
      }
    }
  })();
  await simulation.run(() => heard()?.heard === 2 * TIMES, { limitMs: 10 * 60_000 });
  await simulation.clock.advance(60_000);
  return { heard: heard(), fingerprint: simulation.fingerprint };
}

test('actors run in a simulated process, each effect once, the same for the same seed', async () => {
  const first = await runCounters(1);
  assert.deepEqual(first.heard, { sum: 2 * TIMES, heard: 2 * TIMES });
  assert.deepEqual(await runCounters(1), first);
  assert.notEqual((await runCounters(2)).fingerprint, first.fingerprint);
});

test('a broker that is slow to be read from makes keys wait, and parks nothing', async () => {
  const simulation = createSimulation({ seed: 3, faults: {} });
  const { bus, clock, random } = simulation.process('actors');
  const parked: string[] = [];
  const slow: Bus = {
    ...bus,
    get status() {
      return bus.status;
    },
    async last(stream, subject) {
      if (stream === 'STATE') await clock.sleep(5_000);
      return bus.last(stream, subject);
    },
    commit(stream, messages) {
      parked.push(...messages.map(({ subject }) => subject).filter((subject) => subject.includes('.parked.')));
      return bus.commit(stream, messages);
    },
  };
  const totals = () =>
    ['a', 'b', 'c'].map((key) => {
      const stored = simulation.broker.stream('STATE').last(`aw.${TENANT}.state.*.counter.${key}`);
      return stored && JSON.parse(new TextDecoder().decode(stored.body)).state.added;
    });
  void (async () => {
    const system = await startActorSystem({
      bus: slow,
      definitions: [counter],
      contracts: createContracts({}),
      clock,
      random,
      log: noLog,
      instruments: noInstruments,
      tracer: noTracer,
    });
    for (const add of [1, 2, 3]) {
      for (const key of ['a', 'b', 'c']) {
        await system.send({ tenant: TENANT, actor: 'counter', key }, 'counter.add', { add });
      }
    }
  })();
  await simulation.run(() => totals().every((added) => added?.length === 3), { limitMs: 60_000 });
  assert.deepEqual(totals(), [
    [1, 2, 3],
    [1, 2, 3],
    [1, 2, 3],
  ]);
  assert.deepEqual(parked, []);
});
