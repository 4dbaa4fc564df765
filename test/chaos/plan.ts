import { createSeededRandom } from '../../runtime/clock/seeded-random.ts';
import { KEEP_HANDLED_MS } from './cluster.ts';
import { FAULT_NAMES, shuffle } from './faults.ts';
import type { RoundPlan } from './round.ts';

/** Faults beside one of each. */
const MORE_FAULTS = 4;
/** Longer than a client repeats a command in these rounds, short enough for mailboxes to be trimmed during them. */
const SHORT_KEEP_MS = 15_000;

/** What happens in a round of the long form: decided by its seed alone. When it happens is up to the machine, too. */
export function planRound(seed: string): RoundPlan {
  const random = createSeededRandom(seed).fork('plan');
  const more = Array.from({ length: MORE_FAULTS }, () => random.pick(FAULT_NAMES));
  return {
    seed,
    kind: random.pick(['worker', 'up']),
    faults: shuffle([...FAULT_NAMES, ...more], random),
    keepHandledMs: random.pick([SHORT_KEEP_MS, KEEP_HANDLED_MS]),
  };
}

/** The seed of a round of a run: that of the run for the first one, so that a round can be repeated by itself. */
export function seedOfRound(seed: string, round: number): string {
  return round === 0 ? seed : `${seed}.${round}`;
}
