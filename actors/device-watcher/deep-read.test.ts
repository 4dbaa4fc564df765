import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../runtime/clock/system-clock.ts';
import { createDeepReader, type DeepReader, failureOf } from './deep-read.ts';
import { createManualClock, type ManualClock } from './manual-clock.ts';
import type { DeviceReading } from './watcher-protocol.ts';

function worker(source: string): URL {
  return new URL(`data:text/javascript,${encodeURIComponent(source)}`);
}

const ENDLESS = worker('for (;;);');

test('createDeepReader passes on what the worker says', async () => {
  const says = worker(`
    import { parentPort, workerData } from 'node:worker_threads';
    parentPort.postMessage({ ok: true, details: { session: workerData.session } });
  `);
  const read = createDeepReader(systemClock, says);
  assert.deepEqual(await read('1:4:77', { timeoutMs: 60_000 }), { ok: true, details: { session: '1:4:77' } });
});

test('createDeepReader ends a worker that hangs, and can read again', async () => {
  const clock = createManualClock();
  const read = createDeepReader(clock, ENDLESS);
  for (let time = 0; time < 5; time++) {
    // An ended worker leaves a little after its reading was answered: until then it counts.
    let reading = await readOverTime(read, clock);
    while (reading.ok === false && reading.code === 'AW_USB_BUSY') {
      await new Promise(setImmediate);
      reading = await readOverTime(read, clock);
    }
    const message = 'Device did not answer within 100 ms';
    assert.deepEqual(reading, { ok: false, code: 'AW_USB_TIMEOUT', message });
  }
});

test('createDeepReader begins no third reading while two hang', async () => {
  const clock = createManualClock();
  const read = createDeepReader(clock, ENDLESS);
  const hanging = [read('a', { timeoutMs: 100 }), read('b', { timeoutMs: 100 })];
  const third = await read('c', { timeoutMs: 100 });
  assert.equal(third.ok === false && third.code, 'AW_USB_BUSY');
  clock.advance(100);
  await Promise.all(hanging);
});

test('createDeepReader survives a worker that throws, or ends in silence', async () => {
  const options = { timeoutMs: 60_000 };
  const thrown = await createDeepReader(systemClock, worker('throw new Error("broken")'))('a', options);
  assert.deepEqual(thrown, { ok: false, code: 'AW_USB_READ', message: 'broken' });
  const silent = await createDeepReader(systemClock, worker(''))('a', options);
  assert.deepEqual(silent, { ok: false, code: 'AW_USB_READ', message: 'Reader ended without an answer' });
});

test('createDeepReader finds no device where none is, through the addon', async () => {
  const reading = await createDeepReader(systemClock)('999:999:999', { timeoutMs: 60_000 });
  assert.deepEqual([reading.ok, reading.ok === false && reading.code], [false, 'AW_USB_GONE']);
});

test('failureOf tells a refusal from other failures', () => {
  const table = [
    ['open error: permission denied (errno 13)', 'AW_USB_ACCESS'],
    ['open error: operation not permitted (errno 1)', 'AW_USB_ACCESS'],
    ['open error: device not found (errno 2)', 'AW_USB_GONE'],
    ['open error: device disconnected (errno 19)', 'AW_USB_GONE'],
    ['open error: device or resource busy (errno 16)', 'AW_USB_BUSY'],
    ['getString error: timed out (errno 110)', 'AW_USB_TIMEOUT'],
    ['something else', 'AW_USB_READ'],
    ['open error: other (errno 5)', 'AW_USB_READ'],
  ] as const;
  for (const [message, code] of table) assert.deepEqual(failureOf(new Error(message)), { ok: false, code, message });
});

function readOverTime(read: DeepReader, clock: ManualClock): Promise<DeviceReading> {
  const reading = read('1:4:77', { timeoutMs: 100 });
  clock.advance(100);
  return reading;
}
