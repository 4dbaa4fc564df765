/** What the author of an actor needs: `import { defineActor } from 'autoweave'`. */
export {
  type ActorContext,
  type ActorDefinition,
  type DataOf,
  defineActor,
  type EventSubscription,
  type Handler,
} from './actor/definition.ts';
export { AutoWeaveError, RetryableError, TerminalError } from './errors/errors.ts';
export type { Message } from './message/message.ts';
