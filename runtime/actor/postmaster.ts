import { TerminalError } from '../errors/errors.ts';
import { type ActorDefinition, defineActor } from './definition.ts';

export const POSTMASTER = 'postmaster';

/**
 * Takes what is addressed to nobody: an actor that is not here, or a subject that can't be read. It refuses all, and so
 * each becomes a dead letter by the same commit as any other, exactly once. It has a key per partition.
 */
export const postmaster: ActorDefinition = defineActor({
  name: POSTMASTER,
  file: 'runtime/actor/postmaster.ts',
  init: () => null,
  otherwise(_ctx, _state, message) {
    throw new TerminalError('AW_ACTOR_UNKNOWN', `No actor takes "${message.type}" for "${message.subject}"`);
  },
});
