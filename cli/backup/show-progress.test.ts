import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createManualClock } from '../../actors/device-watcher/manual-clock.ts';
import { renderProgress, showProgress } from './show-progress.ts';

const progress = { stream: 'EVENTS', index: 2, count: 5, bytes: 12_345_678, totalBytes: undefined, isDone: false };

test('renderProgress says how far it is, and of how much where that is known', () => {
  assert.equal(renderProgress(progress), '2 of 5  EVENTS  12.3 MB');
  assert.equal(renderProgress({ ...progress, totalBytes: 40_000_000 }), '2 of 5  EVENTS  12.3 of 40.0 MB');
});

test('showProgress writes one line again, not more often than can be read, and clears it', () => {
  const written: string[] = [];
  const clock = createManualClock();
  {
    using shown = showProgress({ isTTY: true, write: (text) => written.push(text) }, clock);
    shown.show(progress);
    shown.show(progress);
    clock.advance(100);
    shown.show(progress);
    shown.show({ ...progress, isDone: true });
  }
  const line = '\r\u001b[K2 of 5  EVENTS  12.3 MB';
  assert.deepEqual(written, [line, line, line, '\r\u001b[K']);
});

test('showProgress writes nothing where nobody looks', () => {
  const written: string[] = [];
  {
    using shown = showProgress({ write: (text) => written.push(text) }, createManualClock());
    shown.show(progress);
  }
  assert.deepEqual(written, []);
});
