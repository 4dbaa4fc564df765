import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { SCHEMAS, SHARED_SCHEMAS } from '../../proto/generated/messages.ts';
import { createContracts, type JsonSchema } from '../contracts/contracts.ts';
import type { JobEntry } from '../message/job-message.ts';
import { decodeMessage } from '../message/message.ts';
import { type EndedJob, endEffects } from './end-effects.ts';

const contracts = createContracts(SCHEMAS as Record<string, JsonSchema>, SHARED_SCHEMAS as Record<string, JsonSchema>);
const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

function ended(options: JobEntry['o'], what: Partial<EndedJob> = {}) {
  const entry: JobEntry = { t: 'plugin.call', d: {}, ...(options === undefined ? {} : { o: options }) };
  return endEffects({ tenant: 'acme', queue: 'q', jobId: 'j1', entry, outcome: 'completed', at: 1_000, ...what });
}

function readMessage(effect: ReturnType<typeof ended>[number]) {
  const message = decodeMessage(effect.headers, Buffer.from(effect.body));
  contracts.validate(message.type, message.data);
  return message;
}

suite('endEffects', () => {
  test('tells nobody where nobody waits', () => {
    assert.deepEqual(ended(undefined), []);
    assert.deepEqual(ended({ a: 3 }), []);
  });

  test('tells the actor that the job names what it gave, in its trace', () => {
    const notify = { a: 'agent-run', k: 'agent/run 1', r: '4' };
    const [effect, ...more] = ended({ nt: notify }, { result: '{"n":[1,"}"]}', traceparent: TRACE });
    assert.equal(more.length, 0);
    assert.equal(effect!.subject, 'aw.acme.cmd.agent-run.agent=2Frun=201');
    const { type, subject, traceparent, data } = readMessage(effect!);
    assert.deepEqual([type, subject, traceparent], ['job.ended', 'agent/run 1', TRACE]);
    assert.deepEqual(data, { queue: 'q', jobId: 'j1', ref: '4', outcome: 'completed', result: { n: [1, '}'] } });
  });

  test('tells of the outcomes that the actor wants to hear of, and of no other', () => {
    const notify = { a: 'agent-run', k: 'r', r: 'x', o: ['failed', 'removed'] as const };
    for (const [outcome, count] of [
      ['completed', 0],
      ['cancelled', 0],
      ['failed', 1],
      ['removed', 1],
    ] as const) {
      assert.equal(ended({ nt: notify, sch: { id: 's', turn: 0 } }, { outcome }).length, 1 + count, outcome);
    }
  });

  test('tells why a job did not complete, and cuts what is too long', () => {
    const notify = { a: 'agent-run', k: 'r', r: 'x' };
    const failure = { code: 'AW_X', message: 'm'.repeat(5_000) };
    for (const outcome of ['failed', 'cancelled', 'removed'] as const) {
      const [effect] = ended({ nt: notify }, { outcome, failure });
      const data = readMessage(effect!).data as { outcome: string; error: { code: string; message: string } };
      assert.deepEqual([data.outcome, data.error.code, data.error.message.length], [outcome, 'AW_X', 4_096]);
    }
  });

  test('says what its schema and its headers allow, whatever the job, its queue and its failure are called', () => {
    const options = { nt: { a: 'agent-run', k: 'k', r: '\ud800' }, sch: { id: 's', turn: 0 } };
    const told = (jobId: string, failure: object) =>
      ended(options, { queue: 'q'.repeat(63), jobId, outcome: 'failed', failure: failure as never }).map(readMessage);
    for (const [code, expected] of [
      ['', 'AW_UNEXPECTED'],
      ['X'.repeat(129), 'X'.repeat(128)],
      [`${'X'.repeat(127)}😀`, `${'X'.repeat(127)}\ufffd`],
      [7, '7'],
    ]) {
      const [, message] = told('j1', { code, message: { not: 'text' } });
      assert.deepEqual((message!.data as { error: unknown }).error, { code: expected, message: '[object Object]' });
    }
    for (const jobId of ['', 'x'.repeat(200), 'ä'.repeat(250), '😀'.repeat(128)]) {
      const messages = told(jobId, { code: 'AW_X', message: `${'m'.repeat(4_095)}😀` });
      assert.equal(new Set(messages.map(({ id }) => id)).size, 2);
    }
  });

  test('tells a schedule and an actor side by side', () => {
    const effects = ended({ nt: { a: 'x', k: 'k', r: 'r' }, sch: { id: 's', turn: 7 } }, { result: 'null' });
    assert.deepEqual(
      effects.map((effect) => readMessage(effect).type),
      ['schedule.finished', 'job.ended'],
    );
  });
});
