import type { Bus } from '../bus/bus.ts';
import type { Clock } from '../clock/clock.ts';
import type { Partition } from './partition.ts';

/** Removes handled messages from the mailbox log, a while after they were handled. */
export interface Trimmer {
  trim(partitions: readonly Partition[]): Promise<void>;
}

interface Trimmed {
  upTo: number;
  /** Positions that wait for their time, ascending. */
  marks: readonly { readonly upTo: number; readonly at: number }[];
}

/** To trim a partition costs the server tens of milliseconds: it is done only so often within the time that is kept. */
const STEPS = 5;

/** @param keepMs handled messages stay so long: after a restart the server knows the ids of those still there */
export function createTrimmer(bus: Bus, clock: Clock, keepMs: number): Trimmer {
  const known = new WeakMap<Partition, Trimmed>();
  return {
    async trim(partitions) {
      const now = clock.monotonic();
      for (const partition of partitions) {
        const trimmed = known.get(partition) ?? { upTo: 0, marks: [] };
        known.set(partition, trimmed);
        const handledUpTo = Math.min(partition.handledUpTo, partition.lastOwn);
        if (trimmed.marks.length > 0 && now - trimmed.marks.at(-1)!.at < keepMs / STEPS) continue;
        if (handledUpTo > (trimmed.marks.at(-1)?.upTo ?? trimmed.upTo))
          trimmed.marks = [...trimmed.marks, { upTo: handledUpTo, at: now }];
        const due = trimmed.marks.findLast(({ at }) => at <= now - keepMs);
        if (due === undefined || partition.signal.aborted) continue;
        await bus.trim('MAILBOX', `aw.*.cmd.${partition.number}.>`, due.upTo);
        trimmed.upTo = due.upTo;
        trimmed.marks = trimmed.marks.filter(({ upTo }) => upTo > due.upTo);
      }
    },
  };
}
