import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startCommandWorld } from './command-world.ts';

const LETTER = {
  id: '17',
  code: 'AW_DATA_INVALID',
  error: 'Data of "counter.add" breaks its schema',
  stream: 'MAILBOX',
  sequence: 4,
  subject: 'aw.default.cmd.3.counter.visits',
  type: 'counter.add',
  attempts: 1,
  at: '2026-11-22T10:00:00.000Z',
};

test('dead ls and show', async () => {
  await using world = await startCommandWorld();
  const { gateway, run, runJson } = world;
  gateway.answer = () => ({ data: { deadLetters: { deadLetters: [LETTER], total: 9, next: 'n' } } });
  const listed = await run(['dead', 'ls', '--limit', '1']);
  assert.match(listed.out, /17 +AW_DATA_INVALID +counter\.add +1 /);
  assert.match(listed.err, /1 of 9/);
  assert.equal((await runJson(['dead', 'ls', '--limit', '1'])).document.total, 9);
  const whole = { ...LETTER, headers: { 'ce-type': 'counter.add' }, data: '{"add":"\u001b[2J"}' };
  gateway.answer = () => ({ data: { deadLetter: whole } });
  const { out } = await run(['dead', 'show', '17']);
  assert.match(out, /ce-type: +counter\.add/);
  assert.ok(!out.includes('\u001b'));
  assert.deepEqual((await runJson(['dead', 'show', '17'])).document, whole);
  gateway.answer = () => ({ data: { deadLetter: null } });
  assert.equal((await runJson(['dead', 'show', '18'])).document.error.code, 'AW_DEAD_LETTER_UNKNOWN');
});

test('dead resend sends as it was, or with other data, and removes only when told', async () => {
  await using world = await startCommandWorld();
  const { gateway, run, runJson } = world;
  gateway.answer = () => ({ data: { resendDeadLetter: 'c1' } });
  assert.equal((await run(['dead', 'resend', '17'])).out, 'c1\n');
  assert.deepEqual(gateway.requests[0]?.variables, { id: '17', data: null, remove: false });
  const { document } = await runJson(['dead', 'resend', '17', '{"add":1}', '--remove']);
  assert.deepEqual(document, { id: 'c1', letter: '17', removed: true });
  assert.deepEqual(gateway.requests[1]?.variables, { id: '17', data: { add: 1 }, remove: true });
  assert.equal((await run(['dead', 'resend', '17', '{add:1}'])).code, 2);
  gateway.answer = () => ({ errors: [{ message: 'No', extensions: { code: 'AW_DATA_INVALID' } }] });
  assert.equal((await runJson(['dead', 'resend', '17', '{}'])).document.error.code, 'AW_DATA_INVALID');
});
