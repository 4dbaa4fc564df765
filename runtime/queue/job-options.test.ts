import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DEFAULT_SETTINGS, type JobOptions, type QueueSettings } from './job.ts';
import { checkSettings, checkWorkerOptions, rulesOf, toEntryOptions, toJobOptions } from './job-options.ts';
import type { WorkerOptions } from './queue-api.ts';

const code = { code: 'AW_JOB_OPTIONS_INVALID' };

describe('toEntryOptions', () => {
  const kept: readonly (readonly [options: JobOptions, entry: object | undefined])[] = [
    [{}, undefined],
    [{ priority: 0 }, undefined],
    [{ delayMs: 5 }, undefined],
    [{ priority: 3 }, { pr: 3 }],
    [{ isLifo: true }, { l: true }],
    [
      { attempts: 5, attemptTimeoutMs: 1, totalTimeoutMs: 2 },
      { a: 5, to: 1, tt: 2 },
    ],
    [{ backoff: { type: 'fixed', delayMs: 7 } }, { b: ['fixed', 7] }],
    [{ backoff: { type: 'exponential', delayMs: 7, jitter: 0.5 } }, { b: ['exponential', 7, 0.5] }],
    [{ backoff: { type: 'custom', name: 'mine' } }, { b: ['custom', 'mine'] }],
    [{ backoff: { type: 'custom', name: 'mine', delayMs: 9 } }, { b: ['custom', 'mine', 9] }],
    [{ deduplicate: { mode: 'simple', id: 'k' } }, { k: 'k' }],
  ];
  for (const [options, entry] of kept) {
    test(`keeps of ${JSON.stringify(options)} ${JSON.stringify(entry)}`, () => {
      assert.deepEqual(toEntryOptions(options), entry);
    });
  }

  test('gives back by toJobOptions what is kept', () => {
    const options: JobOptions = {
      priority: 4,
      attempts: 5,
      attemptTimeoutMs: 1,
      totalTimeoutMs: 2,
      backoff: { type: 'exponential', delayMs: 7, jitter: 0.5 },
    };
    assert.deepEqual(toJobOptions({ t: 'x', d: {}, o: toEntryOptions(options)! }), options);
  });
});

test('rulesOf takes the job before the queue', () => {
  const settings: QueueSettings = { ...DEFAULT_SETTINGS, attempts: 9, attemptTimeoutMs: 3 };
  assert.equal(rulesOf({ t: 'x', d: {} }, settings).attempts, 9);
  const { attempts, attemptTimeoutMs, totalTimeoutMs, backoff } = rulesOf(
    { t: 'x', d: {}, o: { a: 1, tt: 5, b: ['fixed', 4] } },
    settings,
  );
  assert.deepEqual([attempts, attemptTimeoutMs, totalTimeoutMs, backoff], [1, 3, 5, { type: 'fixed', delayMs: 4 }]);
});

describe('checkSettings', () => {
  const bad: readonly Partial<QueueSettings>[] = [
    { attempts: 0 },
    { attempts: 1.5 },
    { attemptTimeoutMs: -1 },
    { totalTimeoutMs: Number.POSITIVE_INFINITY },
    { completed: { count: -1 } },
    { failed: { count: 5, ageMs: -1 } },
    { globalConcurrency: 0 },
    { rateLimit: { max: 0, windowMs: 1_000 } },
    { rateLimit: { max: 1, windowMs: 0 } },
    { backoff: { type: 'fixed', delayMs: Number.NaN } },
  ];
  for (const settings of bad) {
    test(`refuses ${JSON.stringify(settings)}`, () => assert.throws(() => checkSettings(settings), code));
  }

  test('takes no limit', () => checkSettings({ globalConcurrency: null, rateLimit: null }));
});

describe('checkWorkerOptions', () => {
  const bad: readonly WorkerOptions[] = [
    { concurrency: 0 },
    { concurrency: -1 },
    { concurrency: 1.5 },
    { concurrency: Number.NaN },
    { concurrency: Number.POSITIVE_INFINITY },
    { stalledIntervalMs: 0 },
    { stalledIntervalMs: 20 },
    { maxStalledCount: -1 },
  ];
  for (const options of bad) {
    test(`refuses ${Object.entries(options)}`, () => assert.throws(() => checkWorkerOptions(options), code));
  }
});
