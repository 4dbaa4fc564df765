import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { startCommandWorld } from './command-world.ts';
import type { FakeGateway } from './fake-gateway.ts';

const SUMMARY = {
  id: '3f-0',
  queue: 'mail',
  type: 'mail.send',
  state: 'FAILED',
  priority: 5,
  attemptsMade: 3,
  attempts: 3,
  addedAt: '2026-11-22T10:00:00.000Z',
  dueAt: null,
  finishedAt: '2026-11-22T10:00:09.000Z',
  durationMs: 1_200,
  error: 'It \u001b[2J bounced',
  traceId: null,
};
const REFUSED = (code: string) => ({ errors: [{ message: 'No', extensions: { code } }] });

/** Answers with an error, and with names to whoever asks for them. */
function refuse(gateway: FakeGateway, code: string): void {
  gateway.answer = ({ query }) =>
    query === '{ queues { name } }'
      ? { data: { queues: [{ name: 'mail' }, { name: 'reports' }] } }
      : query === '{ jobTypes { type } }'
        ? { data: { jobTypes: [{ type: 'mail.send' }] } }
        : REFUSED(code);
}

test('job add sends type, data and all options', async () => {
  await using world = await startCommandWorld();
  const { gateway, run, runJson, folder } = world;
  gateway.answer = () => ({ data: { addJob: { id: '3f-0', isDuplicate: false } } });
  const plain = await run(['job', 'add', 'mail', 'mail.send']);
  assert.deepEqual([plain.code, plain.out, plain.err], [0, '3f-0\n', '']);
  assert.deepEqual(gateway.requests[0]?.variables, { queue: 'mail', type: 'mail.send', data: {}, options: {} });

  const options = '--id a --priority 7 --lifo --delay 5m --attempts 2 --backoff exponential:2s:0.5 --timeout 30s';
  const more = [...options.split(' '), '--total-timeout', '1h', '--dedup', 'throttle:a:b:10s'];
  const { document } = await runJson(['job', 'add', 'mail', 'mail.send', '{"to":"ann"}', ...more]);
  assert.deepEqual(document, { id: '3f-0', isDuplicate: false });
  assert.deepEqual(gateway.requests[1]?.variables, {
    queue: 'mail',
    type: 'mail.send',
    data: { to: 'ann' },
    options: {
      id: 'a',
      priority: 7,
      lifo: true,
      delayMs: 300_000,
      attempts: 2,
      backoff: { type: 'exponential', delayMs: 2_000, jitter: 0.5 },
      attemptTimeoutMs: 30_000,
      totalTimeoutMs: 3_600_000,
      deduplicate: { mode: 'THROTTLE', id: 'a:b', ttlMs: 10_000 },
    },
  });

  await writeFile(join(folder, 'data.json'), '{"to":"bob"}');
  await run(['job', 'add', 'mail', 'mail.send', `@${join(folder, 'data.json')}`]);
  assert.deepEqual(gateway.requests[2]?.variables['data'], { to: 'bob' });

  gateway.answer = () => ({ data: { addJob: { id: 'a', isDuplicate: true } } });
  const again = await run(['job', 'add', 'mail', 'mail.send', '--id', 'a']);
  assert.deepEqual([again.code, again.out], [0, 'a\n']);
  assert.match(again.err, /there already/);
});

test('job add understands each back-off and deduplication', async () => {
  await using world = await startCommandWorld();
  const { gateway, run } = world;
  gateway.answer = () => ({ data: { addJob: { id: 'x', isDuplicate: false } } });
  const cases: [string, string, unknown][] = [
    ['--backoff', 'fixed:500ms', { type: 'fixed', delayMs: 500 }],
    ['--backoff', 'exponential', { type: 'exponential', delayMs: 2_000 }],
    ['--backoff', 'custom:night', { type: 'custom', name: 'night' }],
    ['--dedup', 'simple:a:b', { mode: 'SIMPLE', id: 'a:b' }],
    ['--dedup', 'replace:a', { mode: 'REPLACE', id: 'a' }],
    ['--dedup', 'debounce:a:5m', { mode: 'DEBOUNCE', id: 'a', ttlMs: 300_000 }],
  ];
  for (const [option, value, expected] of cases) {
    assert.equal((await run(['job', 'add', 'q', 't', option, value])).code, 0, value);
    const { options } = gateway.requests.at(-1)!.variables as { options: Record<string, unknown> };
    assert.deepEqual(options[option === '--dedup' ? 'deduplicate' : 'backoff'], expected, value);
  }
});

test('job add names what is wrong before it asks anybody', async () => {
  await using world = await startCommandWorld();
  const { gateway, run, runJson, folder } = world;
  await writeFile(join(folder, 'no.json'), 'no JSON');
  const cases: [string[], RegExp][] = [
    [[], /QUEUE is missing/],
    [['q'], /job add: TYPE is missing/],
    [['q', 't', '{to:1}'], /DATA is no JSON/],
    [['q', 't', `@${join(folder, 'no.json')}`], /holds no JSON/],
    [['q', 't', '--delay', '5'], /--delay is "5", allowed: a length of time such as 500ms/],
    [['q', 't', '--delay=-5m'], /--delay is "-5m"/],
    [['q', 't', '--priority', '2097153'], /--priority is "2097153", allowed: 0 to 2097152/],
    [['q', 't', '--attempts', '0'], /--attempts is "0", allowed: a whole number from 1/],
    [['q', 't', '--backoff', 'fxed:1s'], /did you mean "fixed"\?/],
    [['q', 't', '--backoff', 'fixed:1s:2'], /--backoff is "fixed:1s:2", allowed:/],
    [['q', 't', '--backoff', 'custom:'], /--backoff is "custom:"/],
    [['q', 't', '--dedup', 'throtle:a:1s'], /did you mean "throttle"\?/],
    [['q', 't', '--dedup', 'throttle:a'], /--dedup is "throttle:a"/],
    [['q', 't', '--dedup', 'debounce:a:5'], /The time of --dedup is "5"/],
    [['q', 't', '--wiat'], /did you mean "--wait"\?/],
    [['q', 't', '--bulk', 'f'], /TYPE "t" does not go with --bulk/],
    [['q', '--wait', '--bulk', 'f'], /--wait does not go with --bulk/],
    [['q', '--id', 'a', '--bulk', 'f'], /--id does not go with --bulk/],
  ];
  for (const [args, message] of cases) {
    const { code, err } = await run(['job', 'add', ...args]);
    assert.equal(code, 2, args.join(' '));
    assert.match(err, message);
  }
  const none = await runJson(['job', 'add', 'q', 't', `@${join(folder, 'none')}`]);
  assert.equal(none.document.error.code, 'AW_FILE_FAILED');
  assert.deepEqual(gateway.requests, []);
});

test('job add says which type or queue was meant', async () => {
  await using world = await startCommandWorld();
  const { gateway, run } = world;
  refuse(gateway, 'AW_JOB_TYPE_UNKNOWN');
  const type = await run(['job', 'add', 'mail', 'mail.sned']);
  assert.equal(type.code, 1);
  assert.match(type.err, /^AW_JOB_TYPE_UNKNOWN: No\. Next: did you mean "mail\.send"\?/);
  refuse(gateway, 'AW_QUEUE_UNKNOWN');
  const queue = await run(['job', 'ls', 'mial']);
  assert.match(
    queue.err,
    /^AW_QUEUE_UNKNOWN: There is no queue "mial"\. Next: did you mean "mail"\? autoweave queue ls/,
  );
  refuse(gateway, 'AW_DISK_FULL');
  assert.match((await run(['job', 'add', 'mail', 'mail.send'])).err, /^AW_DISK_FULL: No\n/);
});

test('job add --bulk adds a thousand lines at once, with what lines and options say', async () => {
  await using world = await startCommandWorld();
  const { gateway, run, runJson, folder } = world;
  gateway.answer = ({ variables }) => {
    const jobs = variables['jobs'] as { data: { n?: number } }[];
    return { data: { addJobs: jobs.map(({ data }) => ({ id: `j${data.n}`, isDuplicate: data.n === 1 })) } };
  };
  const file = join(folder, 'jobs of mine.jsonl');
  const lines = Array.from({ length: 2_500 }, (_, n) => JSON.stringify({ type: 'mail.send', data: { n } }));
  await writeFile(file, `${lines.join('\n')}\n\n`);
  const { document } = await runJson(['job', 'add', 'mail', '--bulk', file]);
  assert.deepEqual(document, { queue: 'mail', added: 2_499, duplicates: 1 });
  assert.deepEqual(
    gateway.requests.map(({ variables }) => (variables['jobs'] as unknown[]).length),
    [1_000, 1_000, 500],
  );
  assert.equal((await run(['job', 'add', 'mail', '--bulk', file])).out, 'mail: 2499 added, 1 were there already\n');

  const own = { type: 'a.b', options: { isLifo: true, priority: 1, deduplicate: { mode: 'simple', id: 'x' } } };
  await writeFile(file, `${JSON.stringify(own)}\n${JSON.stringify({ type: 'a.c', data: 1 })}`);
  gateway.requests.length = 0;
  await run(['job', 'add', 'mail', '--bulk', file, '--priority', '9', '--attempts', '2']);
  assert.deepEqual(gateway.requests[0]?.variables['jobs'], [
    {
      type: 'a.b',
      data: {},
      options: { priority: 1, attempts: 2, lifo: true, deduplicate: { mode: 'SIMPLE', id: 'x' } },
    },
    { type: 'a.c', data: 1, options: { priority: 9, attempts: 2 } },
  ]);

  const large = JSON.stringify({ type: 'a.b', data: 'x'.repeat(200_000) });
  await writeFile(file, `${large}\n${large}\n`);
  gateway.requests.length = 0;
  await run(['job', 'add', 'mail', '--bulk', file]);
  assert.equal(gateway.requests.length, 2, 'large ones go in requests of their own');
});

test('job add --bulk says what was added before a line that is wrong, and how to go on', async () => {
  await using world = await startCommandWorld();
  const { gateway, run, runJson, folder } = world;
  gateway.answer = ({ variables }) => ({
    data: { addJobs: (variables['jobs'] as unknown[]).map(() => ({ id: 'j', isDuplicate: false })) },
  });
  const file = join(folder, 'jobs.jsonl');
  const add = ['job', 'add', 'mail', '--bulk', file];
  const wrong: [string, RegExp][] = [
    ['{', /line 2 is no JSON/],
    ['[]', /line 2 is no object/],
    ['{"data":1}', /line 2 has no type/],
    ['{"tpye":"a.b"}', /line 2 has an unknown field "tpye" \(did you mean "type"\?\)/],
    ['{"type":"a.b","options":{"delay":1}}', /line 2 has an unknown option "delay"/],
    ['{"type":"a.b","options":1}', /line 2 has options that are no object/],
  ];
  for (const [line, message] of wrong) {
    await writeFile(file, `{"type":"a.b"}\n${line}\n`);
    const { code, err } = await run(add);
    assert.equal(code, 2, line);
    assert.match(err, message);
    assert.match(err, /nothing was added/);
  }
  assert.deepEqual(gateway.requests, []);

  await writeFile(file, `${'{"type":"a.b"}\n'.repeat(1_500)}{`);
  const late = await run(add);
  assert.match(late.err, /line 1501 is no JSON.*; 1000 jobs were added before\. Next: .*tail -n \+1001 .* --bulk -\n/);

  let asked = 0;
  gateway.answer = ({ variables }) =>
    ++asked === 2
      ? REFUSED('AW_BROKER_UNAVAILABLE')
      : { data: { addJobs: (variables['jobs'] as unknown[]).map(() => ({ id: 'j', isDuplicate: false })) } };
  await writeFile(file, '{"type":"a.b"}\n'.repeat(3_000));
  const { document } = await runJson(add);
  assert.equal(document.error.code, 'AW_BROKER_UNAVAILABLE');
  assert.match(
    document.error.message,
    /lines 1001 to 2000 may or may not have been added; 1000 jobs were added before/,
  );
  refuse(gateway, 'AW_QUEUE_UNKNOWN');
  assert.match((await run(['job', 'add', 'mial', '--bulk', file])).err, /did you mean "mail"\?/);
  const none = await runJson(['job', 'add', 'mail', '--bulk', join(folder, 'none')]);
  assert.equal(none.document.error.code, 'AW_FILE_FAILED');
});

test('job ls shows one state, page after page, or all as far as the limit reaches', async () => {
  await using world = await startCommandWorld();
  const { gateway, run, runJson } = world;
  gateway.answer = ({ variables }) => ({
    data: { jobs: { jobs: [SUMMARY, SUMMARY], next: variables['after'] === null ? 'n1' : null } },
  });
  const { document } = await runJson(['job', 'ls', 'mail', '--state', 'failed']);
  assert.equal(document.length, 4);
  assert.deepEqual(
    gateway.requests.map(({ variables }) => variables),
    [
      { queue: 'mail', state: 'FAILED', first: 100, after: null },
      { queue: 'mail', state: 'FAILED', first: 98, after: 'n1' },
    ],
  );
  const shown = await run(['job', 'ls', 'mail', '--state', 'failed', '--limit', '2']);
  assert.match(shown.out, /3f-0 +mail\.send +failed +5 +3\/3 +2026-11-22T10:00:00\.000Z +\S+09\.000Z +1 s +It \ufffd/);
  assert.match(shown.err, /more than 2/);

  gateway.answer = ({ variables }) => ({
    data: { jobs: { jobs: variables['state'] === 'ACTIVE' ? [] : [SUMMARY], next: null } },
  });
  gateway.requests.length = 0;
  assert.equal((await runJson(['job', 'ls', 'mail'])).document.length, 4);
  assert.deepEqual(
    gateway.requests.map(({ variables }) => variables['state']),
    ['WAITING', 'ACTIVE', 'DELAYED', 'COMPLETED', 'FAILED'],
  );
  const cut = await run(['job', 'ls', 'mail', '--limit', '2']);
  assert.equal(cut.out.trimEnd().split('\n').length, 3);
  assert.match(cut.err, /more than 2/);
  const exact = await run(['job', 'ls', 'mail', '--limit', '4']);
  assert.equal(exact.err, '');

  gateway.answer = () => ({ data: { jobs: { jobs: [], next: null } } });
  assert.equal((await run(['job', 'ls', 'mail', '--state', 'delayed'])).out, 'No delayed jobs\n');
  const wrong = await run(['job', 'ls', 'mail', '--state', 'waitng']);
  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /--state is "waitng" \(did you mean "waiting"\?\), allowed: waiting, active/);
});

test('job show has all that is known of a job, and no control characters', async () => {
  await using world = await startCommandWorld();
  const { gateway, run, runJson } = world;
  const job = {
    ...SUMMARY,
    data: { to: 'ann' },
    options: { priority: 5, backoff: { type: 'fixed', delayMs: 1 } },
    result: null,
    failures: [
      {
        code: 'AW_UNEXPECTED',
        message: 'It bounced',
        attempt: 1,
        at: '2026-11-22T10:00:03.000Z',
        stack: 'Error: It bounced\n    at send (/app/mail.ts:3:9)\n    at run (/app/w.ts:1:1)',
      },
      { code: 'MAIL', message: 'Again', attempt: 2, at: 'later', stack: null },
    ],
    progress: { done: 3 },
    logs: ['first \u001b[2J', 'second'],
    partials: [{ token: 'a' }],
    stalledCount: 1,
  };
  gateway.answer = () => ({ data: { job } });
  const { out } = await run(['job', 'show', 'mail', '3f-0']);
  for (const expected of [
    /^id +3f-0\n/,
    /state +failed\n/,
    /attempts +3 of 3\n/,
    /took +1 s\n/,
    /progress +\{"done":3\}\n/,
    /stalledCount +1\n/,
    /options\n {2}\{\n {4}"priority": 5,/,
    /data\n {2}\{\n {4}"to": "ann"/,
    /failures\n {2}attempt 1 at 2026\S+: AW_UNEXPECTED: It bounced\n {6}at send \(\/app\/mail\.ts:3:9\)\n {6}at run/,
    / {2}attempt 2 at later: MAIL: Again\n/,
    /log\n {2}first \ufffd\[2J\n {2}second\n/,
    /partial results\n {2}\{"token":"a"\}\n/,
  ])
    assert.match(out, expected);
  assert.doesNotMatch(out, /\nresult\n/);
  assert.ok(!out.includes('\u001b'));
  assert.deepEqual((await runJson(['job', 'show', 'mail', '3f-0'])).document, job);

  const result = { success: true, data: { sent: 1 }, error: null, duration: 5, timestamp: 1 };
  gateway.answer = () => ({ data: { job: { ...job, state: 'COMPLETED', result, data: null, failures: [] } } });
  const completed = (await run(['job', 'show', 'mail', '3f-0'])).out;
  assert.match(completed, /data\n {2}not kept any more\n/);
  assert.match(completed, /result\n {2}\{\n {4}"sent": 1/);

  gateway.answer = () => ({ data: { job: null } });
  const none = await runJson(['job', 'show', 'mail', 'x']);
  assert.equal(none.code, 1);
  assert.equal(none.document.error.code, 'AW_JOB_UNKNOWN');
});

test('job retry, remove, promote and cancel', async () => {
  await using world = await startCommandWorld();
  const { gateway, run, runJson } = world;
  const cases: [string[], string, Record<string, unknown>, string][] = [
    [['retry', 'mail', 'a'], 'retryJob(queue: $queue, id: $id, data: $data)', { data: null }, 'waits again'],
    [['retry', 'mail', 'a', '{"to":"bob"}'], 'retryJob(', { data: { to: 'bob' } }, 'waits again'],
    [['remove', 'mail', 'a'], 'removeJob(queue: $queue, id: $id)', {}, 'removed'],
    [['promote', 'mail', 'a'], 'promoteJob(', {}, 'ready now'],
    [['cancel', 'mail', 'a'], 'cancelJob(', { reason: null }, 'cancelled'],
    [['cancel', 'mail', 'a', '--reason', 'wrong'], 'cancelJob(', { reason: 'wrong' }, 'cancelled'],
  ];
  for (const [line, field, values, done] of cases) {
    gateway.answer = () => ({ data: { [field.split('(')[0]!]: true } });
    assert.equal((await run(['job', ...line])).out, `mail a: ${done}\n`);
    const { query, variables } = gateway.requests.at(-1)!;
    assert.ok(query.includes(field), query);
    assert.deepEqual(variables, { queue: 'mail', id: 'a', ...values });
    assert.deepEqual((await runJson(['job', ...line])).document, { queue: 'mail', id: 'a', done: true });
  }
  gateway.answer = () => REFUSED('AW_JOB_STATE');
  assert.equal((await runJson(['job', 'remove', 'mail', 'a'])).document.error.code, 'AW_JOB_STATE');
  assert.equal((await run(['job', 'retry', 'mail', 'a', '{'])).code, 2);
});

test('job bulk says how many, asks, and does it', async () => {
  await using world = await startCommandWorld();
  const { gateway, run, runJson } = world;
  gateway.answer = ({ query }) => ({ data: query.startsWith('mutation') ? { bulkJobs: 11 } : { bulkJobsDryRun: 12 } });
  const line = ['job', 'bulk', 'retry', 'mail', '--state', 'failed', '--type', 'mail.send', '--limit', '50'];
  const asking = await run(line, { answer: 'mail' });
  assert.deepEqual(asking.asked, ['Retries 12 failed mail.send jobs of mail. Type mail to go on: ']);
  assert.equal(asking.out, 'mail: 11 failed mail.send jobs retried\n');
  const wanted = { queue: 'mail', operation: 'RETRY', filter: { state: 'FAILED', type: 'mail.send', limit: 50 } };
  assert.deepEqual(
    gateway.requests.map(({ variables }) => variables),
    [wanted, wanted],
  );

  gateway.requests.length = 0;
  assert.equal((await run(line, { answer: 'no' })).code, 1);
  assert.equal((await runJson(line)).document.error.code, 'AW_NOT_CONFIRMED');
  assert.equal((await run([...line, '--dry-run'])).out, 'mail: 12 failed mail.send jobs would be retried\n');
  assert.deepEqual((await runJson([...line, '--dry-run'])).document, { ...wanted, dryRun: true, count: 12 });
  assert.ok(gateway.requests.every(({ query }) => query.startsWith('query')));
  assert.deepEqual((await runJson([...line, '--yes'])).document, { ...wanted, dryRun: false, count: 11 });

  const before = Date.now();
  gateway.requests.length = 0;
  await run(['job', 'bulk', 'remove', 'mail', '--state', 'waiting', '--older', '1h', '--yes']);
  const [counted, done] = gateway.requests.map(({ variables }) => variables['filter'] as { addedBefore: string });
  const age = before - Date.parse(counted!.addedBefore);
  assert.ok(age <= 3_600_000 && age > 3_540_000, String(age));
  assert.deepEqual(done, counted, 'no more are concerned than were counted');

  gateway.answer = () => ({ data: { bulkJobsDryRun: 0 } });
  const none = await run(line, { answer: 'never asked' });
  assert.deepEqual([none.code, none.out, none.asked.length], [0, 'mail: no such jobs\n', 0]);
  const wrong: [string[], RegExp][] = [
    [['retyr', 'mail', '--state', 'failed'], /OPERATION is "retyr" \(did you mean "retry"\?\)/],
    [['retry', 'mail'], /--state is missing/],
    [['retry', 'mail', '--state', 'dead'], /--state is "dead", allowed: waiting/],
    [['retry', 'mail', '--state', 'failed', '--older', 'yesterday'], /--older is "yesterday"/],
    [['retry', 'mail', '--state', 'failed', '--limit', '0'], /--limit is "0"/],
  ];
  for (const [args, message] of wrong) {
    const { code, err } = await run(['job', 'bulk', ...args]);
    assert.equal(code, 2, args.join(' '));
    assert.match(err, message);
  }
});

test('job types lists them, and shows the schema of one', async () => {
  await using world = await startCommandWorld();
  const { gateway, run, runJson } = world;
  const type = { type: 'memory.compact', description: 'Makes a memory smaller', schema: { type: 'object' } };
  gateway.answer = () => ({ data: { jobTypes: [type] } });
  assert.match((await run(['job', 'types'])).out, /memory\.compact +Makes a memory smaller\n/);
  assert.deepEqual((await runJson(['job', 'types'])).document, [type]);
  assert.match((await run(['job', 'types', 'memory.compact'])).out, /smaller\n\{\n {2}"type": "object"\n\}\n$/);
  assert.deepEqual((await runJson(['job', 'types', 'memory.compact'])).document, type);
  const { err } = await run(['job', 'types', 'memory.compcat']);
  assert.match(err, /^AW_JOB_TYPE_UNKNOWN: .*did you mean "memory\.compact"\?/);
  gateway.answer = () => ({ data: { jobTypes: [] } });
  assert.equal((await run(['job', 'types'])).out, 'No job types\n');
});
