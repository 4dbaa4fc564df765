import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createContracts } from '../contracts/contracts.ts';
import { DEFAULT_SETTINGS, type JobOptions } from './job.ts';
import { prepareJob, singleOf } from './new-job.ts';
import type { OneQueue } from './queue-parts.ts';

const parts = {
  bus: { maxBodyBytes: 10_000 },
  tenant: 'test',
  queue: 'q',
  contracts: createContracts({ 'test.any': { type: 'object' } }),
  settings: () => DEFAULT_SETTINGS,
  clock: { now: () => 1_000 },
} as unknown as OneQueue;

const TRACE = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;

describe('prepareJob', () => {
  test('gives what a pack holds as JSON, with nothing that has its usual value', () => {
    const plain = prepareJob(parts, 'test.any', { a: 'ä"' }, undefined);
    assert.deepEqual(JSON.parse(plain.entry ?? ''), { t: 'test.any', d: { a: 'ä"' } });
    const more = prepareJob(parts, 'test.any', {}, { attempts: 2, priority: 12, traceparent: TRACE });
    assert.deepEqual(JSON.parse(more.entry ?? ''), { t: 'test.any', d: {}, p: TRACE, o: { a: 2, pr: 12 } });
    assert.equal(more.jobClass, 'r10');
  });

  test('leaves out a trace context that would break out of its quotes', () => {
    const { entry } = prepareJob(parts, 'test.any', {}, { traceparent: '","t":"x' });
    assert.deepEqual(JSON.parse(entry ?? ''), { t: 'test.any', d: {} });
  });

  const single: readonly JobOptions[] = [
    { id: 'a' },
    { delayMs: 1 },
    { isLifo: true },
    { deduplicate: { mode: 'simple', id: 'k' } },
  ];
  for (const options of single) {
    test(`gives no place in a pack to a job with ${Object.keys(options)}`, () => {
      assert.equal(prepareJob(parts, 'test.any', {}, options).entry, undefined);
    });
  }

  test('gives one to a job whose delay is none', () => {
    assert.ok(prepareJob(parts, 'test.any', {}, { delayMs: 0 }).entry);
  });

  test('counts bytes, not characters', () => {
    const fits = { long: 'x'.repeat(8_900) };
    assert.ok(prepareJob(parts, 'test.any', fits, undefined).entry);
    const code = { code: 'AW_MESSAGE_TOO_LARGE' };
    assert.throws(() => prepareJob(parts, 'test.any', { long: 'x'.repeat(9_000) }, undefined), code);
    assert.throws(() => prepareJob(parts, 'test.any', { long: '…'.repeat(4_000) }, { id: 'a' }), code);
  });
});

describe('singleOf', () => {
  test('says when it was added where it waits for its time', () => {
    const job = prepareJob(parts, 'test.any', { n: 1 }, { delayMs: 500, priority: 3 });
    const { subject, deliver, body } = singleOf(parts, job, 'id');
    assert.deepEqual([subject, deliver], ['aw.test.job.q.d.s.id', { at: 1_500, to: 'aw.test.job.q.r3.s.id' }]);
    assert.deepEqual(JSON.parse(Buffer.from(body).toString()), [
      { t: 'test.any', d: { n: 1 }, i: 'id', o: { pr: 3 }, a: 1_000 },
    ]);
  });

  test('may be told another delay, and an incarnation', () => {
    const job = prepareJob(parts, 'test.any', {}, undefined);
    const { deliver, body } = singleOf(parts, job, 'id', { delayMs: 7, incarnation: 'x' });
    assert.equal(deliver?.at, 1_007);
    assert.equal(JSON.parse(Buffer.from(body).toString())[0].u, 'x');
  });
});
