import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FIRST_BALANCE } from './actors.ts';
import { findViolations, type Observed, type Sent, type Violation } from './violations.ts';

const SENT: Sent = {
  ledgers: new Map([['l0', 3]]),
  accounts: new Map([
    ['a0', { balance: -5, moves: 1 }],
    ['a1', { balance: 5, moves: 1 }],
  ]),
  failures: [],
};

const RIGHT: Observed = {
  ledgers: new Map([['l0', { last: 3, faults: [] }]]),
  listeners: new Map([['l0', { last: 3, faults: [] }]]),
  accounts: new Map([
    ['a0', { balance: FIRST_BALANCE - 5, moves: 1 }],
    ['a1', { balance: FIRST_BALANCE + 5, moves: 1 }],
  ]),
  events: new Map([
    ['ledger l0', [1, 2, 3]],
    ['account a0', [1]],
    ['account a1', [1]],
  ]),
  deadLetters: 0,
};

const ledgerEvents = (numbers: readonly number[]) => ({ events: new Map([...RIGHT.events, ['ledger l0', numbers]]) });
const account = (balance: number, moves: number) => ({
  accounts: new Map([...RIGHT.accounts, ['a0', { balance, moves }]]),
});
const ledger = (last: number, ...faults: string[]) => ({ ledgers: new Map([['l0', { last, faults }]]) });

const WRONG: readonly (readonly [string, Partial<Observed>, readonly Violation['kind'][]])[] = [
  ['a command that is lost', ledger(2), ['missing']],
  ['a key that was never heard of', { ledgers: new Map() }, ['missing']],
  ['a command more than was sent', ledger(4), ['repeated']],
  ['a command twice, or too early', ledger(3, '2 after 2'), ['order']],
  ['an event that nobody heard', { listeners: new Map([['l0', { last: 2, faults: [] }]]) }, ['missing']],
  ['an event heard twice', { listeners: new Map([['l0', { last: 3, faults: ['2 after 2'] }]]) }, ['order']],
  ['an event that is lost', ledgerEvents([1, 3]), ['missing']],
  ['an event twice', ledgerEvents([1, 2, 2, 3]), ['repeated']],
  ['an event twice, much later', ledgerEvents([1, 2, 3, 2]), ['repeated', 'order']],
  ['an event of no command', ledgerEvents([1, 2, 3, 4]), ['repeated']],
  ['events in another order', ledgerEvents([1, 3, 2]), ['order']],
  ['money from nowhere', account(FIRST_BALANCE - 4, 1), ['sum', 'sum']],
  ['a movement that is lost', account(FIRST_BALANCE, 0), ['missing']],
  ['a movement twice', account(FIRST_BALANCE - 10, 2), ['repeated', 'sum']],
  ['a dead letter', { deadLetters: 1 }, ['dead']],
];

describe('findViolations', () => {
  test('finds nothing where everything came once and in order', () => {
    assert.deepEqual(findViolations(SENT, RIGHT), []);
  });

  for (const [name, difference, kinds] of WRONG) {
    test(`finds ${name}`, () => {
      const found = findViolations(SENT, { ...RIGHT, ...difference });
      assert.deepEqual(
        found.map(({ kind }) => kind),
        kinds,
      );
    });
  }

  test('finds a call that failed', () => {
    const what = 'ledger l0: AW_CALL_TIMEOUT';
    const [found] = findViolations({ ...SENT, failures: [{ startedAt: 1_234, what }] }, RIGHT);
    assert.deepEqual(found, { kind: 'failed', where: 'client at 1.23 s', what });
  });
});
