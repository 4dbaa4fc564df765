import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseWatchArguments, watchArguments } from './watch-options.ts';

test('parseWatchArguments reads what watchArguments writes, and has defaults', () => {
  const options = { settleMs: 1, pollMs: 300, sysRoot: '/fake' };
  assert.deepEqual(parseWatchArguments(watchArguments(options)), options);
  assert.deepEqual(parseWatchArguments([]), { settleMs: 75, pollMs: 5_000, sysRoot: '/sys' });
});

test('parseWatchArguments refuses what is unknown or out of range', () => {
  const table = [
    ['--settle-ms', '-1'],
    ['--settle-ms', '10001'],
    ['--settle-ms', 'soon'],
    ['--poll-ms', '0'],
    ['--poll-ms', '1e3'],
    ['--poll-ms'],
    ['--sys-root', 'sys'],
    ['--other', '1'],
    ['stray'],
  ];
  for (const argv of table) {
    assert.throws(() => parseWatchArguments(argv), { code: 'AW_USB_WATCHER_OPTION' }, argv.join(' '));
  }
});
