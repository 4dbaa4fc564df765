import { type Account, FIRST_BALANCE, type Sequence } from './actors.ts';

/** Compares what was sent with what has become of it. Pure. */

export interface Sent {
  /** Commands to each ledger: 1 to this number, in order. */
  readonly ledgers: ReadonlyMap<string, number>;
  /** Change and number of movements of each account. */
  readonly accounts: ReadonlyMap<string, { readonly balance: number; readonly moves: number }>;
  /** Calls and sends that failed, or had a wrong answer. */
  readonly failures: readonly Failure[];
}

export interface Failure {
  /** On the scale of `performance.now()`. */
  readonly startedAt: number;
  readonly what: string;
}

export interface Observed {
  readonly ledgers: ReadonlyMap<string, Sequence>;
  readonly listeners: ReadonlyMap<string, Sequence>;
  readonly accounts: ReadonlyMap<string, Account>;
  /** The numbers of the events of each key in the order of the log; `ledger l1`, `account a1`. */
  readonly events: ReadonlyMap<string, readonly number[]>;
  readonly deadLetters: number;
}

export interface Violation {
  /** `missing` may still come, as long as something is under way; the others stay. */
  readonly kind: 'missing' | 'repeated' | 'order' | 'sum' | 'failed' | 'dead';
  readonly where: string;
  readonly what: string;
}

export function findViolations(sent: Sent, observed: Observed): readonly Violation[] {
  const found: Violation[] = [];
  const add = (kind: Violation['kind'], where: string, what: string) => found.push({ kind, where, what });

  const checkSequence = (where: string, wanted: number, sequence: Sequence = { last: 0, faults: [] }): void => {
    if (sequence.last < wanted) add('missing', where, `has ${sequence.last} of ${wanted}`);
    if (sequence.last > wanted) add('repeated', where, `has ${sequence.last}, more than ${wanted}`);
    for (const fault of sequence.faults) add('order', where, fault);
  };

  const checkEvents = (where: string, wanted: number, numbers: readonly number[] = []): void => {
    const distinct = new Set(numbers);
    if (distinct.size < wanted) add('missing', where, `has ${distinct.size} events of ${wanted}`);
    if (distinct.size > wanted) add('repeated', where, `has ${distinct.size} events, more than ${wanted}`);
    if (distinct.size < numbers.length) add('repeated', where, `has event ${firstRepeated(numbers)} twice`);
    const late = numbers.findIndex((n, index) => index > 0 && n < numbers[index - 1]!);
    if (late > 0) add('order', where, `has event ${numbers[late]} after ${numbers[late - 1]}`);
  };

  for (const [key, wanted] of sent.ledgers) {
    checkSequence(`ledger ${key}`, wanted, observed.ledgers.get(key));
    checkSequence(`listener ${key}`, wanted, observed.listeners.get(key));
    checkEvents(`ledger ${key}`, wanted, observed.events.get(`ledger ${key}`));
  }

  for (const [key, wanted] of sent.accounts) {
    const { balance, moves } = observed.accounts.get(key) ?? { balance: FIRST_BALANCE, moves: 0 };
    const where = `account ${key}`;
    if (moves < wanted.moves) add('missing', where, `has ${moves} of ${wanted.moves} movements`);
    else if (moves > wanted.moves) add('repeated', where, `has ${moves} movements, more than ${wanted.moves}`);
    else if (balance !== FIRST_BALANCE + wanted.balance) {
      add('sum', where, `has ${balance}, not ${FIRST_BALANCE + wanted.balance}`);
    }
    checkEvents(where, wanted.moves, observed.events.get(where));
  }

  const surplus = [...observed.accounts.values()].reduce((sum, { balance }) => sum + balance - FIRST_BALANCE, 0);
  const isComplete = !found.some(({ kind, where }) => kind === 'missing' && where.startsWith('account '));
  if (surplus !== 0 && isComplete) add('sum', 'all accounts', `together have ${surplus} too much`);

  for (const { startedAt, what } of sent.failures) add('failed', `client at ${(startedAt / 1_000).toFixed(2)} s`, what);
  if (observed.deadLetters > 0) add('dead', 'dead letters', `there are ${observed.deadLetters}`);
  return found;
}

function firstRepeated(numbers: readonly number[]): number | undefined {
  const seen = new Set<number>();
  return numbers.find((n) => seen.has(n) || !seen.add(n));
}
