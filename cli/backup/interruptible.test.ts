import assert from 'node:assert/strict';
import { test } from 'node:test';
import { interruptible } from './interruptible.ts';

const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
  });

test('interruptible aborts its work at Ctrl-C, and leaves a second one to the system', async () => {
  const before = process.listenerCount('SIGINT');
  const work = interruptible(untilAborted);
  assert.equal(process.listenerCount('SIGINT'), before + 1);
  process.emit('SIGINT', 'SIGINT');
  assert.equal(process.listenerCount('SIGINT'), before);
  await assert.rejects(work, { code: 'AW_INTERRUPTED' });
});

test('interruptible listens no longer when the work is done', async () => {
  const before = process.listenerCount('SIGTERM');
  assert.equal(await interruptible(async (signal) => signal.aborted), false);
  assert.equal(process.listenerCount('SIGTERM'), before);
});
