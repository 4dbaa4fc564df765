import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestServer } from '../../test/harness/nats-server.ts';
import { freshName, openQueueWorld, QUEUE_TENANT } from '../../test/harness/queue-world.ts';
import { until } from '../../test/harness/until.ts';
import type { Delivery } from '../bus/jobs/job-bus.ts';
import { connectNatsBus, type NatsBus } from '../bus/nats-bus.ts';
import { systemRandom } from '../clock/random.ts';
import { systemClock } from '../clock/system-clock.ts';
import { createContracts } from '../contracts/contracts.ts';
import { openQueues } from './queues.ts';

/**
 * A broker that crashes may forget what it has given out, and give it to another worker as if for the first time. Then
 * two have one pack, and neither has taken it over from the other.
 */

test('of two workers that have one pack, the second cannot bring into another attempt what the first has completed', async () => {
  await using server = await startTestServer();
  await using world = await openQueueWorld(server.url);
  const queue = await world.queues.open(freshName(), { backoff: { type: 'fixed', delayMs: 10 } });
  await queue.add('test.any', {});

  const { promise: delivered, resolve: onDelivered } = Promise.withResolvers<Delivery>();
  await using first = await openWith(server.url, (bus) => ({
    ...bus.jobs,
    openPull: (consumer, onDelivery, onGone) =>
      bus.jobs.openPull(
        consumer,
        (delivery) => {
          onDelivered(delivery);
          onDelivery(delivery);
        },
        onGone,
      ),
    // It never learns that it is done, so that the pack stays where it is.
    acknowledge: () => undefined,
  }));
  const { promise: mayEnd, resolve: letEnd } = Promise.withResolvers<void>();
  await using _first = await first.queues.startWorker(queue.name, () => mayEnd);
  const delivery = await delivered;

  await using second = await openWith(server.url, (bus) => ({
    ...bus.jobs,
    openPull: (consumer, onDelivery, onGone) => {
      if (consumer === delivery.consumer) queueMicrotask(() => onDelivery(delivery));
      return bus.jobs.openPull(consumer, onDelivery, onGone);
    },
  }));
  const { promise: mayFail, reject: letFail } = Promise.withResolvers<void>();
  let runs = 0;
  const worker = await second.queues.startWorker(queue.name, () => {
    runs++;
    return mayFail;
  });
  await until(() => runs === 1, 'the second to have it, too');

  letEnd();
  await until(() => countOutcomes(world.bus, queue.name).then((count) => count === 1), 'the outcome of the first');
  letFail(new Error('The second fails'));
  await worker.stop();
  assert.equal(await world.bus.count('JOBS', `aw.${QUEUE_TENANT}.job.${queue.name}.*.s.*`, 1), 0, 'no other attempt');
  assert.equal(await countOutcomes(world.bus, queue.name), 1);
});

async function countOutcomes(bus: NatsBus, queue: string): Promise<number> {
  return await bus.count('JOBLOG', `aw.${QUEUE_TENANT}.out.${queue}.>`, 1);
}

async function openWith(url: string, jobsOf: (bus: NatsBus) => NatsBus['jobs']) {
  const parts = { clock: systemClock, random: systemRandom };
  const bus = await connectNatsBus({ url, name: 'test', ...parts });
  const contracts = createContracts({ 'test.any': { type: 'object' } });
  const queues = await openQueues({ bus: { ...bus, jobs: jobsOf(bus) }, tenant: QUEUE_TENANT, contracts, ...parts });
  return {
    queues,
    async [Symbol.asyncDispose]() {
      await queues[Symbol.asyncDispose]();
      await bus[Symbol.asyncDispose]();
    },
  };
}
