import assert from 'node:assert/strict';
import { test } from 'node:test';
import { auditor, counter, TENANT } from '../../test/harness/actor-world.ts';
import { startActorSystem } from '../actor/actor-system.ts';
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
