import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestServer } from '../../test/harness/nats-server.ts';
import { numberOf, openQueueWorld, QUEUE_TENANT } from '../../test/harness/queue-world.ts';
import { until } from '../../test/harness/until.ts';
import { packHome, parsePackedId, singleSubject } from '../message/job-message.ts';
import { outcomeSubject } from './outcome-record.ts';

/**
 * A worker has moved a job out of its pack, for another attempt, and has not noted that yet, when the broker is killed
 * and forgets that it has given the pack out: another worker gets it as if for the first time.
 */
test('a pack that another worker has written to is taken over, also where it comes as if for the first time', async () => {
  await using server = await startTestServer();
  await using world = await openQueueWorld(server.url);
  const { bus } = world;
  const queue = await world.queues.open('mail');
  const added = await queue.addBulk([1, 2, 3].map((n) => ({ type: 'test.numbered', data: { n } })));
  const [moved, , removed] = added.map(({ id }) => id);
  // Whoever gets the pack asks first what is known of it, as it does after the broker was away.
  await queue.remove(removed!);
  const home = packHome(parsePackedId(moved!)!.sequence);
  const any = outcomeSubject(QUEUE_TENANT, 'mail', '*', '*', home);
  await bus.commit('JOBLOG', [
    {
      subject: outcomeSubject(QUEUE_TENANT, 'mail', 'taken', false, home),
      body: Buffer.from(JSON.stringify({ w: 'another-worker', j: [] })),
      expectLastOn: any,
      expectLastSequence: (await bus.last('JOBLOG', any))!.sequence,
    },
  ]);
  await bus.commit('JOBS', [
    {
      subject: singleSubject(QUEUE_TENANT, 'mail', 'r0', moved!),
      body: Buffer.from(JSON.stringify([{ t: 'test.numbered', d: { n: 1 }, i: moved, n: 1 }])),
    },
  ]);

  const seen: string[] = [];
  await using _worker = await world.queues.startWorker('mail', (job) => {
    seen.push(`${numberOf(job)}, attempt ${job.attempt}`);
  });
  await until(async () => (await bus.streamStatus('JOBS')).messages === 0, 'all to be done');
  assert.deepEqual(seen.toSorted(), ['1, attempt 2', '2, attempt 1']);
});
