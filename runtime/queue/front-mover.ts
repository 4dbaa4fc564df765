import type { Stored } from '../bus/bus.ts';
import { toFailure } from '../errors/errors.ts';
import { classFilter, parseJobSubject, singleSubject } from '../message/job-message.ts';
import type { OneQueue } from './queue-parts.ts';
import { readTail } from './read-tail.ts';

/**
 * LIFO jobs wait in a class that nobody pulls from, since a consumer only ascends. Workers with room move the newest of
 * them to the front class, a few at a time; each move is on condition that the job still waits where it was, so that
 * several movers are harmless.
 */
export interface FrontMover {
  /** Moves up to so many, if there are any. */
  want(count: number): void;
  /** Some have just come. */
  noteNew(): void;
}

/** Jobs whose places are known ahead. */
const STACK = 256;
/** How often new ones are looked for while none is known. */
const LOOK_MS = 100;

export function createFrontMover(parts: OneQueue): FrontMover {
  const { bus, clock, log, tenant, queue, signal } = parts;
  const filter = classFilter(tenant, queue, 'l');
  /** Sequences, the newest last. */
  let stack: number[] = [];
  let seenUpTo = 0;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let wanted = 0;
  let isRunning = false;

  const look = async (): Promise<void> => {
    lookedAt = clock.monotonic();
    const { lastSequence } = await bus.streamStatus('JOBS');
    const enough = (found: readonly Stored[]) => found.length >= STACK;
    const found = await readTail(bus, 'JOBS', filter, enough, stack.length === 0 ? {} : { downTo: seenUpTo });
    seenUpTo = lastSequence;
    const known = new Set(stack);
    const fresh = found.map(({ sequence }) => sequence).filter((sequence) => !known.has(sequence));
    stack = [...stack, ...fresh.reverse()].sort((a, b) => a - b).slice(-STACK);
  };

  const run = async (): Promise<void> => {
    await look();
    while (wanted > 0 && !signal.aborted) {
      const sequence = stack.pop();
      if (sequence === undefined) return;
      // Before it is there: whoever gets it wants the next one, and says so while this one is still being moved.
      wanted--;
      if (!(await move(sequence))) wanted++;
    }
  };

  const move = async (sequence: number): Promise<boolean> => {
    const stored = await bus.at('JOBS', sequence);
    const id = stored && parseJobSubject(stored.subject)?.id;
    if (stored === undefined || id === undefined) return false;
    const result = await bus.commit('JOBS', [
      {
        subject: singleSubject(tenant, queue, 'f', id),
        body: stored.body,
        expectLastSequence: sequence,
        expectLastOn: singleSubject(tenant, queue, '*', id),
      },
    ]);
    // Also where it was moved before and only its old place is left over.
    await bus.remove('JOBS', sequence);
    return result.outcome === 'stored';
  };

  return {
    noteNew() {
      lookedAt = Number.NEGATIVE_INFINITY;
    },
    want(count) {
      wanted = count;
      if (isRunning || count <= 0) return;
      if (stack.length === 0 && clock.monotonic() - lookedAt < LOOK_MS) return;
      isRunning = true;
      run()
        .catch((error: unknown) => {
          if (!signal.aborted) log.warn('queue.front_failed', { queue, ...toFailure(error) });
        })
        .finally(() => {
          isRunning = false;
        });
    },
  };
}
