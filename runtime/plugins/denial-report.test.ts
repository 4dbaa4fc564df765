import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createVirtualClock } from '../../test/harness/virtual-clock.ts';
import { createDenialReport } from './denial-report.ts';
import type { Denial } from './host-api.ts';

function open() {
  const clock = createVirtualClock();
  const told: (readonly [plugin: string, denials: readonly string[]])[] = [];
  const report = createDenialReport(clock, (plugin, denials) => {
    told.push([plugin, denials.map(({ capability, subject, count }) => `${count} ${capability} ${subject}`)]);
  });
  const deny = (plugin: string, subject: string, capability: Denial['capability'] = 'kv', times = 1) => {
    for (let time = 0; time < times; time++) report.add({ plugin, capability, subject, at: clock.now() });
  };
  return { clock, told, report, deny };
}

describe('the report of denials', () => {
  test('tells once a second what each plugin tried, and how often', async () => {
    const { clock, told, deny } = open();
    deny('one', 'a', 'kv', 1_000);
    deny('one', 'a', 'queue');
    await clock.advance(500);
    deny('two', 'a', 'kv', 2);
    await clock.advance(499);
    assert.deepEqual(told, []);
    await clock.advance(1);
    assert.deepEqual(told.splice(0), [
      ['one', ['1000 kv a', '1 queue a']],
      ['two', ['2 kv a']],
    ]);
    await clock.advance(5_000);
    assert.deepEqual([told, clock.waiting], [[], 0]);
    deny('one', 'a');
    await clock.advance(1_000);
    assert.deepEqual(told, [['one', ['1 kv a']]]);
  });

  test('tells of each trace by itself, and of what was tried in several in the first one', async () => {
    const clock = createVirtualClock();
    const told: unknown[] = [];
    const report = createDenialReport(clock, (...one) => told.push(one));
    const add = (subject: string, traceparent?: string) =>
      report.add({ plugin: 'one', capability: 'kv', subject, at: 0, ...(traceparent && { traceparent }) });
    add('a', '1');
    add('b', '2');
    add('a', '2');
    add('c');
    await clock.advance(1_000);
    const kv = (subject: string, count: number) => [{ capability: 'kv', subject, count }];
    assert.deepEqual(told, [
      ['one', kv('a', 2), '1'],
      ['one', kv('b', 1), '2'],
      ['one', kv('c', 1), undefined],
    ]);
  });

  test('counts with the last what is beyond a hundred different ones', async () => {
    const { clock, told, deny } = open();
    for (let index = 0; index < 105; index++) deny('one', `k${index}`);
    deny('one', 'k0');
    await clock.advance(1_000);
    const [[, denials]] = told as [(typeof told)[number]];
    assert.equal(denials.length, 100);
    assert.deepEqual([denials[0], denials[1], denials.at(-1)], ['2 kv k0', '1 kv k1', '6 kv k99']);
  });

  test('tells the rest when it is closed', () => {
    const { clock, told, report, deny } = open();
    deny('one', 'a');
    report[Symbol.dispose]();
    assert.deepEqual(told, [['one', ['1 kv a']]]);
    assert.equal(clock.waiting, 0);
    report[Symbol.dispose]();
    assert.equal(told.length, 1);
  });
});
