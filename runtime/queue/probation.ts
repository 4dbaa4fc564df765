import { isPassing } from '../bus/bus-errors.ts';
import { toFailure } from '../errors/errors.ts';
import type { Home } from './home.ts';
import { outcomeSubject } from './outcome-record.ts';
import type { OneQueue } from './queue-parts.ts';

/**
 * A job whose worker has fallen silent may be what has ended it, and so may any other that it held. Such a job begins
 * while nothing else does, and is noted in JOBLOG before, so that the next time only the one that ran counts as stalled:
 * one bad job does not make those fail that ran beside it.
 *
 * A suspect waits here until it is its turn, is *on probation* from then on until its outcome is stored or it has run
 * for a while, and whoever else held it can write nothing any more.
 */
export interface Probation {
  /** True while one is on probation: no other job should begin. */
  readonly isOn: boolean;
  add(home: Home): void;
  /** Puts the next one on probation, unless one is. */
  next(): void;
  /** The one that is on probation, if it is noted and has not begun. */
  take(): { readonly home: Home; readonly place: number } | undefined;
  /** Puts back what {@link take} gave. */
  putBack(held: { readonly home: Home }): void;
  /** Its outcome is stored, or it is no longer ours. */
  leave(home: Home): void;
  /** Those that wait for their turn. */
  readonly size: number;
  /** Those that wait; they are no longer here. */
  takeAll(): readonly Home[];
}

export interface ProbationParts extends OneQueue {
  readonly worker: string;
  /** One may begin, or the others may again. */
  readonly onChange: () => void;
  /** Somebody has written about it meanwhile. */
  readonly onRefused: (home: Home) => void;
  /** It can't be noted: let go of, it comes again when its lease has run out. */
  readonly onFailed: (home: Home) => void;
}

/** What ends a process mostly does so at once; and what runs for hours must not keep others waiting for as long. */
const PROBATION_MS = 2_000;
const PAUSE_MS = 100;

export function createProbation(parts: ProbationParts): Probation {
  const { bus, clock, log, signal, tenant, queue, worker } = parts;
  const waiting = new Set<Home>();
  let current: Home | undefined;
  let ready: Home | undefined;
  let cancel = () => {};
  let isResting = false;
  let cancelRest = () => {};

  const end = (home: Home): void => {
    if (current !== home) return;
    cancel();
    current = undefined;
    ready = undefined;
  };

  const begin = async (home: Home): Promise<void> => {
    while (current === home) {
      try {
        const result = await bus.commit('JOBLOG', [
          {
            subject: outcomeSubject(tenant, queue, 'begun', false, home.name),
            body: Buffer.from(JSON.stringify({ w: worker, j: [], b: home.delivery.sequence })),
            expectLastSequence: home.sequence,
            expectLastOn: outcomeSubject(tenant, queue, '*', '*', home.name),
          },
        ]);
        if (current !== home) return;
        if (result.outcome !== 'stored') {
          end(home);
          return parts.onRefused(home);
        }
        home.sequence = result.sequences[0]!;
        ready = home;
        return parts.onChange();
      } catch (error) {
        if (signal.aborted) return;
        if (!isPassing(error)) {
          log.error('job.probation_failed', { queue, id: home.name, ...toFailure(error) });
          end(home);
          return parts.onFailed(home);
        }
        await clock.sleep(PAUSE_MS, signal).catch(() => undefined);
      }
    }
  };

  return {
    get isOn() {
      return current !== undefined;
    },
    add: (home) => void waiting.add(home),
    next() {
      if (current !== undefined || isResting) return;
      const [home] = waiting;
      if (home === undefined) return;
      waiting.delete(home);
      current = home;
      void begin(home);
    },
    take() {
      if (ready === undefined) return undefined;
      const home = ready;
      ready = undefined;
      cancel = clock.schedule(PROBATION_MS, () => {
        end(home);
        // It runs on. Others had to wait for it, and have their time before the next suspect.
        isResting = true;
        cancelRest = clock.schedule(PROBATION_MS, () => {
          isResting = false;
          parts.onChange();
        });
        parts.onChange();
      });
      return { home, place: 0 };
    },
    putBack({ home }) {
      cancel();
      ready = home;
    },
    leave(home) {
      waiting.delete(home);
      if (current !== home) return;
      end(home);
      parts.onChange();
    },
    get size() {
      return waiting.size;
    },
    takeAll() {
      cancelRest();
      const all = [...waiting];
      waiting.clear();
      return all;
    },
  };
}
