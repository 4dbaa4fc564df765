import { defineActor } from '../../runtime/actor/definition.ts';
import { TerminalError } from '../../runtime/errors/errors.ts';
import type { Message } from '../../runtime/message/message.ts';

/** For tests of the whole: an actor to start AutoWeave with. A negative number is buried at once. */
export const counter = defineActor({
  name: 'counter',
  init: (): { total: number } => ({ total: 0 }),
  schemas: {
    'counter.add': { type: 'object', properties: { add: { type: 'number' } }, required: ['add'] },
    'counter.remind': { type: 'object' },
  },
  commands: {
    'counter.add'(_ctx, state, { data }: Message<{ add: number }>) {
      if (data.add < 0) throw new TerminalError('TEST_NEGATIVE', 'Cannot add a negative number');
      state.total += data.add;
      return { total: state.total };
    },
    /** Twice, so that one can be cancelled and the other stay. */
    'counter.remind'(ctx) {
      for (const id of ['nightly', 'weekly']) {
        ctx.schedule({ id, everyMs: 3_600_000, type: 'counter.add', data: { add: 1 } });
      }
    },
  },
});
