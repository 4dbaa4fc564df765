import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JobEnded } from '../../proto/generated/messages.ts';
import { type AutoWeaveError, RetryableError, TerminalError } from '../../runtime/errors/errors.ts';
import type { Job, JobDetail } from '../../runtime/queue/job.ts';
import type { JobContext } from '../../runtime/queue/queue-api.ts';
import { type AgentJobsParts, createAgentWorker } from './agent-jobs.ts';

const noJob = { jobOf: async () => undefined, turnsOf: async () => [] };

/** Works on one job; what it asks for is answered by `answer`. */
async function work(
  type: string,
  data: unknown,
  answer: () => unknown = () => 'a/1',
  { id = 'job-1', attempt = 1, ...parts }: Partial<AgentJobsParts> & { id?: string; attempt?: number } = {},
) {
  const asked: unknown[] = [];
  const ctx = {
    signal: new AbortController().signal,
    traceparent: 'attempt',
    cast: (...cast: unknown[]) => void asked.push(cast),
  } as unknown as JobContext;
  const { jobs } = createAgentWorker({
    async call(actor, key, command, given, { traceparent }) {
      asked.push([actor, key, command, given, traceparent]);
      return answer();
    },
    ...noJob,
    ...parts,
  });
  const job: Job = {
    id,
    queue: 'agents',
    type,
    data,
    attempt,
    attempts: 3,
    addedAt: 0,
    traceparent: 'trace',
    stalledCount: 0,
  };
  return { result: await jobs[type]!(job, ctx), asked: asked[0] as readonly unknown[] };
}

describe('the worker of the queue "agents"', () => {
  test('gives orders to the agent that they are about', async () => {
    const made = { name: 'A', config: {} };
    assert.deepEqual((await work('agent.create', made)).asked, ['agent', 'job-1', 'agent.create', made, 'attempt']);
    for (const type of ['agent.deploy', 'agent.stop']) {
      const { asked, result } = await work(type, { agentId: 'a' });
      assert.deepEqual([asked, result], [['agent', 'a', type, { agentId: 'a' }, 'attempt'], 'a/1']);
    }
  });

  test('begins one run for one job', async () => {
    const { result, asked } = await work('agent.run', { agentId: 'a', input: 7 });
    assert.deepEqual(result, { runId: 'a/1' });
    const { trigger, run } = asked[3] as { trigger: unknown; run: string };
    assert.deepEqual(trigger, { type: 'job', input: 7 });
    assert.match(run, /^[0-9a-f]{16}$/);
    assert.deepEqual((await work('agent.run', { agentId: 'a', input: 7 })).asked, asked);
    const other = await work('agent.run', { agentId: 'a' }, undefined, { id: 'job-2' });
    assert.notEqual((other.asked[3] as { run: string }).run, run);
  });

  test('believes that the clock begins a run where a schedule of the agent has added the job', async () => {
    const data = { agentId: 'a', trigger: 'schedule' };
    const turnsOf = async (schedule: string) =>
      ({ 'agent.a.2': ['agent.a.2:60000'], 'agent.a.b.0': ['agent.a.b.0:60000'] })[schedule] ?? [];
    const { asked } = await work('agent.run', data, undefined, { turnsOf, id: 'agent.a.2:60000' });
    assert.deepEqual((asked[3] as { trigger: unknown }).trigger, { type: 'schedule' });
    for (const id of ['job-1', 'agent.a.2:60001', 'agent.a.0:60000', 'agent.a.b.0:60000', ':60000']) {
      const refused = { name: 'TerminalError', code: 'AW_AGENT_TRIGGER_MISSING' };
      await assert.rejects(work('agent.run', data, undefined, { turnsOf, id }), refused, id);
    }
  });

  test('tells a run what became of a job, as far as it has ended or is lost', async () => {
    const data = { runId: 'a/1', step: 3, queue: 'mail', jobId: 'agent-a/1-3' };
    const ended = { queue: 'mail', jobId: 'agent-a/1-3', ref: '3' };
    const jobOf = (found: object) => async () => found as JobDetail;
    const look = async (found: object) =>
      (await work('agent.check_step', data, undefined, { jobOf: jobOf(found) })).asked;
    for (const state of ['waiting', 'active', 'delayed']) assert.equal(await look({ state }), undefined);
    const failures = [
      { code: 'OLD', message: '' },
      { code: 'X'.repeat(200), message: 'no' },
    ];
    for (const [found, told] of [
      [
        { state: 'completed', result: { data: 7 } },
        { outcome: 'completed', result: 7 },
      ],
      [
        { state: 'failed', failures },
        { outcome: 'failed', error: { code: 'X'.repeat(128), message: 'no' } },
      ],
      [{ state: 'cancelled', failures: [] }, { outcome: 'cancelled' }],
    ]) {
      assert.deepEqual(await look(found!), ['agent-run', 'a/1', 'job.ended', { ...ended, ...told }]);
    }
    const [, , , large] = (await look({ state: 'completed', result: { data: 'x'.repeat(70_000) } })) as JobEnded[];
    assert.equal(large?.error?.code, 'AW_AGENT_VALUE_TOO_LARGE');
    await assert.rejects(work('agent.check_step', data, undefined, { attempt: 2 }), RetryableError);
    const [, , , lost] = (await work('agent.check_step', data, undefined, { attempt: 3 })).asked as JobEnded[];
    assert.deepEqual([lost?.outcome, lost?.error?.code], ['removed', 'AW_AGENT_STEP_LOST']);
  });

  test('comes again when the agent has too much to do, and fails for good otherwise', async () => {
    const failing = (error: AutoWeaveError) => () => {
      throw error;
    };
    const busy = failing(new TerminalError('AW_AGENT_BUSY', 'busy'));
    await assert.rejects(work('agent.run', { agentId: 'a' }, busy), RetryableError);
    const stopped = failing(new TerminalError('AW_AGENT_STATE', 'stopped'));
    await assert.rejects(work('agent.run', { agentId: 'a' }, stopped), TerminalError);
  });
});
