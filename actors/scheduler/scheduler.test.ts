import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ScheduleInput } from '../../runtime/queue/schedule-api.ts';
import { nextTurns, type ScheduleState } from '../../runtime/queue/schedule-record.ts';
import { type TriedActors, tryActors } from '../../runtime/testkit/try-actor.ts';
import { scheduler } from './scheduler.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

type Asked = Partial<Omit<ScheduleInput, 'id'>>;

function upsert(world: TriedActors, id: string, asked: Asked): Promise<ScheduleState> {
  const usual = { queue: 'mail', type: 'system.health_check', data: {}, overlap: 'queue', missed: 'once' };
  return world.call(scheduler, id, 'schedule.upsert', { ...usual, ...asked }) as Promise<ScheduleState>;
}

const stateOf = (world: TriedActors, id: string) => world.state<ScheduleState>(scheduler, id);
const turnOf = (jobId: string) => Number(jobId.split(':').at(-1));
const instants = (world: TriedActors) => world.jobs().map(({ id }) => new Date(turnOf(id)).toISOString());

describe('scheduler', () => {
  test('adds a job every so often, under the id of its turn', async () => {
    await using world = await tryActors([scheduler]);
    const start = world.now;
    const made = await upsert(world, 'pulse', { everyMs: MINUTE_MS, data: { components: ['disk'] } });
    await world.advance(3 * MINUTE_MS + 1_000);
    const jobs = world.jobs('mail');
    assert.equal(jobs.length, 3);
    assert.deepEqual(jobs[0], {
      id: `pulse:${made.startAt}`,
      queue: 'mail',
      type: 'system.health_check',
      data: { components: ['disk'] },
      options: {},
    });
    assert.ok(made.startAt >= start + MINUTE_MS && made.startAt < start + MINUTE_MS + 1_000);
    assert.deepEqual(
      jobs.map(({ id }) => turnOf(id) - made.startAt),
      [0, MINUTE_MS, 2 * MINUTE_MS],
    );
    const { turns, skipped, lastJobs, nextTurn } = stateOf(world, 'pulse')!;
    assert.deepEqual([turns, skipped, lastJobs.length], [3, 0, 3]);
    assert.equal(lastJobs[0], jobs[2]?.id);
    assert.equal(nextTurn, made.startAt + 3 * MINUTE_MS);
  });

  test('keeps wall time of its zone while the clock is put forward', async () => {
    await using world = await tryActors([scheduler]);
    const startAt = Date.UTC(2026, 2, 28);
    await upsert(world, 'early', { cron: '30 2 * * *', timezone: 'Europe/Berlin', startAt });
    await world.advance(startAt - world.now + 3 * DAY_MS);
    // On 29 March there is no 2:30: one turn stands at the end of the gap.
    assert.deepEqual(instants(world), [
      '2026-03-28T01:30:00.000Z',
      '2026-03-29T01:00:00.000Z',
      '2026-03-30T00:30:00.000Z',
    ]);
  });

  test('lists the turns that follow as they then come', async () => {
    await using world = await tryActors([scheduler]);
    await upsert(world, 'night', { cron: '0 3 * * *', timezone: 'America/New_York', limit: 4 });
    const listed = nextTurns(stateOf(world, 'night')!, 10);
    assert.equal(listed.length, 4);
    await world.advance(6 * DAY_MS);
    assert.deepEqual(
      world.jobs().map(({ id }) => turnOf(id)),
      listed,
    );
    assert.deepEqual(nextTurns(stateOf(world, 'night')!, 10), []);
  });

  test('ends after its limit, and goes on when that is raised', async () => {
    await using world = await tryActors([scheduler]);
    await upsert(world, 'few', { everyMs: MINUTE_MS, limit: 2 });
    await world.advance(10 * MINUTE_MS);
    assert.equal(world.jobs().length, 2);
    assert.equal(stateOf(world, 'few')?.nextTurn, null);
    await upsert(world, 'few', { everyMs: MINUTE_MS, limit: 3 });
    await world.advance(10 * MINUTE_MS);
    assert.equal(world.jobs().length, 3);
    assert.equal(stateOf(world, 'few')?.turns, 3);
  });

  test('begins and ends when it is told', async () => {
    await using world = await tryActors([scheduler]);
    const startAt = world.now + HOUR_MS;
    await upsert(world, 'shift', { everyMs: 20 * MINUTE_MS, startAt, endAt: startAt + HOUR_MS });
    await world.advance(5 * HOUR_MS);
    assert.deepEqual(
      world.jobs().map(({ id }) => (turnOf(id) - startAt) / MINUTE_MS),
      [0, 20, 40, 60],
    );
  });

  test('leaves a turn out while the job before has not ended, only if asked to', async () => {
    await using world = await tryActors([scheduler]);
    await upsert(world, 'slow', { everyMs: MINUTE_MS, overlap: 'skip' });
    await world.advance(3 * MINUTE_MS + 1_000);
    const [job, ...others] = world.jobs();
    assert.deepEqual(others, []);
    const turn = turnOf(job!.id);
    assert.deepEqual(job?.options, { sch: { id: 'slow', turn } });
    assert.deepEqual([stateOf(world, 'slow')?.turns, stateOf(world, 'slow')?.skipped], [3, 2]);
    // Of another turn: it changes nothing.
    await world.call(scheduler, 'slow', 'schedule.finished', { turn: turn - 1 });
    await world.advance(MINUTE_MS);
    assert.equal(world.jobs().length, 1);
    await world.call(scheduler, 'slow', 'schedule.finished', { turn });
    await world.advance(MINUTE_MS);
    assert.equal(world.jobs().length, 2);
    assert.equal(stateOf(world, 'slow')?.skipped, 3);
  });

  for (const { missed, jobs } of [
    { missed: 'skip', jobs: 0 },
    { missed: 'once', jobs: 1 },
    { missed: 'all', jobs: 9 },
  ] as const) {
    test(`with missed "${missed}", adds ${jobs} for nine turns that nobody saw`, async () => {
      await using world = await tryActors([scheduler]);
      await upsert(world, 'pulse', { everyMs: MINUTE_MS, missed });
      world.kill();
      await world.advance(9 * MINUTE_MS + 30_000);
      await world.restart();
      assert.equal(world.jobs().length, jobs);
      await world.advance(MINUTE_MS);
      assert.equal(world.jobs().length, jobs + 1);
    });
  }

  test('keeps its counters and its clock through an upsert of something else', async () => {
    await using world = await tryActors([scheduler]);
    const made = await upsert(world, 'pulse', { everyMs: HOUR_MS });
    await world.advance(90 * MINUTE_MS);
    assert.deepEqual(await upsert(world, 'pulse', { everyMs: HOUR_MS }), stateOf(world, 'pulse'));
    const changed = await upsert(world, 'pulse', { everyMs: HOUR_MS, queue: 'other' });
    assert.equal(changed.turns, 1);
    assert.equal(changed.nextTurn, made.startAt + HOUR_MS);
    await world.advance(HOUR_MS);
    assert.deepEqual(
      world.jobs().map(({ queue }) => queue),
      ['mail', 'other'],
    );
    const faster = await upsert(world, 'pulse', { everyMs: MINUTE_MS });
    assert.equal(faster.turns, 2);
    await world.advance(2 * MINUTE_MS + 1_000);
    assert.equal(world.jobs().length, 4);
  });

  test('adds nothing after its removal, and forgets it', async () => {
    await using world = await tryActors([scheduler]);
    await upsert(world, 'pulse', { everyMs: MINUTE_MS });
    await world.advance(MINUTE_MS + 1_000);
    assert.equal(await world.call(scheduler, 'pulse', 'schedule.remove'), true);
    await world.advance(5 * MINUTE_MS);
    assert.equal(world.jobs().length, 1);
    await world.call(scheduler, 'pulse', 'schedule.finished', { turn: 1 });
    assert.equal(stateOf(world, 'pulse'), undefined);
    assert.equal(await world.call(scheduler, 'pulse', 'schedule.remove'), false);
    assert.equal(stateOf(world, 'pulse'), undefined);
  });

  test('adds each turn once when it is killed in the middle', async () => {
    await using world = await tryActors([scheduler]);
    await upsert(world, 'pulse', { everyMs: MINUTE_MS, missed: 'all' });
    for (let turn = 1; turn <= 5; turn++) {
      await world.advance(MINUTE_MS - 500);
      world.kill();
      await world.advance(500);
      await world.restart();
    }
    const ids = world.jobs().map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
    assert.equal(ids.length, stateOf(world, 'pulse')?.turns);
  });

  const refused: ReadonlyArray<readonly [string, Asked, RegExp]> = [
    ['a cron line, saying where', { cron: '0 25 * * *' }, /hour "25" of cron/],
    ['an unknown zone', { cron: '0 5 * * *', timezone: 'Europe/Atlantis' }, /Atlantis/],
    ['both clocks', { cron: '0 5 * * *', everyMs: 1_000 }, /one of cron and everyMs/],
    ['no clock', {}, /one of cron and everyMs/],
    ['a date that is in no year', { cron: '0 0 30 2 *' }, /no turn to come/],
    ['an end that has passed', { everyMs: 1_000, endAt: 1 }, /no turn to come/],
  ];
  for (const [what, asked, message] of refused) {
    test(`refuses ${what}`, async () => {
      await using world = await tryActors([scheduler]);
      await assert.rejects(upsert(world, 'bad', asked), { code: 'AW_SCHEDULE_INVALID', message });
      assert.equal(stateOf(world, 'bad')?.spec ?? null, null);
    });
  }
});
