import { createSeededRandom } from '../../../runtime/clock/seeded-random.ts';
import { shuffle } from '../faults.ts';
import { QUEUE_FAULTS } from './queue-faults.ts';
import type { QueueRoundPlan } from './queue-round.ts';

/** Faults beside one of each. */
const MORE_FAULTS = 4;

/** What happens in a round of the long form: decided by its seed alone. When it happens is up to the machine, too. */
export function planQueueRound(seed: string): QueueRoundPlan & { readonly syncInterval: string } {
  const random = createSeededRandom(seed).fork('plan');
  const more = Array.from({ length: MORE_FAULTS }, () => random.pick(QUEUE_FAULTS));
  return {
    seed,
    faults: shuffle([...QUEUE_FAULTS, ...more], random),
    syncInterval: random.pick(['always', '1s']),
    // The longest keep up with what is added only just.
    workMs: random.pick([1, 20, 60]),
  };
}
