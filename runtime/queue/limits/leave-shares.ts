import type { Bus } from '../../bus/bus.ts';
import { decodeShares, encodeShares, planLeave } from './shares.ts';

/** Takes this process out of the record. A write of ours that is still on its way meets another sequence then. */
export async function leaveShares(bus: Bus, subject: string, self: string, running: number): Promise<void> {
  while (true) {
    const stored = await bus.last('CONTROL', subject);
    const shares = stored && decodeShares(stored.body);
    if (stored === undefined || shares === undefined) return;
    if (shares.portions.every(({ process }) => process !== self)) return;
    const body = encodeShares(planLeave(shares, self, running));
    const result = await bus.commit('CONTROL', [{ subject, body, expectLastSequence: stored.sequence }]);
    if (result.outcome === 'stored') return;
  }
}
