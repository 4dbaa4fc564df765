import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AgentGraph, SCHEMAS, SHARED_SCHEMAS } from '../../proto/generated/messages.ts';
import { startActorSystem } from '../../runtime/actor/actor-system.ts';
import { openActorClient } from '../../runtime/actor/client.ts';
import type { ActorDefinition, Handler } from '../../runtime/actor/definition.ts';
import { decodeEntry } from '../../runtime/actor/entry.ts';
import { createContracts, type JsonSchema } from '../../runtime/contracts/contracts.ts';
import { type JobEntry, parseJobSubject } from '../../runtime/message/job-message.ts';
import { decodeMessage, type Message } from '../../runtime/message/message.ts';
import { noInstruments } from '../../runtime/telemetry/instruments.ts';
import { noLog } from '../../runtime/telemetry/log.ts';
import { noTracer } from '../../runtime/telemetry/spans.ts';

import {
  type CrashStage,
  createSimulation,
  type MemoryBroker,
  type SimulatedProcess,
} from '../../runtime/testkit/testkit.ts';
import { AGENT_ACTORS } from '../../test/harness/agent-world.ts';
import type { AgentRecord } from './agent.ts';
import { agentRun, type RunState } from './agent-run.ts';

/**
 * A run with every kind of step, played once to count where its process writes, and then once for each of these places:
 * the process is killed before the write takes effect, or after it and before it knows. Each end of a job is told twice.
 */
const GRAPH: AgentGraph = {
  nodes: [
    { id: 'describe', type: 'plugin', plugin: 'device-describer', function: 'describe', next: 'ask' },
    { id: 'ask', type: 'condition', if: { value: '{{describe.output}}', is: 'present' }, next: 'note' },
    { id: 'note', type: 'remember', text: '{{describe.output}}', next: 'find' },
    { id: 'find', type: 'search', query: 'printer', next: 'check' },
    { id: 'check', type: 'job', queue: 'system', jobType: 'system.health_check', wait: false },
  ],
};
const TENANT = 'test';
const RESTART_MS = 50;
const LIMIT_MS = 120_000;
const AFTER_MS = 5_000;
const contracts = createContracts(
  SCHEMAS as Readonly<Record<string, JsonSchema>>,
  SHARED_SCHEMAS as Readonly<Record<string, JsonSchema>>,
);
const silent = { contracts, log: noLog, instruments: noInstruments, tracer: noTracer };

interface Crash {
  readonly number: number;
  readonly stage: CrashStage;
}

interface Played {
  /** Writes that the first process has come past. */
  readonly points: readonly Crash[];
  /** How many steps there were at the beginning of each turn of the run. */
  readonly turns: readonly number[];
}

/** Comes to its end once the run is over and all that it is to leave is there, once. */
async function play(crash?: Crash): Promise<Played> {
  const points: Crash[] = [];
  const turns: number[] = [];
  const definitions = AGENT_ACTORS.map((each) => (each === agentRun ? watched(each, turns) : each));
  let hasBegun = false;
  const simulation = createSimulation({
    seed: 1,
    broker: { latencyMs: () => 0.2 },
    onPortCall(process, { name, number }, stage) {
      if (process.name !== 'first' || !hasBegun || !name.startsWith('bus.commit')) return;
      points.push({ number, stage });
      if (crash?.number === number && crash.stage === stage) process.kill();
    },
  });
  const { broker } = simulation;
  const stateOf = <State>(actor: string, key: string): State | undefined => {
    const stored = broker.stream('STATE').last(`aw.${TENANT}.state.*.${actor}.${key}`);
    return stored && (decodeEntry(stored.subject, stored.body).state as State | undefined);
  };
  const start = async (process: SimulatedProcess): Promise<void> => {
    const { bus, clock, random } = process;
    await startActorSystem({ bus, clock, random, definitions, ...silent });
  };
  let process = simulation.process('first');
  void start(process);
  const outside = simulation.process('outside');
  const { bus, clock, random } = outside;
  const client = openActorClient({ bus, clock, random, contracts, tracer: noTracer });
  const send = (actor: string, key: string, type: string, data: unknown) =>
    void client.send({ tenant: TENANT, actor, key }, type, data);

  send('agent', 'a', 'agent.create', { name: 'A', config: { graph: GRAPH } });
  send('agent', 'a', 'agent.deploy', { agentId: 'a' });
  await simulation.run(() => stateOf<AgentRecord>('agent', 'a')?.status === 'DEPLOYED', { limitMs: LIMIT_MS });
  hasBegun = true;
  send('agent', 'a', 'agent.start', { trigger: { type: 'manual' }, run: '1' });

  const ended = new Set<string>();
  const look = (): void => {
    if (!process.isAlive) {
      process = simulation.process(`after ${process.name}`);
      simulation.clock.schedule(RESTART_MS, () => void start(process));
    }
    for (const { queue, i: id = '', o: { nt } = {} } of jobsIn(broker)) {
      if (nt === undefined || ended.has(id)) continue;
      ended.add(id);
      const data = { queue, jobId: id, ref: nt.r, outcome: 'completed', result: 'a printer' };
      send(nt.a, nt.k, 'job.ended', data);
      send(nt.a, nt.k, 'job.ended', data);
    }
  };
  /** What comes too often comes soon after. */
  let endsAt = Number.POSITIVE_INFINITY;
  const isOver = (): boolean => {
    look();
    const now = simulation.clock.monotonic();
    if (endsAt > now + AFTER_MS && broker.stream('EVENTS').status.messages >= EVENTS.length) endsAt = now + AFTER_MS;
    return now >= endsAt;
  };
  await simulation.run(isOver, { limitMs: LIMIT_MS });

  const run = stateOf<RunState>('agent-run', 'a=2F1');
  assert.deepEqual(
    run?.steps.map(({ node, status }) => `${node} ${status}`),
    ['describe DONE', 'ask DONE', 'note DONE', 'find DONE', 'check DONE'],
  );
  const told = broker
    .stream('EVENTS')
    .page(`aw.${TENANT}.evt.*.*.*`)
    .map((stored) => summary(decodeMessage(stored.headers, stored.body)));
  assert.deepEqual(told.toSorted(), EVENTS.toSorted());
  const jobs = jobsIn(broker).map(({ i }) => i);
  assert.deepEqual(jobs.toSorted(), ['agent-a/1-0', 'agent-a/1-3', 'agent-a/1-4']);
  assert.equal(stateOf<AgentRecord>('agent', 'a')?.memories, 1);
  assert.equal(broker.stream('DEAD').status.messages, 0);
  for (const each of simulation.processes) each.kill();
  return { points, turns };
}

function watched(definition: ActorDefinition, turns: number[]): ActorDefinition {
  const watch = ([type, handle]: readonly [string, Handler<unknown>]) => {
    const watching: Handler<unknown> = (ctx, state, message) => {
      turns.push((state as RunState).steps.length);
      return handle(ctx, state, message);
    };
    return [type, watching] as const;
  };
  return { ...definition, commands: Object.fromEntries(Object.entries(definition.commands!).map(watch)) };
}

function jobsIn(broker: MemoryBroker): ReadonlyArray<JobEntry & { readonly queue: string }> {
  const stored = broker.stream('JOBS').page(`aw.${TENANT}.job.>`);
  return stored.flatMap(({ subject, body }) => {
    const { queue } = parseJobSubject(subject)!;
    return (JSON.parse(new TextDecoder().decode(body)) as readonly JobEntry[]).map((entry) => ({ ...entry, queue }));
  });
}

const EVENTS: readonly string[] = [
  'agent.status_changed DRAFT',
  'agent.status_changed DEPLOYED',
  'agent.status_changed RUNNING',
  'agent.run_started 1',
  'agent.step_finished 0',
  'agent.step_finished 1',
  'agent.step_finished 2',
  'memory.remembered agent-a/1-2',
  'agent.step_finished 3',
  'agent.step_finished 4',
  'agent.run_finished DONE',
  'agent.status_changed DEPLOYED',
];

function summary({ type, data }: Message): string {
  const { status, step, memoryId } = data as Readonly<Record<string, unknown>>;
  return `${type} ${memoryId ?? step ?? status ?? 1}`;
}

test('a run does each step once, wherever its process is killed', async (t) => {
  const { points, turns } = await play();
  t.diagnostic(`${points.length} places`);
  const repeated = new Set<number>();
  for (const point of points) {
    const played = await play(point).catch((cause: unknown) => {
      throw new Error(`Killed ${point.stage} call ${point.number}`, { cause });
    });
    for (const steps of turns) if (count(played.turns, steps) > count(turns, steps)) repeated.add(steps);
  }
  // Otherwise nothing was shown: there were kills that made each turn begin again, and that of an end told late. The
  // third step shares the turn of the second.
  assert.deepEqual([...repeated].toSorted(), [0, 1, 3, 4, 5]);
});

function count(turns: readonly number[], steps: number): number {
  return turns.filter((each) => each === steps).length;
}
