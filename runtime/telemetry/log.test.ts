import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '../clock/clock.ts';
import { AutoWeaveError } from '../errors/errors.ts';
import { createLog, type LogFormat, type LogLevel, noLog } from './log.ts';

const clock: Clock = {
  now: () => Date.UTC(2026, 0, 2, 3, 4, 5, 6),
  monotonic: () => 0,
  schedule: () => () => {},
  turn: async () => {},
  sleep: () => Promise.resolve(),
};

function capture(format: LogFormat, level: LogLevel | 'silent' = 'debug', traceparent?: string) {
  const lines: string[] = [];
  const write = (line: string) => lines.push(line);
  return {
    lines,
    log: createLog({ level, write, clock, format, ...(traceparent === undefined ? {} : { traceparent }) }),
  };
}

test('log writes one JSON line with its own fields first, and lets no field replace them', () => {
  const { lines, log } = capture('json');
  log.info('plugin.denied', { plugin: 'x', count: 2, level: 'fake', event: 'fake', gone: undefined });
  assert.deepEqual(lines, [
    '{"time":"2026-01-02T03:04:05.006Z","level":"info","event":"plugin.denied","plugin":"x","count":2}\n',
  ]);
});

test('log keeps to its level', () => {
  const written = (level: LogLevel | 'silent') => {
    const { lines, log } = capture('json', level);
    for (const at of ['debug', 'info', 'warn', 'error'] as const) log[at]('a.b');
    return lines.length;
  };
  assert.deepEqual((['debug', 'info', 'warn', 'error', 'silent'] as const).map(written), [4, 3, 2, 1, 0]);
  noLog.error('a.b');
});

test('log turns a traceparent into trace and span id, in children and from the start', () => {
  const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
  const { lines, log } = capture('json', 'debug', traceparent);
  log.info('a.b');
  log.child({ actor: 'x', traceparent: 'rubbish' }).info('a.b');
  assert.match(lines[0]!, new RegExp(`"trace_id":"${'a'.repeat(32)}","span_id":"${'b'.repeat(16)}"`));
  assert.doesNotMatch(lines[1]!, /trace_id|rubbish/);
  assert.match(lines[1]!, /"actor":"x"/);
});

test('log redacts secrets by name and inside URLs', () => {
  const { lines, log } = capture('json');
  log.warn('a.b', {
    token: 's1',
    accessToken: 's2',
    api_key: 's3',
    Authorization: 's4',
    nested: { password: 's5', maxTokens: 7 },
    url: 'nats://user:s6@host:4222',
    page: 'http://127.0.0.1:4000/?token=s7&x=1',
  });
  assert.doesNotMatch(lines[0]!, /s[1-7]/);
  assert.match(lines[0]!, /"maxTokens":7/);
  assert.match(lines[0]!, /@host:4222/);
});

test('log takes whatever it is given', () => {
  const { lines, log } = capture('json');
  const circle: Record<string, unknown> = {};
  circle.self = circle;
  log.error('a.b', {
    error: new AutoWeaveError('AW_X', 'Cannot do it', { hint: 'do that', cause: new Error('inner') }),
    circle,
    big: 10n,
    long: 'x'.repeat(10_000),
    fn: () => {},
  });
  const line = JSON.parse(lines[0]!);
  assert.equal(line.error.code, 'AW_X');
  assert.equal(line.error.cause.message, 'inner');
  assert.equal(line.circle, '[not JSON]');
  assert.equal(line.big, '10');
  assert.ok(line.long.length < 2_100);
});

test('log in its pretty form stays on one line and keeps control characters out of the terminal', () => {
  const { lines, log } = capture('pretty');
  log.info('device.attached', { id: '1d6b:0104@1-4', product: 'Two words\n\u001b[31m\u009b' });
  assert.deepEqual(lines, [
    '03:04:05.006 info  device.attached id=1d6b:0104@1-4 product="Two words\\n\\u001b[31m\\u009b"\n',
  ]);
});
