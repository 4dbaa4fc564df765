import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Clock } from '../../clock/clock.ts';
import type { AutoWeaveError } from '../../errors/errors.ts';
import { noLog } from '../../telemetry/log.ts';
import { findWriteError, watchServer } from './server-watch.ts';
import type { SystemAccount, SystemAnswer } from './system-account.ts';

const FULL = "JetStream stream 'A > B' write error: write 2.blk: no space left on device";
const BROKEN = "JetStream stream 'A > B' write error: write 2.blk: input/output error";

test('findWriteError takes write errors from HEALTHZ and nothing else', () => {
  const cases: [SystemAnswer, string | undefined][] = [
    [{ data: { status: 'ok', status_code: 200 } }, undefined],
    [{ data: { status: 'unavailable', error: FULL } }, FULL],
    [{ data: { status: 'unavailable', error: 'JetStream has not established contact with a meta leader' } }, undefined],
    [{ error: 'unauthorized' }, undefined],
    [{}, undefined],
  ];
  for (const [answer, expected] of cases) assert.equal(findWriteError(answer), expected, JSON.stringify(answer));
});

suite('watchServer', () => {
  /** A watch whose looks the test triggers. */
  const watch = () => {
    const world = { health: {} as SystemAnswer | undefined, freeBytes: 0, restarts: [] as AutoWeaveError[] };
    let next: (() => void) | undefined;
    const clock: Clock = {
      now: () => 0,
      monotonic: () => 0,
      turn: async () => {},
      sleep: () => Promise.resolve(),
      schedule(_delayMs, callback) {
        next = callback;
        return () => {
          next = undefined;
        };
      },
    };
    const system: SystemAccount = {
      ping: async () => (world.health === undefined ? [] : [world.health]),
      [Symbol.asyncDispose]: async () => {},
    };
    const watching = watchServer({
      system,
      clock,
      log: noLog,
      minFreeBytes: 100,
      readFreeBytes: async () => world.freeBytes,
      onRestartNeeded: (error) => world.restarts.push(error),
    });
    const look = async (): Promise<void> => {
      next?.();
      await new Promise((resolve) => setImmediate(resolve));
    };
    return { world, look, watching, isScheduled: () => next !== undefined };
  };

  test('leaves a server alone while its disk is full, and restarts it once there is room', async () => {
    const { world, look, watching } = watch();
    await look();
    assert.equal(watching.writeError, undefined);
    world.health = { data: { error: FULL } };
    world.freeBytes = 99;
    await look();
    await look();
    assert.equal(watching.writeError, FULL);
    assert.equal(world.restarts.length, 0);
    world.freeBytes = 100;
    await look();
    assert.deepEqual(
      world.restarts.map(({ code }) => code),
      ['AW_DISK_FULL'],
    );
    await look();
    assert.equal(world.restarts.length, 1);
  });

  test('restarts at once for any other write error', async () => {
    const { world, look } = watch();
    world.health = { data: { error: BROKEN } };
    await look();
    assert.deepEqual(
      world.restarts.map(({ code }) => code),
      ['AW_BROKER_WRITE_FAILED'],
    );
  });

  test('takes no answer for no news', async () => {
    const { world, look, watching } = watch();
    world.health = { data: { error: FULL } };
    await look();
    world.health = undefined;
    await look();
    assert.equal(watching.writeError, FULL);
    assert.equal(world.restarts.length, 0);
  });

  test('looks no more once it is disposed', async () => {
    const { world, look, watching, isScheduled } = watch();
    world.health = { data: { error: BROKEN } };
    watching[Symbol.dispose]();
    assert.equal(isScheduled(), false);
    await look();
    assert.equal(world.restarts.length, 0);
  });
});
