import { systemClock } from '../../clock/system-clock.ts';
import type { Bus } from '../bus.ts';
import type { NatsBus } from '../nats-bus.ts';
import { message, storeAll } from './test-messages.ts';

/** A queue as the tests of this folder need it, without what makes one: that stands above the bus. */

export const READY_CONSUMER = 'test=mail=r0';
const FRONT_CONSUMER = 'test=mail=f';
const HOUR_MS = 3_600_000;
const STEP_MS = 10;

/** A queue in the middle of its work: of its first packs some are done, one is half done, two are in somebody's hand. */
export async function fillQueue(bus: NatsBus): Promise<void> {
  const { jobs } = bus;
  const consumers = { [READY_CONSUMER]: 'r0', [FRONT_CONSUMER]: 'f', 'test=mail=d': 'd' };
  for (const [name, jobClass] of Object.entries(consumers)) {
    await jobs.ensureConsumer({ name, filter: `aw.test.job.mail.${jobClass}.>`, ackWaitMs: HOUR_MS });
  }
  const pack = (at: number) =>
    message('aw.test.job.mail.r0.p.2', `[{"t":"mail.send","d":${at}},{"t":"mail.send","d":0}]`);
  const packs = Array.from({ length: 400 }, (_, at) => pack(at));
  await storeAll(bus, 'JOBS', packs);
  const deliver = { at: systemClock.now() + HOUR_MS, to: 'aw.test.job.mail.r0.s.late' };
  await bus.commit('JOBS', [
    message('aw.test.job.mail.f.s.first', '[{"t":"mail.send","d":1,"n":1}]', { expectLastSequence: 0 }),
    message('aw.test.job.mail.r0.s.own-id', '[{"t":"mail.send","d":2}]', { expectLastSequence: 0 }),
    message('aw.test.job.mail.d.s.late', '[{"t":"mail.send","d":3}]', { deliver }),
    message('aw._sys.cursor.jobs.effects', '7'),
  ]);
  const given = await jobs.fetch(READY_CONSUMER, 12);
  for (const [index, delivery] of given.entries()) {
    const home = `~${delivery.sequence.toString(36)}`;
    if (index < 11) await storeOutcome(bus, 'completed', home, index);
    // Gone are all but the one that is half done, the one that nothing is known of, and one before others that are.
    if (![4, 10, 11].includes(index)) jobs.acknowledge(delivery);
  }
  await untilTrue(async () => (await jobs.consumerStatus(READY_CONSUMER))?.held === 3);
  for (let at = 0; at < 20; at++) await storeOutcome(bus, 'failed', `own-${at}`, at);
  await storeFact(bus, 'progress', 'own-id', '{"t":"mail.send","d":50}');
  await untilTrue(async () => (await bus.streamStatus('FAILED')).messages === 20);
  // As after a retry.
  await bus.remove('FAILED', 3);
  await bus.commit('CONTROL', [
    message('aw.test.queue.mail.record', '{"settings":{"attempts":5},"classes":["r1"],"touchedUpTo":3}'),
    message('aw.test.dedup.mail.key', '{"id":"own-id"}', { ttlMs: HOUR_MS }),
  ]);
}

export function storeOutcome(bus: Bus, state: 'completed' | 'failed', home: string, at: number): Promise<unknown> {
  const subject = `aw.test.out.mail.${state}.n.${home}`;
  return bus.commit('JOBLOG', [message(subject, `{"w":"worker","j":[{"t":"mail.send","d":${at}}]}`)]);
}

function storeFact(bus: Bus, verb: string, id: string, body: string): Promise<unknown> {
  return bus.commit('JOBLOG', [message(`aw.test.jev.mail.${verb}.${id}`, body)]);
}

async function untilTrue(check: () => Promise<boolean>): Promise<void> {
  while (!(await check())) await systemClock.sleep(STEP_MS);
}
