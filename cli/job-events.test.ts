import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startCommandWorld } from './command-world.ts';
import type { FakeGateway } from './fake-gateway.ts';

const ADD = ['job', 'add', 'mail', 'mail.send', '--wait'];
const RESULT = { success: true, data: { sent: 1 }, error: null, duration: 120, timestamp: 1 };
const caughtUp = (cursor: string) => ({ jobEvents: { __typename: 'CaughtUp', cursor } });
const event = (type: string, more: object = {}) => ({
  jobEvents: {
    __typename: 'JobEvent',
    cursor: '4.0',
    type,
    queue: 'mail',
    id: 'j1',
    jobType: 'mail.send',
    at: '2026-11-22T10:00:00.000Z',
    attempt: null,
    result: null,
    data: null,
    traceId: null,
    ...more,
  },
});

/** Adds `j1`; a look at it finds what `look` gives. */
function answerAdd(gateway: FakeGateway, look: unknown = null, isDuplicate = false): void {
  gateway.answer = ({ query }) => ({
    data: query.includes('addJob') ? { addJob: { id: 'j1', isDuplicate } } : { job: look },
  });
}
const kinds = ({ requests }: FakeGateway) => requests.map(({ query }) => /(\w+)\(\$/.exec(query)?.[1] ?? query);

test('job add --wait listens before it adds, and prints the result', async () => {
  await using world = await startCommandWorld();
  const { gateway, run, runJson } = world;
  answerAdd(gateway);
  gateway.stream = () => [
    caughtUp('3.0'),
    event('COMPLETED', { id: 'another' }),
    event('ACTIVE', { attempt: 1 }),
    event('PROGRESS', { data: { percent: 50 } }),
    event('LOG', { data: 'half \u001b[2J way' }),
    event('COMPLETED', { attempt: 1, result: RESULT }),
  ];
  const { code, out, err } = await run(ADD);
  assert.deepEqual([code, out], [0, '{\n  "sent": 1\n}\n']);
  assert.equal(err, 'active: attempt 1\nprogress: {"percent":50}\nlog: half \ufffd[2J way\n');
  assert.deepEqual(kinds(gateway), ['JobEvents', 'AddJob']);
  const { document } = await runJson(ADD);
  assert.deepEqual(document, { id: 'j1', isDuplicate: false, state: 'COMPLETED', result: RESULT });
});

test('job add --wait fails when the job does, and when it was cancelled', async () => {
  await using world = await startCommandWorld();
  const { gateway, run, runJson } = world;
  answerAdd(gateway);
  const result = { ...RESULT, success: false, data: null, error: 'It bounced' };
  gateway.stream = () => [
    caughtUp('3.0'),
    event('RETRYING', { attempt: 1, data: null }),
    event('FAILED', { attempt: 2, result }),
  ];
  const failed = await run(ADD);
  assert.deepEqual([failed.code, failed.out], [1, '']);
  assert.match(
    failed.err,
    /retrying: attempt 1\nJob j1 has failed: It bounced\nautoweave job show mail j1 shows more\n/,
  );
  const { code, document } = await runJson(ADD);
  assert.deepEqual([code, document.state, document.result.error], [1, 'FAILED', 'It bounced']);
  gateway.stream = () => [caughtUp('3.0'), event('CANCELLED')];
  const cancelled = await run(ADD);
  assert.equal(cancelled.code, 1);
  assert.match(cancelled.err, /Job j1 was cancelled\n/);
});

test('job add --wait goes on after the connection broke, and looks itself where events are gone', async () => {
  await using world = await startCommandWorld();
  const { gateway, run } = world;
  answerAdd(gateway, { state: 'ACTIVE', result: null });
  const rounds = [
    [caughtUp('3.0'), event('ACTIVE', { cursor: '3.0', attempt: 1 })],
    'break' as const,
    [{ jobEvents: { __typename: 'Lagged', cursor: '9.0', from: '3.0', to: '9.0', count: null } }, caughtUp('9.0')],
    [event('COMPLETED', { result: RESULT })],
  ];
  gateway.stream = () => rounds.shift() ?? [];
  assert.equal((await run(ADD)).code, 0);
  assert.deepEqual(
    gateway.requests.filter(({ query }) => query.includes('JobEvents')).map(({ variables }) => variables['after']),
    [null, '3.0', '3.0', '9.0'],
  );

  answerAdd(gateway, { state: 'COMPLETED', result: RESULT });
  const again = [
    [caughtUp('3.0')],
    [{ jobEvents: { __typename: 'Lagged', cursor: '9.0', from: '', to: '', count: 1 } }],
  ];
  gateway.stream = () => again.shift() ?? [];
  assert.match((await run(ADD)).out, /"sent": 1/);
});

test('job add --wait listens afterwards where the adding makes the queue', async () => {
  await using world = await startCommandWorld();
  const { gateway, run } = world;
  answerAdd(gateway, { state: 'COMPLETED', result: RESULT });
  gateway.stream = () => {
    if (kinds(gateway).includes('AddJob')) return [caughtUp('1.0')];
    return { errors: [{ message: 'No', extensions: { code: 'AW_QUEUE_UNKNOWN' } }] };
  };
  const { code, out } = await run(ADD);
  assert.deepEqual([code, out], [0, '{\n  "sent": 1\n}\n']);
  assert.deepEqual(kinds(gateway), ['JobEvents', 'AddJob', 'JobEvents', 'Ended']);
});

test('job add --wait takes the end of one that was there, and says when nobody knows it', async () => {
  await using world = await startCommandWorld();
  const { gateway, run, runJson } = world;
  answerAdd(gateway, { state: 'COMPLETED', result: RESULT }, true);
  gateway.stream = () => [caughtUp('3.0')];
  const { document } = await runJson(ADD);
  assert.deepEqual([document.isDuplicate, document.state], [true, 'COMPLETED']);
  answerAdd(gateway, null, true);
  assert.match((await run(ADD)).err, /AW_JOB_UNKNOWN: Job "j1" of queue "mail" has ended/);
  gateway.answer = () => ({ errors: [{ message: 'Full', extensions: { code: 'AW_QUEUE_FULL' } }] });
  assert.match((await run(ADD)).err, /^AW_QUEUE_FULL/);
});

test('job watch shows one line for each event, and can go on later', async () => {
  await using world = await startCommandWorld();
  const { gateway, run, runJson } = world;
  gateway.stream = () => [
    { jobEvents: { __typename: 'Lagged', cursor: '2.0', from: '1.0', to: '2.0', count: 5 } },
    caughtUp('3.0'),
    event('ADDED'),
    event('FAILED', { attempt: 3, result: { ...RESULT, success: false, data: null, error: 'It \u001b[2J bounced' } }),
  ];
  const { code, out, err } = await run(['job', 'watch', 'mail', '--after', '1.0', '--count', '2']);
  assert.equal(code, 0);
  assert.deepEqual(out.split('\n'), [
    '5 events are gone from the log, from 1.0 to 2.0',
    '2026-11-22T10:00:00.000Z  added      j1  mail.send',
    '2026-11-22T10:00:00.000Z  failed     j1  mail.send  attempt 3, 120 ms, It \ufffd[2J bounced',
    '',
  ]);
  assert.match(err, /go on from here later with --after 3\.0/);
  assert.deepEqual(gateway.requests[0]?.variables, { queue: 'mail', after: '1.0' });
  assert.equal((await run(['job', 'watch', 'mail', '--count', '0'])).code, 2);
  gateway.stream = () => [event('COMPLETED', { result: RESULT })];
  const { document } = await runJson(['job', 'watch', 'mail', '--count', '1']);
  assert.deepEqual(document, event('COMPLETED', { result: RESULT }).jobEvents);
});

test('job watch goes on from the last cursor after the connection broke, and says which queue was meant', async () => {
  await using world = await startCommandWorld();
  const { gateway, run } = world;
  const rounds = [
    [caughtUp('3.0'), event('COMPLETED', { cursor: '4.1', result: RESULT })],
    'break' as const,
    [event('COMPLETED', { cursor: '5.0', result: RESULT })],
  ];
  gateway.stream = () => rounds.shift() ?? [];
  assert.equal((await run(['job', 'watch', 'mail', '--count', '2'])).code, 0);
  assert.deepEqual(
    gateway.requests.map(({ variables }) => variables['after']),
    [null, '4.1', '4.1'],
  );
  gateway.stream = () => ({ errors: [{ message: 'No', extensions: { code: 'AW_QUEUE_UNKNOWN' } }] });
  gateway.answer = () => ({ data: { queues: [{ name: 'mail' }] } });
  const { code, err } = await run(['job', 'watch', 'mial']);
  assert.equal(code, 1);
  assert.match(err, /^AW_QUEUE_UNKNOWN: There is no queue "mial"\. Next: did you mean "mail"\?/);
});
