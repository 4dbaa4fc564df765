import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../clock/system-clock.ts';
import { createLog } from '../telemetry/log.ts';
import { createPluginVoice } from './plugin-voice.ts';

test('createPluginVoice lets a plugin say a hundred lines in a second, and says how many there were', () => {
  let now = 0;
  const lines: { level: string; event: string; text?: string; lines?: number }[] = [];
  const log = createLog({
    level: 'debug',
    format: 'json',
    clock: systemClock,
    write: (line) => void lines.push(JSON.parse(line)),
  });
  const say = createPluginVoice(log, { ...systemClock, monotonic: () => now });
  for (let count = 0; count < 150; count++) say(2, `line ${count}`);
  assert.equal(lines.length, 100);
  assert.deepEqual([lines[99]!.level, lines[99]!.event, lines[99]!.text], ['warn', 'plugin.said', 'line 99']);
  now = 999;
  say(1, 'still too soon');
  assert.equal(lines.length, 100);
  now = 1_000;
  say(1, 'again');
  assert.deepEqual([lines[100]!.event, lines[100]!.lines], ['plugin.said_too_much', 151]);
  assert.deepEqual([lines[101]!.level, lines[101]!.text], ['info', 'again']);
});
