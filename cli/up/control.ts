import type { ActorSystem } from '../../runtime/actor/actor-system.ts';
import type { ActorControl } from '../../runtime/actor/control.ts';
import type { Current } from './current.ts';

/** The control of the actor system that runs now; it is another one after each restart. */
export function currentControl(actors: Current<ActorSystem>): ActorControl {
  const control = () => actors.get().control;
  return {
    look: async (address) => control().look(address),
    pause: async (address) => control().pause(address),
    resume: async (address) => control().resume(address),
    kill: async (address) => control().kill(address),
    destroy: async (address) => control().destroy(address),
    cancelTimer: async (address, timer) => control().cancelTimer(address, timer),
    importKey: async (address, exported, options) => control().importKey(address, exported, options),
    exportKey: async (address) => control().exportKey(address),
  };
}
