import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startCommandWorld } from './command-world.ts';

const QUEUE = {
  name: 'mail',
  counts: {
    waiting: 12,
    active: 1,
    delayed: 0,
    completed: 10,
    failed: 2,
    isPaused: false,
    byPriority: [
      { priority: 0, waiting: 4 },
      { priority: 5, waiting: 8 },
    ],
    lagMs: 250,
    workers: 2,
  },
  settings: {
    attempts: 3,
    backoff: { type: 'exponential', delayMs: 2_000 },
    attemptTimeoutMs: 90_000,
    totalTimeoutMs: 0,
    completed: { count: 10, ageMs: null },
    failed: { count: 50, ageMs: 604_800_000 },
    globalConcurrency: null,
    rateLimit: { max: 100, windowMs: 1_000 },
    types: ['mail.send', 'mail.digest'],
  },
};
const UNKNOWN = { errors: [{ message: 'No', extensions: { code: 'AW_QUEUE_UNKNOWN' } }] };

test('queue ls', async () => {
  await using world = await startCommandWorld();
  const { gateway, run, runJson } = world;
  const paused = { ...QUEUE, name: 'reports', counts: { ...QUEUE.counts, isPaused: true } };
  gateway.answer = () => ({ data: { queues: [QUEUE, paused] } });
  const { out } = await run(['queue', 'ls']);
  assert.match(out, /QUEUE +STATE +WORKERS +WAITING +ACTIVE +DELAYED +COMPLETED +FAILED\n/);
  assert.match(out, /mail +running +2 +12 +1 +0 +10 +2\nreports +paused +2 +12/);
  assert.deepEqual((await runJson(['queue', 'ls'])).document, [QUEUE, paused]);
  gateway.answer = () => ({ data: { queues: [] } });
  assert.match((await run(['queue', 'ls'])).out, /^No queues\. .*autoweave job add/);
});

test('queue show has counts and settings in words, and says which queue was meant', async () => {
  await using world = await startCommandWorld();
  const { gateway, run, runJson } = world;
  gateway.answer = () => ({ data: { queue: QUEUE } });
  const { out } = await run(['queue', 'show', 'mail']);
  for (const expected of [
    /^name +mail\nstate +running\nworkers +2\nwaiting +12\n {2}priority 0 +4\n {2}priority 5 +8\nactive +1, at most 250 ms ago\n/,
    /attempts +3\nbackoff +exponential from 2s\ntimeout +90s\ntotal timeout +no limit\nconcurrency +no limit\n/,
    /rate +100 per 1s\nkeeps completed +the last 10\nkeeps failed +the last 50, for 7d\ntypes +mail\.send, mail\.digest\n$/,
  ])
    assert.match(out, expected);
  assert.deepEqual((await runJson(['queue', 'show', 'mail'])).document, QUEUE);
  const backoffs: [unknown, RegExp][] = [
    [{ type: 'custom', name: 'night' }, /backoff +custom: night\n/],
    [{ type: 'fixed', delayMs: 500, jitter: 0.5 }, /backoff +fixed 500ms, jitter 0\.5\n/],
  ];
  for (const [backoff, expected] of backoffs) {
    const settings = { ...QUEUE.settings, backoff, rateLimit: null, globalConcurrency: 4, types: [] };
    gateway.answer = () => ({ data: { queue: { ...QUEUE, settings } } });
    const shown = (await run(['queue', 'show', 'mail'])).out;
    assert.match(shown, expected);
    assert.match(shown, /concurrency +4\nrate +no limit\n[\s\S]*types +all\n$/);
  }
  gateway.answer = ({ query }) => ({
    data: query.includes('queues') ? { queues: [{ name: 'mail' }] } : { queue: null },
  });
  const { code, err } = await run(['queue', 'show', 'mial']);
  assert.equal(code, 1);
  assert.match(err, /^AW_QUEUE_UNKNOWN: There is no queue "mial"\. Next: did you mean "mail"\?/);
});

test('queue pause and resume say what the queue has then', async () => {
  await using world = await startCommandWorld();
  const { gateway, run, runJson } = world;
  for (const [word, field, isPaused] of [
    ['pause', 'pauseQueue', true],
    ['resume', 'resumeQueue', false],
  ] as const) {
    const queue = { ...QUEUE, counts: { ...QUEUE.counts, isPaused } };
    gateway.answer = ({ query }) => ({ data: query.includes(`${field}(`) ? { [field]: queue } : {} });
    const { out } = await run(['queue', word, 'mail']);
    const state = isPaused ? 'paused' : 'running';
    assert.equal(out, `mail: ${state}, 12 waiting, 1 active, 0 delayed, 10 completed, 2 failed\n`);
    assert.deepEqual((await runJson(['queue', word, 'mail'])).document, queue);
  }
  gateway.answer = ({ query }) => (query.includes('queues') ? { data: { queues: [{ name: 'mail' }] } } : UNKNOWN);
  assert.match((await run(['queue', 'pause', 'mial'])).err, /^AW_QUEUE_UNKNOWN: .*did you mean "mail"\?/);
});

test('queue drain asks, and leaves delayed ones unless told', async () => {
  await using world = await startCommandWorld();
  const { gateway, run, runJson } = world;
  gateway.answer = () => ({ data: { drainQueue: 7 } });
  const nobody = await run(['queue', 'drain', 'mail']);
  assert.equal(nobody.code, 1);
  assert.match(nobody.err, /^AW_NOT_CONFIRMED: Removes all that waits in mail: there is no terminal/);
  assert.equal((await run(['queue', 'drain', 'mail'], { answer: 'yes' })).code, 1);
  assert.equal(gateway.requests.length, 0);
  const typed = await run(['queue', 'drain', 'mail'], { answer: 'mail' });
  assert.deepEqual([typed.code, typed.out], [0, 'mail: 7 removed\n']);
  assert.deepEqual(gateway.requests[0]?.variables, { queue: 'mail', withDelayed: false });
  const told = await runJson(['queue', 'drain', 'mail', '--delayed', '--yes']);
  assert.deepEqual(told.document, { queue: 'mail', removed: 7 });
  assert.deepEqual(gateway.requests[1]?.variables, { queue: 'mail', withDelayed: true });
});

test('queue clean', async () => {
  await using world = await startCommandWorld();
  const { gateway, run, runJson } = world;
  gateway.answer = () => ({ data: { cleanQueue: 3 } });
  const line = ['queue', 'clean', 'mail', '--state', 'failed'];
  assert.equal((await run(line)).out, 'mail: 3 failed removed\n');
  assert.deepEqual(gateway.requests[0]?.variables, { queue: 'mail', state: 'FAILED', graceMs: 0 });
  const { document } = await runJson([...line, '--older', '1h', '--limit', '10']);
  assert.deepEqual(document, { queue: 'mail', state: 'FAILED', removed: 3 });
  assert.deepEqual(gateway.requests[1]?.variables, { queue: 'mail', state: 'FAILED', graceMs: 3_600_000, limit: 10 });
  assert.match((await run(['queue', 'clean', 'mail'])).err, /--state is missing/);
  const wrong = await run(['queue', 'clean', 'mail', '--state', 'waiting']);
  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /--state is "waiting", allowed: completed, failed/);
  assert.equal((await run([...line, '--older', '1'])).code, 2);
});

test('queue obliterate needs the name a second time', async () => {
  await using world = await startCommandWorld();
  const { gateway, run, runJson } = world;
  gateway.answer = () => ({ data: { obliterateQueue: true } });
  const line = ['queue', 'obliterate', 'mail'];
  const nobody = await run(line);
  assert.equal(nobody.code, 1);
  assert.match(nobody.err, /^AW_NOT_CONFIRMED: Removes queue mail with all its jobs.*Next: give --confirm mail/);
  assert.equal((await run([...line, '--confirm', 'mial'], { answer: 'mail' })).code, 1);
  assert.equal((await run(line, { answer: '' })).code, 1);
  assert.equal((await run([...line, '--yes'])).code, 2, 'a bare yes is not enough');
  assert.equal(gateway.requests.length, 0);
  assert.equal((await run(line, { answer: 'mail' })).out, 'mail: obliterated\n');
  const { document } = await runJson([...line, '--confirm', 'mail']);
  assert.deepEqual(document, { queue: 'mail', obliterated: true });
  assert.deepEqual(gateway.requests[1]?.variables, { queue: 'mail', confirm: 'mail' });
});

test('queue configure changes what is given, and nothing else', async () => {
  await using world = await startCommandWorld();
  const { gateway, run, runJson } = world;
  gateway.answer = () => ({ data: { configureQueue: QUEUE } });
  const all = '--attempts 5 --backoff fixed:1s --timeout 30s --total-timeout 0 --concurrency 20 --rate 100/1s';
  const more = '--keep-completed 1000 --keep-failed 50/7d --types mail.send,mail.digest';
  const { document } = await runJson(['queue', 'configure', 'mail', ...all.split(' '), ...more.split(' ')]);
  assert.deepEqual(document, QUEUE);
  assert.deepEqual(gateway.requests[0]?.variables, {
    queue: 'mail',
    settings: {
      attempts: 5,
      backoff: { type: 'fixed', delayMs: 1_000 },
      attemptTimeoutMs: 30_000,
      totalTimeoutMs: 0,
      globalConcurrency: 20,
      rateLimit: { max: 100, windowMs: 1_000 },
      completed: { count: 1_000 },
      failed: { count: 50, ageMs: 604_800_000 },
      types: ['mail.send', 'mail.digest'],
    },
  });
  const cases: [string[], unknown][] = [
    [['--concurrency', 'none'], { globalConcurrency: 0 }],
    [['--rate', 'none'], { rateLimit: { max: 0, windowMs: 0 } }],
    [['--rate', '5/m'], { rateLimit: { max: 5, windowMs: 60_000 } }],
    [['--keep-completed', '0'], { completed: { count: 0 } }],
    [['--types', 'all'], { types: [] }],
  ];
  for (const [options, settings] of cases) {
    assert.match((await run(['queue', 'configure', 'mail', ...options])).out, /^name +mail\n/);
    assert.deepEqual(gateway.requests.at(-1)?.variables['settings'], settings);
  }
  gateway.requests.length = 0;
  const wrong: [string[], RegExp][] = [
    [[], /nothing is given that is to change/],
    [['--concurrency', '0'], /--concurrency is "0"/],
    [['--rate', '100'], /--rate is "100", allowed: starts and a time, such as 100\/1s, or none/],
    [['--rate', '0/1s'], /The number of --rate is "0"/],
    [['--rate', '5/0s'], /--rate is "5\/0s"/],
    [['--rate', '5/1s/2'], /--rate is "5\/1s\/2"/],
    [['--keep-failed', 'all'], /--keep-failed is "all"/],
    [['--keep-failed', '5/week'], /--keep-failed is "5\/week"/],
    [['--concurency', '5'], /did you mean "--concurrency"\?/],
  ];
  for (const [options, message] of wrong) {
    const { code, err } = await run(['queue', 'configure', 'mail', ...options]);
    assert.equal(code, 2, options.join(' '));
    assert.match(err, message);
  }
  assert.equal(gateway.requests.length, 0);
});
