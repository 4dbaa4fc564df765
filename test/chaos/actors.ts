import { type ActorDefinition, defineActor } from '../../runtime/actor/definition.ts';
import type { Message } from '../../runtime/message/message.ts';

/**
 * Actors whose states tell whether a command was lost, repeated or overtaken. `autoweave up` loads this file by
 * AUTOWEAVE_ACTORS, the worker imports it.
 */

/** Numbers that should come as 1, 2, 3 and so on. */
export interface Sequence {
  last: number;
  /** What came instead of the next one. */
  faults: string[];
}

export interface Account {
  balance: number;
  moves: number;
}

export const FIRST_BALANCE = 1_000;
/** Enough to see what happened; a broken run has thousands. */
const MAX_FAULTS = 20;

const whole = { type: 'integer' };
const object = (properties: Readonly<Record<string, object>>) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});

const emptySequence = (): Sequence => ({ last: 0, faults: [] });

function follow(sequence: Sequence, n: number): void {
  if (n !== sequence.last + 1 && sequence.faults.length < MAX_FAULTS) {
    sequence.faults.push(`${n} after ${sequence.last}`);
  }
  sequence.last = Math.max(sequence.last, n);
}

/** Notes numbered commands, and says so. */
export const ledger: ActorDefinition = defineActor({
  name: 'ledger',
  init: emptySequence,
  schemas: { 'ledger.note': object({ n: whole }), 'ledger.noted': object({ n: whole }) },
  commands: {
    'ledger.note'(ctx, state, { data: { n } }: Message<{ n: number }>) {
      follow(state, n);
      ctx.emit('ledger.noted', { n });
      return { n: state.last };
    },
  },
});

/** Hears what each ledger says. */
export const listener: ActorDefinition = defineActor({
  name: 'listener',
  init: emptySequence,
  events: {
    'ledger.noted': {
      key: ({ subject }) => subject,
      handle(_ctx, state, { data: { n } }: Message<{ n: number }>) {
        follow(state, n);
      },
    },
  },
});

/** Gives to other accounts. Its events are numbered by itself. */
export const account: ActorDefinition = defineActor({
  name: 'account',
  init: (): Account => ({ balance: FIRST_BALANCE, moves: 0 }),
  schemas: {
    'account.transfer': object({ to: { type: 'string' }, amount: whole }),
    'account.receive': object({ amount: whole }),
    'account.moved': object({ n: whole }),
  },
  commands: {
    'account.transfer'(ctx, state, { data: { to, amount } }: Message<{ to: string; amount: number }>) {
      state.balance -= amount;
      ctx.cast('account', to, 'account.receive', { amount });
      ctx.emit('account.moved', { n: ++state.moves });
      return { balance: state.balance };
    },
    'account.receive'(ctx, state, { data: { amount } }: Message<{ amount: number }>) {
      state.balance += amount;
      ctx.emit('account.moved', { n: ++state.moves });
    },
  },
});
