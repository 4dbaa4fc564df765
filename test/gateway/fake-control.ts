import type { ActorControl, ExportedKey, KeyActivity } from '../../runtime/actor/control.ts';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';

/** Keys in memory that do what a test says, and what was ordered of them. */
export interface FakeControl extends ActorControl {
  /** By `actor/key`; a key that is not here is idle, and one that is `away` has an owner that does not answer. */
  readonly activities: Map<string, KeyActivity | 'away' | 'silent' | Error>;
  /** `look counter/a`, in order. */
  readonly orders: string[];
  readonly states: Map<string, ExportedKey>;
}

export const IDLE: KeyActivity = { status: 'IDLE', depth: 0, lagMs: 0, timers: [], owner: 'owner-1' };

export function createFakeControl(): FakeControl {
  const change = async (
    order: string,
    { actor, key }: { actor: string; key: string },
    change: Partial<KeyActivity>,
  ) => {
    const id = `${actor}/${key}`;
    control.orders.push(`${order} ${id}`);
    const before = control.activities.get(id) ?? IDLE;
    if (before instanceof Error) throw before;
    control.activities.set(id, { ...(typeof before === 'string' ? IDLE : before), ...change });
  };
  const control: FakeControl = {
    activities: new Map(),
    orders: [],
    states: new Map(),
    async look({ actor, key }) {
      control.orders.push(`look ${actor}/${key}`);
      const activity = control.activities.get(`${actor}/${key}`) ?? IDLE;
      if (activity instanceof Error) throw activity;
      if (activity === 'away') throw new AutoWeaveError('AW_NOBODY_LISTENS', 'Nobody listens');
      return activity === 'silent' ? await new Promise<never>(() => {}) : activity;
    },
    pause: (address) => change('pause', address, { status: 'PAUSED' }),
    resume: (address) => change('resume', address, { status: 'IDLE' }),
    kill: (address) => change('kill', address, { status: 'WAITING' }),
    async destroy(address) {
      await change('destroy', address, { timers: [] });
      control.states.delete(`${address.actor}/${address.key}`);
    },
    async cancelTimer(address, timer) {
      const before = await control.look(address);
      await change('cancelTimer', address, { timers: before.timers.filter(({ id }) => id !== timer) });
      return before.timers.some(({ id }) => id === timer);
    },
    async importKey({ actor, key }, exported, { replace }) {
      if (control.states.has(`${actor}/${key}`) && !replace) {
        throw new AutoWeaveError('AW_STATE_EXISTS', `"${actor}" has a state for "${key}"`, { hint: 'replace it' });
      }
      control.states.set(`${actor}/${key}`, exported);
    },
    async exportKey({ actor, key }) {
      const exported = control.states.get(`${actor}/${key}`);
      if (exported !== undefined) return exported;
      throw new AutoWeaveError('AW_NOT_FOUND', `"${actor}" has no state for "${key}"`);
    },
  };
  return control;
}
