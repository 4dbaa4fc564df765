import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { judgeDurability } from '../../runtime/bus/broker/server-durability.ts';
import { systemClock } from '../../runtime/clock/system-clock.ts';
import { createLog } from '../../runtime/telemetry/log.ts';
import { startTelemetry } from '../../runtime/telemetry/telemetry.ts';
import { compareWithWish, type Durability, unreadDurability, watchDurability } from './durability.ts';
import { createDurabilityReport } from './durability-report.ts';

const sync = (isSyncedAlways: boolean, syncIntervalMs = 120_000) =>
  judgeDurability({ servers: [{ server: 'a', isSyncedAlways, syncIntervalMs }], expected: 1 });

/** A clock whose only timer is set off by hand. */
function createTestClock() {
  let due: (() => void) | undefined;
  const schedule = (_delayMs: number, callback: () => void) => {
    due = callback;
    return () => {
      if (due === callback) due = undefined;
    };
  };
  return { clock: { ...systemClock, schedule }, strike: () => due?.(), isSet: () => due !== undefined };
}

suite('watchDurability', () => {
  test('reads when it is told to, in order, and again by itself, until it is disposed', async () => {
    const { clock, strike, isSet } = createTestClock();
    const readings: PromiseWithResolvers<Durability>[] = [];
    const told: string[] = [];
    let isConnected = true;
    const watch = watchDurability(
      () => {
        const reading = Promise.withResolvers<Durability>();
        readings.push(reading);
        return reading.promise;
      },
      { clock, isConnected: () => isConnected, onReading: ({ level }) => void told.push(level) },
    );
    const answer = (index: number, isSyncedAlways: boolean) =>
      readings[index]!.resolve(compareWithWish('fsync', sync(isSyncedAlways)));

    const [first, second] = [watch.look(), watch.look()];
    await clock.turn();
    assert.equal(readings.length, 1, 'the second waits for the first');
    answer(0, false);
    await first;
    await clock.turn();
    answer(1, true);
    await second;
    assert.deepEqual(told, ['UNKNOWN', 'FSYNC']);

    strike();
    await clock.turn();
    answer(2, false);
    await clock.turn();
    assert.deepEqual(told, ['UNKNOWN', 'FSYNC', 'UNKNOWN']);

    isConnected = false;
    strike();
    await clock.turn();
    assert.equal(readings.length, 3, 'a broker that is away is not asked');

    const late = watch.look();
    await clock.turn();
    watch[Symbol.dispose]();
    answer(3, true);
    await late;
    await watch.look();
    assert.equal(told.length, 3);
    assert.equal(readings.length, 4);
    assert.equal(isSet(), false);
  });
});

test('createDurabilityReport sets the metrics, and warns once of what is weaker than asked for', async (t) => {
  const telemetry = await startTelemetry({
    serviceName: 'autoweave',
    version: '1',
    host: 'here',
    env: {},
    clock: systemClock,
  });
  t.after(() => telemetry[Symbol.asyncDispose]());
  const lines: string[] = [];
  const write = (line: string) => void lines.push((JSON.parse(line) as { event: string }).event);
  const log = createLog({ level: 'info', format: 'json', clock: systemClock, write });
  const report = createDurabilityReport(log, telemetry.instruments);
  const metric = async (name: string) => {
    const line = (await telemetry.metricsText()).split('\n').find((text) => text.startsWith(name));
    return line?.split(' ').at(-1);
  };

  report(unreadDurability({ durability: 'fsync' }));
  assert.equal(await metric('durability_level{level="unknown"'), '1');
  assert.equal(await metric('durability_sync_interval_ms'), '-1');
  assert.equal(await metric('durability_wish_met{wanted="fsync"'), '0');
  assert.deepEqual(lines, []);

  report(compareWithWish('fsync', sync(true)));
  assert.equal(await metric('durability_level{level="fsync"'), '1');
  assert.equal(await metric('durability_level{level="unknown"'), '0');
  assert.equal(await metric('durability_level{level="quorum"'), '0');
  assert.equal(await metric('durability_sync_interval_ms'), '0');
  assert.equal(await metric('durability_wish_met{wanted="fsync"'), '1');
  assert.deepEqual(lines, []);

  const weaker = compareWithWish('fsync', sync(false, 1_000));
  report(weaker);
  report(unreadDurability({ durability: 'fsync' }));
  report(weaker);
  assert.equal(await metric('durability_sync_interval_ms'), '1000');
  assert.equal(await metric('durability_wish_met{wanted="fsync"'), '0');
  assert.deepEqual(lines, ['durability.weaker']);

  report(compareWithWish('fsync', sync(true)));
  report(weaker);
  assert.deepEqual(lines, ['durability.weaker', 'durability.met', 'durability.weaker']);
});
