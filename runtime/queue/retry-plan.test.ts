import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RetryableError, TerminalError } from '../errors/errors.ts';
import type { Backoff, Job } from './job.ts';
import { planRetry, type RetryPlan } from './retry-plan.ts';

const FAILURE = { code: 'TEST_BAD', message: 'bad' };
const MONTH_MS = 30 * 24 * 3_600_000;

function plan(
  attempt: number,
  backoff: Backoff,
  { thrown = new Error('bad') as unknown, chance = 0, attempts = 1_000, strategies = {} } = {},
): RetryPlan {
  const job: Job = { id: 'a', queue: 'q', type: 't', data: {}, attempt, attempts, addedAt: 0, stalledCount: 0 };
  return planRetry({ thrown, failure: FAILURE, job, backoff, strategies, chance });
}

const after = (delayMs: number): RetryPlan => ({ isFinal: false, delayMs });
const FINAL: RetryPlan = { isFinal: true };
const FIXED: Backoff = { type: 'fixed', delayMs: 100 };

describe('planRetry', () => {
  const table: readonly (readonly [what: string, found: RetryPlan, wanted: RetryPlan])[] = [
    ['a fixed delay is the same each time', plan(7, FIXED), after(100)],
    ['an exponential one begins with its delay', plan(1, { type: 'exponential', delayMs: 100 }), after(100)],
    ['an exponential one doubles', plan(4, { type: 'exponential', delayMs: 100 }), after(800)],
    ['a doubling comes to an end', plan(90, { type: 'exponential', delayMs: 100 }), after(MONTH_MS)],
    [
      'a doubling of nothing is nothing',
      plan(9_998, { type: 'exponential', delayMs: 0 }, { attempts: 10_000 }),
      after(0),
    ],
    ['the last attempt is the last', plan(3, FIXED, { attempts: 3 }), FINAL],
    ['the one before is not', plan(2, FIXED, { attempts: 3 }), after(100)],
    ['a terminal error ends it', plan(1, FIXED, { thrown: new TerminalError('X', 'x') }), FINAL],
    [
      'a retryable error says when',
      plan(1, FIXED, { thrown: new RetryableError('X', 'x', { retryAfterMs: 5 }) }),
      after(5),
    ],
    [
      'a retryable error has no more attempts than others',
      plan(3, FIXED, { attempts: 3, thrown: new RetryableError('X', 'x', { retryAfterMs: 5 }) }),
      FINAL,
    ],
    [
      'a retryable error that waits for ever waits for the longest time',
      plan(1, FIXED, { thrown: new RetryableError('X', 'x', { retryAfterMs: Number.POSITIVE_INFINITY }) }),
      after(MONTH_MS),
    ],
    [
      'a strategy is asked',
      plan(3, { type: 'custom', name: 's' }, { strategies: { s: (n: number) => n * 10 } }),
      after(30),
    ],
    ['-1 of a strategy ends it', plan(1, { type: 'custom', name: 's' }, { strategies: { s: () => -1 } }), FINAL],
    ['an unknown strategy is the delay', plan(1, { type: 'custom', name: 's', delayMs: 8 }), after(8)],
    ['an unknown strategy without a delay waits for nothing', plan(1, { type: 'custom', name: 's' }), after(0)],
    [
      'a name that all objects have is no strategy',
      plan(1, { type: 'custom', name: 'toString', delayMs: 8 }),
      after(8),
    ],
    [
      'no number of a strategy is the delay',
      plan(1, { type: 'custom', name: 's', delayMs: 8 }, { strategies: { s: () => Number.NaN } }),
      after(8),
    ],
  ];
  for (const [what, found, wanted] of table) test(what, () => assert.deepEqual(found, wanted));

  test('jitter takes away up to its part, and adds nothing', () => {
    for (const chance of [0, 0.25, 0.5, 0.999]) {
      const found = plan(1, { ...FIXED, jitter: 0.5 }, { chance });
      assert.deepEqual(found, after(Math.round(100 * (1 - 0.5 * chance))));
    }
    const whole = plan(1, { ...FIXED, jitter: 1 }, { chance: 0.9999 });
    assert.deepEqual(whole, after(0));
  });
});
