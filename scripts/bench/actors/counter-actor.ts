import { defineActor } from '../../../runtime/autoweave.ts';
import type { Message } from '../../../runtime/message/message.ts';

/** The actor that is measured. `up` loads this file as it loads any that AUTOWEAVE_ACTORS names. */

const NUMBER = {
  type: 'object',
  properties: { number: { type: 'number' } },
  required: ['number'],
  additionalProperties: false,
};

type Add = Message<{ number: number }>;

export const counter = defineActor({
  name: 'counter',
  // What is measured is how fast a full mailbox is handled, not how its senders are held back.
  mailboxLimit: 10_000_000,
  init: () => ({ total: 0 }),
  schemas: { 'counter.add': NUMBER, 'counter.announce': NUMBER, 'counter.added': NUMBER },
  commands: {
    'counter.add'(_ctx, state: { total: number }, { data }: Add) {
      state.total += data.number;
      return state.total;
    },
    'counter.announce'(ctx, state: { total: number }, { data }: Add) {
      state.total += data.number;
      ctx.emit('counter.added', { number: data.number });
    },
  },
});
