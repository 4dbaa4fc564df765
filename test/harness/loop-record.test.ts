import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { findViolations, type LoopEvent, type LoopRecord, PATH } from './loop-record.ts';

function eventsOf(runId: string): LoopEvent[] {
  return [
    { type: 'agent.run_started', data: { runId } },
    ...PATH.map((_, step) => ({ type: 'agent.step_finished', data: { runId, step, status: 'DONE' } })),
    { type: 'memory.remembered', data: { memoryId: runId } },
    { type: 'agent.run_finished', data: { runId, status: 'DONE' } },
  ];
}

const GOOD: LoopRecord = {
  devices: ['a', 'b'],
  answered: ['a'],
  events: [...eventsOf('1'), ...eventsOf('2')],
  paths: [PATH, PATH],
  noted: ['b', 'a'],
  counted: { a: '1', b: '1' },
};

suite('findViolations', () => {
  test('finds nothing where each effect happened once', () => assert.deepEqual(findViolations(GOOD), []));

  const wrong: Readonly<Record<string, readonly [Partial<LoopRecord>, RegExp]>> = {
    'a device that was lost': [{ answered: ['c'] }, /^c was answered for/],
    'an event that is told twice': [{ events: [...GOOD.events, GOOD.events[1]!] }, /agent\.step_finished 1 0 is told/],
    'an event that is missing': [{ events: GOOD.events.slice(1) }, /^1 times agent\.run_started, not 2/],
    'a run that failed': [
      { events: GOOD.events.with(6, { type: 'agent.run_finished', data: { runId: '1', status: 'FAILED' } }) },
      /of 1 says FAILED/,
    ],
    'a step that was done twice': [{ paths: [['plugged', ...PATH]] }, /a run has done plugged, plugged/],
    'a device that is remembered twice': [{ noted: ['a', 'a', 'b'] }, /^a is remembered 2 times/],
    'a device that is not remembered': [{ noted: ['a'] }, /^b is remembered 0 times/],
    'a call whose effects counted twice': [{ counted: { a: '2', b: '1' } }, /^a was counted 2/],
    'a call that never counted': [{ counted: { a: '1' } }, /^b was counted never/],
  };
  for (const [what, [change, message]] of Object.entries(wrong)) {
    test(`finds ${what}`, () => {
      const found = findViolations({ ...GOOD, ...change });
      assert.ok(
        found.some((one) => message.test(one)),
        `${message} in ${JSON.stringify(found)}`,
      );
    });
  }
});
