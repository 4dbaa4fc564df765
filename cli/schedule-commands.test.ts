import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startCommandWorld } from './command-world.ts';

const NIGHTLY = {
  id: 'nightly',
  cron: '0 3 * * *',
  timezone: 'Europe/Berlin',
  everyMs: null,
  queue: 'reports',
  type: 'report.make',
  data: { of: 'x' },
  options: { priority: 5 },
  limit: 10,
  startAt: null,
  endAt: '2027-12-31T00:00:00.000Z',
  overlap: 'SKIP',
  missed: 'ONCE',
  turns: 4,
  skipped: 1,
  lastJobs: ['nightly:2', 'nightly:1'],
  next: ['2026-11-23T02:00:00.000Z', '2026-11-24T02:00:00.000Z'],
};
const ENDED = {
  ...NIGHTLY,
  id: 'poll',
  cron: null,
  timezone: null,
  everyMs: 600_000,
  data: null,
  options: null,
  limit: null,
  endAt: null,
  skipped: 0,
  lastJobs: [],
  next: [],
};

test('schedule ls', async () => {
  await using world = await startCommandWorld();
  const { gateway, run, runJson } = world;
  gateway.answer = () => ({ data: { schedules: [NIGHTLY, ENDED] } });
  const { out } = await run(['schedule', 'ls']);
  assert.match(out, /nightly +0 3 \* \* \* Europe\/Berlin +reports +report\.make +2026-11-23T02\S+ +4 +1\n/);
  assert.match(out, /poll +every 10m +reports +report\.make +never again +4 +0\n/);
  assert.deepEqual(gateway.requests[0]?.variables, { next: 1 });
  assert.deepEqual((await runJson(['schedule', 'ls'])).document, [NIGHTLY, ENDED]);
  gateway.answer = () => ({ data: { schedules: [] } });
  assert.equal((await run(['schedule', 'ls'])).out, 'No schedules\n');
});

test('schedule show has its next times, and says which was meant', async () => {
  await using world = await startCommandWorld();
  const { gateway, run, runJson } = world;
  gateway.answer = () => ({ data: { schedule: NIGHTLY } });
  const { out } = await run(['schedule', 'show', 'nightly', '--next', '2']);
  assert.deepEqual(gateway.requests[0]?.variables, { id: 'nightly', next: 2 });
  for (const expected of [
    /^id +nightly\nwhen +0 3 \* \* \* Europe\/Berlin\nqueue +reports\ntype +report\.make\ndata +\{"of":"x"\}\n/,
    /options +\{"priority":5\}\nuntil +2027-12-31\S+\noverlap +skip\nmissed +once\nturns +4 of 10\nskipped +1\n/,
    /last jobs +nightly:2, nightly:1\nnext +2026-11-23T02:00:00\.000Z\nnext +2026-11-24T02:00:00\.000Z\n$/,
  ])
    assert.match(out, expected);
  assert.deepEqual((await runJson(['schedule', 'show', 'nightly'])).document, NIGHTLY);
  assert.equal(gateway.requests[1]?.variables['next'], 5);
  gateway.answer = () => ({ data: { schedule: ENDED } });
  assert.match((await run(['schedule', 'show', 'poll'])).out, /turns +4\nnext +never again\n$/);
  assert.equal((await run(['schedule', 'show', 'poll', '--next', '101'])).code, 2);
  gateway.answer = ({ query }) => ({
    data: query.includes('schedules') ? { schedules: [{ id: 'nightly' }] } : { schedule: null },
  });
  const { code, err } = await run(['schedule', 'show', 'nihgtly']);
  assert.equal(code, 1);
  assert.match(err, /^AW_SCHEDULE_UNKNOWN: There is no schedule "nihgtly"\. Next: did you mean "nightly"\?/);
});

test('schedule set sends what is given, and shows the next times', async () => {
  await using world = await startCommandWorld();
  const { gateway, run, runJson } = world;
  gateway.answer = () => ({ data: { upsertSchedule: NIGHTLY } });
  const target = ['--queue', 'reports', '--type', 'report.make'];
  const cron = ['--cron', '0 3 * * *', '--timezone', 'Europe/Berlin'];
  const rules = '--limit 10 --overlap skip --missed all --from 2027-01-01 --until 2027-12-31T00:00 --priority 5';
  const shown = await run(['schedule', 'set', 'nightly', '{"of":"x"}', ...target, ...cron, ...rules.split(' ')]);
  assert.equal(shown.code, 0);
  assert.match(shown.out, /next +2026-11-23/);
  assert.deepEqual(gateway.requests[0]?.variables['input'], {
    id: 'nightly',
    queue: 'reports',
    type: 'report.make',
    cron: '0 3 * * *',
    timezone: 'Europe/Berlin',
    limit: 10,
    startAt: '2027-01-01T00:00:00.000Z',
    endAt: '2027-12-31T00:00:00.000Z',
    overlap: 'SKIP',
    missed: 'ALL',
    options: { priority: 5 },
    data: { of: 'x' },
  });
  const { document } = await runJson(['schedule', 'set', 'poll', ...target, '--every', '10m']);
  assert.deepEqual(document, NIGHTLY);
  assert.deepEqual(gateway.requests[1]?.variables['input'], {
    id: 'poll',
    queue: 'reports',
    type: 'report.make',
    everyMs: 600_000,
  });

  gateway.requests.length = 0;
  const wrong: [string[], RegExp][] = [
    [['a', '--type', 't', '--every', '1m'], /--queue is missing/],
    [['a', '--queue', 'q', '--every', '1m'], /--type is missing/],
    [['a', ...target], /give either --cron or --every/],
    [['a', ...target, '--every', '1m', '--cron', '* * * * *'], /give either --cron or --every/],
    [['a', ...target, '--every', '1m', '--timezone', 'UTC'], /--timezone goes with --cron/],
    [['a', ...target, '--every', '0'], /--every is "0"/],
    [['a', ...target, '--every', 'day'], /--every is "day"/],
    [['a', ...target, '--every', '1m', '--overlap', 'skp'], /did you mean "skip"\?/],
    [['a', ...target, '--every', '1m', '--missed', 'never'], /--missed is "never", allowed: skip, once, all/],
    [['a', ...target, '--every', '1m', '--from', 'tomorrow'], /--from is "tomorrow"/],
    [['a', ...target, '--every', '1m', '--until', '2027-13-01'], /--until is "2027-13-01"/],
    [['a', '{', ...target, '--every', '1m'], /DATA is no JSON/],
  ];
  for (const [args, message] of wrong) {
    const { code, err } = await run(['schedule', 'set', ...args]);
    assert.equal(code, 2, args.join(' '));
    assert.match(err, message);
  }
  assert.deepEqual(gateway.requests, []);
  const hint = 'write 0 to 59';
  const message = 'Minute "61" is not known';
  gateway.answer = () => ({ errors: [{ message, extensions: { code: 'AW_SCHEDULE_INVALID', hint } }] });
  const refused = await runJson(['schedule', 'set', 'a', ...target, '--cron', '61 * * * *']);
  assert.deepEqual([refused.code, refused.document.error], [1, { code: 'AW_SCHEDULE_INVALID', message, hint }]);
});

test('schedule rm', async () => {
  await using world = await startCommandWorld();
  const { gateway, run, runJson } = world;
  gateway.answer = () => ({ data: { removeSchedule: true } });
  assert.equal((await run(['schedule', 'rm', 'nightly'])).out, 'nightly: removed\n');
  assert.deepEqual((await runJson(['schedule', 'rm', 'nightly'])).document, { id: 'nightly', removed: true });
  gateway.answer = ({ query }) => ({
    data: query.includes('schedules') ? { schedules: [{ id: 'nightly' }] } : { removeSchedule: false },
  });
  assert.equal((await runJson(['schedule', 'rm', 'x'])).document.error.code, 'AW_SCHEDULE_UNKNOWN');
});
