import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exportFileName, mailboxText, STATUSES, statusText } from './actor-text.ts';

test('statusText has words for each status, and for none', () => {
  const texts = [...STATUSES, null].map(statusText);
  assert.equal(new Set(texts).size, 6);
  assert.equal(statusText(null), 'not known');
});

test('mailboxText says how many wait, and how long the oldest has', () => {
  const cases: [number, number, string][] = [
    [0, 0, 'empty'],
    [1, 100, '1 message'],
    [1, 12_000, '1 message, for 12 s'],
    [3, 61_000, '3 messages, the oldest for 1 min'],
  ];
  for (const [depth, lagMs, text] of cases) assert.equal(mailboxText({ depth, lagMs }), text);
});

test('exportFileName keeps what a file may be called', () => {
  assert.equal(exportFileName('counter', 'visits'), 'counter-visits.json');
  assert.equal(exportFileName('device', 'host/1209:0001'), 'device-host-1209-0001.json');
  assert.equal(exportFileName('one', ''), 'one.json');
  assert.equal(exportFileName('long', 'x'.repeat(500)).length, 'long-.json'.length + 80);
});
