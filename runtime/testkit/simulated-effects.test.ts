import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TENANT } from '../../test/harness/actor-world.ts';
import type { Bus, Outgoing } from '../bus/bus.ts';
import { commandSubject, cursorSubject, eventSubject } from '../message/subjects.ts';
import { startEffectsForwarder } from '../queue/effects-forwarder.ts';
import { type Effect, outcomeSubject } from '../queue/outcome-record.ts';
import { type Log, noLog } from '../telemetry/log.ts';
import { createSimulation, type Simulation } from './simulation.ts';

const OUTCOMES = 120;
const SEEDS = Array.from({ length: 25 }, (_, index) => index + 1);
const HOUR_MS = 3_600_000;

const effectsOf = (at: number): readonly Effect[] => [
  { to: 'EVENTS', subject: eventSubject(TENANT, 'thing.done', 'k'), headers: {}, body: `${at}` },
  { to: 'MAILBOX', subject: commandSubject({ tenant: TENANT, actor: 'thing', key: 'k' }), headers: {}, body: `${at}` },
  { to: 'JOBS', subject: `aw.${TENANT}.job.q.r0.s.${at}`, headers: {}, body: `${at}` },
];

function outcome(at: number, x?: readonly Effect[]): Outgoing {
  const record = { w: 'w', j: [{ t: 'a.b' }], ...(x === undefined ? {} : { x }) };
  const subject = outcomeSubject(TENANT, 'q', 'completed', x !== undefined, `h${at}`);
  return { subject, body: new TextEncoder().encode(JSON.stringify(record)) };
}

const FILTERS = [
  ['EVENTS', `aw.${TENANT}.evt.>`],
  ['MAILBOX', `aw.${TENANT}.cmd.>`],
  ['JOBS', `aw.${TENANT}.job.>`],
] as const;

const sentIn = ({ broker }: Simulation) =>
  FILTERS.map(([stream, filter]) =>
    broker
      .stream(stream)
      .page(filter)
      .map(({ body }) => Number(new TextDecoder().decode(body))),
  );

/** Several processes forward under every kind of fault, some are killed or paused; gives what has arrived in the end. */
async function play(seed: number, disguise: (bus: Bus) => Bus = (bus) => bus) {
  const faults = {
    storeLate: 0.02,
    loseAnswer: 0.02,
    outagesPerMinute: 4,
    cutsPerMinute: 6,
    leaderChangesPerMinute: 4,
  };
  const simulation = createSimulation({ seed, faults });
  const { random, clock, broker } = simulation;
  let names = 0;
  const begin = () => {
    const name = `f${++names}`;
    const process = simulation.process(name);
    startEffectsForwarder({
      bus: disguise(process.bus),
      clock: process.clock,
      log: noLog,
      self: process.random.hex(4),
    });
  };
  const worker = broker.connect({ name: 'worker', isReliable: true });
  const all = Array.from({ length: OUTCOMES }, (_, at) => at);
  for (const at of all) {
    clock.schedule(at * 500, () => {
      // A server that is away is away for the worker, too: it tries until it is stored.
      const store = (): void => {
        worker.bus.commit('JOBLOG', [outcome(at, effectsOf(at))]).catch(() => clock.schedule(200, store));
      };
      store();
    });
  }
  for (let at = 0; at < 3; at++) begin();
  for (let at = 1; at <= 20; at++) {
    clock.schedule(at * 2_500, () => {
      const present = simulation.processes;
      const victim = present[Math.floor(random.fraction() * present.length)];
      if (random.fraction() < 0.6) {
        victim?.kill();
        begin();
      } else if (victim && !victim.isPaused) {
        victim.pause();
        clock.schedule(6_000, () => victim.isAlive && victim.resume());
      }
    });
  }
  clock.schedule(60_000, () => broker.calm());
  await simulation.run(() => sentIn(simulation).every((sent) => new Set(sent).size === OUTCOMES), {
    limitMs: 10 * 60_000,
  });
  // Whatever is late comes now.
  await clock.advance(60_000);
  for (const process of simulation.processes) process.kill();
  return sentIn(simulation);
}

/** Stores as if nobody had asked for a condition. */
const withoutConditions = (bus: Bus): Bus => ({
  ...bus,
  get status() {
    return bus.status;
  },
  commit: (stream, messages) =>
    bus.commit(
      stream,
      messages.map(({ expectLastSequence: _none, ...rest }) => rest),
    ),
});

const repeats = (sent: readonly (readonly number[])[]): number =>
  sent.reduce((sum, each) => sum + each.length - new Set(each).size, 0);

describe('startEffectsForwarder in a simulation', () => {
  test(`sends each effect once under every kind of fault, in ${SEEDS.length} runs`, async () => {
    for (const seed of SEEDS) {
      const sent = await play(seed);
      assert.equal(repeats(sent), 0, `seed ${seed}`);
      // In the order of their outcomes, in each stream alike.
      assert.deepEqual(sent[0], sent[1], `seed ${seed}`);
      assert.deepEqual(sent[0], sent[2], `seed ${seed}`);
    }
  });

  test('control: without conditions on cursors, effects come twice', async () => {
    assert.ok(repeats(await play(1, withoutConditions)) > 0);
  });

  test('takes the position along while nothing has effects, so that age loses none', async () => {
    const simulation = createSimulation({ seed: 1, faults: {} });
    const told: string[] = [];
    const log: Log = { ...noLog, error: (event) => void told.push(event) };
    const begin = (name: string) => {
      const process = simulation.process(name);
      startEffectsForwarder({ bus: process.bus, clock: process.clock, log, self: name });
      return process;
    };
    const worker = simulation.broker.connect({ name: 'worker' }).bus;
    const store = async (message: Outgoing) => {
      const stored = worker.commit('JOBLOG', [message]);
      await simulation.clock.advance(1_000);
      assert.equal((await stored).outcome, 'stored');
    };
    const first = begin('a');
    await store(outcome(0, effectsOf(0)));
    for (let at = 1; at <= 100; at++) await store(outcome(at));
    await simulation.clock.advance(6 * 60_000);
    const cursor = simulation.broker.stream('MAILBOX').last(cursorSubject('MAILBOX', 'effects'));
    assert.equal((JSON.parse(new TextDecoder().decode(cursor?.body)) as { at: number }).at, 101);
    first.kill();
    await simulation.clock.advance(HOUR_MS + 60_000);
    await store(outcome(101, effectsOf(101)));
    begin('b');
    await simulation.clock.advance(5_000);
    assert.deepEqual(sentIn(simulation), [
      [0, 101],
      [0, 101],
      [0, 101],
    ]);
    assert.deepEqual(told, []);
  });
});
