import { readCursor } from '../actor/cursor-batch.ts';
import { EFFECTS_SOURCE } from './effects-forwarder.ts';
import type { OneQueue } from './queue-parts.ts';

/** A forwarder that goes on has done so in a few milliseconds; one that takes over after another was killed, in seconds. */
const MOST_MS = 10_000;
const STEP_MS = 5;

/**
 * Waits until the effects of all outcomes of a queue that stand now are in their streams: before then, its outcomes must
 * not be removed.
 *
 * @returns false when they have not come there in {@link MOST_MS}, or the process ends
 */
export async function areEffectsSent({ bus, clock, signal, tenant, queue }: OneQueue): Promise<boolean> {
  const newest = await bus.last('JOBLOG', `aw.${tenant}.out.${queue}.*.x.*`);
  if (newest === undefined) return true;
  const { incarnation } = await bus.streamStatus('JOBLOG');
  const until = clock.monotonic() + MOST_MS;
  while (true) {
    // MAILBOX is the last target: see the forwarder.
    const { at } = await readCursor(bus, 'MAILBOX', EFFECTS_SOURCE, incarnation);
    if (at >= newest.sequence) return true;
    if (clock.monotonic() > until || signal.aborted) return false;
    await clock.sleep(STEP_MS, signal).catch(() => undefined);
  }
}
