import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createManualClock } from './manual-clock.ts';
import { recordingOf, replay } from './recording.ts';
import type { Watcher } from './watcher.ts';
import type { Snapshot } from './watcher-protocol.ts';

const START = Date.UTC(2030, 0, 1);

function snapshotAt(ms: number): Snapshot {
  return { devices: [], reason: 'poll', observedAt: new Date(START + ms).toISOString() };
}

/** A watcher that sees what the test lets it see. */
function handWatcher() {
  const listeners = new Set<(snapshot: Snapshot) => void>();
  const see = (snapshot: Snapshot) => {
    for (const listener of listeners) listener(snapshot);
    return snapshot;
  };
  const watcher: Watcher = {
    pid: 0,
    exited: new Promise(() => {}),
    request: async () => see(snapshotAt(0)),
    read: async () => ({ ok: true, details: {} }),
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async [Symbol.asyncDispose]() {},
  };
  return { watcher, see };
}

function temporary(): Disposable & { readonly path: string } {
  const folder = mkdtempSync(join(tmpdir(), 'aw-recording-'));
  return { path: join(folder, 'bus.jsonl'), [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}

test('recordingOf records from a first look until it is closed, and replay gives it back', async () => {
  using file = temporary();
  const { watcher, see } = handWatcher();
  {
    await using _recording = await recordingOf(watcher, file.path);
    see(snapshotAt(10));
  }
  see(snapshotAt(20));
  const replayed = await Array.fromAsync(replay(file.path, { clock: createManualClock(), speed: Infinity }));
  assert.deepEqual(replayed, [snapshotAt(0), snapshotAt(10)]);
});

test('recordingOf does not write over another recording', async () => {
  using file = temporary();
  writeFileSync(file.path, 'precious');
  await assert.rejects(recordingOf(handWatcher().watcher, file.path), { code: 'AW_RECORDING_WRITE' });
  assert.equal(readFileSync(file.path, 'utf8'), 'precious');
});

test('replay keeps the time between snapshots, divided by the speed', async () => {
  using file = temporary();
  writeFileSync(
    file.path,
    [snapshotAt(0), snapshotAt(100), snapshotAt(90)].map((one) => JSON.stringify(one)).join('\n'),
  );
  const clock = createManualClock();
  const slept: number[] = [];
  const noting = { ...clock, sleep: async (ms: number) => void slept.push(ms) };
  assert.equal((await Array.fromAsync(replay(file.path, { clock: noting, speed: 2 }))).length, 3);
  assert.deepEqual(slept, [50]);
});

test('replay stops at the first line that is no snapshot, and says which', async () => {
  using file = temporary();
  writeFileSync(file.path, `${JSON.stringify(snapshotAt(0))}\n{"devices":1}\n`);
  const seen: Snapshot[] = [];
  await assert.rejects(
    async () => {
      for await (const snapshot of replay(file.path, { clock: createManualClock() })) seen.push(snapshot);
    },
    { code: 'AW_RECORDING_INVALID', message: /line 2/ },
  );
  assert.deepEqual(seen, [snapshotAt(0)]);
});

test('replay ends with its signal', async () => {
  using file = temporary();
  writeFileSync(file.path, `${JSON.stringify(snapshotAt(0))}\n${JSON.stringify(snapshotAt(100))}\n`);
  const controller = new AbortController();
  const snapshots = replay(file.path, { clock: createManualClock(), signal: controller.signal });
  await snapshots.next();
  const next = snapshots.next();
  controller.abort(new Error('enough'));
  await assert.rejects(next, /enough/);
});
