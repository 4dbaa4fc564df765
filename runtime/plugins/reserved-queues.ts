/**
 * Queues that AutoWeave works on itself. A plugin that took jobs from one would take them from AutoWeave. One that added
 * to those of operators could have plugins loaded, also by way of an agent, which may add to any queue.
 */
const OURS = ['plugins', 'system', 'agents', 'memory'];
const NEVER = ['plugins', 'system', 'agents'];
const OF_PLUGINS = /^plugin-/;

/** Why a plugin may not ask for this use of a queue, or undefined. */
export function whyReserved(queue: string, mode: 'add' | 'work' | 'both'): string | undefined {
  if (NEVER.includes(queue)) return 'which is for operators';
  if (mode !== 'add' && (OURS.includes(queue) || OF_PLUGINS.test(queue))) {
    return 'which AutoWeave works on itself: ask for mode `add`';
  }
  return undefined;
}
