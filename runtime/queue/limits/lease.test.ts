import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { connectTestBus } from '../../../test/harness/actor-world.ts';
import { startTestServer, type TestServer } from '../../../test/harness/nats-server.ts';
import { until } from '../../../test/harness/until.ts';
import { createVirtualClock } from '../../../test/harness/virtual-clock.ts';
import type { Bus } from '../../bus/bus.ts';
import { systemClock } from '../../clock/system-clock.ts';
import { noLog } from '../../telemetry/log.ts';
import { createPausable } from './gate-world.ts';
import { holdLease, joinLease, processOf } from './lease.ts';

const LEASE_MS = 1_000;
let server: TestServer;
let bus: Bus;
before(async () => {
  server = await startTestServer();
  bus = await connectTestBus(server.url);
});
after(async () => {
  await bus[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

test('a lease stands as long as it is renewed, and is gone at the server after its time', async () => {
  // It moves when renewals have been answered, so that none is late here; the server's time goes on.
  const clock = createVirtualClock();
  let unanswered = 0;
  const counted: Bus = {
    ...bus,
    async commit(...all) {
      unanswered++;
      return bus.commit(...all).finally(() => unanswered--);
    },
  };
  const parts = { bus: counted, clock, log: noLog, leaseMs: LEASE_MS };
  using looking = holdLease({ ...parts, self: 'looking' });
  const lease = holdLease({ ...parts, self: 'ending' });
  await until(() => lease.term === 1, 'its term');
  const from = performance.now();
  await until(async () => {
    if (unanswered === 0) await clock.advance(LEASE_MS / 4);
    return performance.now() - from > 2 * LEASE_MS && (await looking.findHolders()).size === 2;
  }, 'renewals');
  assert.equal(lease.term, 1);
  lease[Symbol.dispose]();
  assert.equal(lease.term, undefined);
  await until(async () => {
    if (unanswered === 0) await clock.advance(LEASE_MS / 4);
    const holders = await looking.findHolders();
    return holders.has('looking') && !holders.has('ending');
  }, 'its end');
});

test('a lease lapses here before it does at the server, and comes back as another term', async () => {
  const clock = createVirtualClock();
  const held = createPausable(bus, clock);
  const leaseMs = 60_000;
  using lease = holdLease({ ...held, log: noLog, self: 'paused', leaseMs });
  const terms: Array<number | undefined> = [];
  lease.onTerm(() => terms.push(lease.term));
  await until(() => lease.term === 1, 'its term');
  held.pause();
  await clock.advance(leaseMs / 2);
  assert.equal(lease.term, 1);
  await clock.advance(leaseMs / 2 - 1);
  assert.equal(lease.term, undefined);
  assert.ok(await bus.last('CONTROL', 'aw._sys.lease.paused'), 'gone at the server first');
  held.resume();
  await until(() => lease.term !== undefined, 'another term');
  assert.deepEqual(terms, [1, 2]);
});

test('a lease lapses when the machine slept: the monotonic clock stood still, that of the wall did not', async () => {
  let sleptMs = 0;
  const clock = { ...systemClock, now: () => systemClock.now() + sleptMs };
  using lease = holdLease({ bus, clock, log: noLog, self: 'asleep', leaseMs: 60_000 });
  await until(() => lease.term === 1, 'its term');
  sleptMs = 3_600_000;
  assert.equal(lease.term, undefined);
});

test('all queues of a process share its lease, until the last one leaves', async () => {
  let commits = 0;
  const counted: Bus = {
    ...bus,
    commit: (...all) => {
      commits++;
      return bus.commit(...all);
    },
  };
  const parts = { bus: counted, clock: systemClock, log: noLog, self: 'shared', leaseMs: 60_000 };
  const one = joinLease(parts);
  const other = joinLease(parts);
  await until(() => one.term === 1 && other.term === 1, 'a term');
  assert.equal(commits, 1);
  assert.notEqual(one.holder, other.holder);
  assert.equal(processOf(one.holder), 'shared');
  one[Symbol.dispose]();
  one[Symbol.dispose]();
  assert.equal(other.term, 1);
  other[Symbol.dispose]();
  assert.equal(other.term, undefined);
  using anew = joinLease(parts);
  await until(() => anew.term === 1, 'a new lease');
});
