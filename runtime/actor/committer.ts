import { type Bus, MAX_BATCH, type Outgoing } from '../bus/bus.ts';
import { isPassing } from '../bus/bus-errors.ts';
import type { Clock } from '../clock/clock.ts';
import type { Instruments } from '../telemetry/instruments.ts';
import { fenceSubject } from './fence.ts';

/**
 * The one writer to STATE of a process: entries that wait are committed together, in one atomic batch after the other,
 * each on condition that the fences of its partitions still stand. No entry has a condition of its own: behind its
 * fence, an owner is the only writer of its keys.
 */

/** What a commit must know of the partition it writes to. */
export interface Fenced {
  readonly number: number;
  /** Sequence of the fence that we wrote. */
  readonly fence: number;
  /** Aborts when the partition is no longer ours. */
  readonly signal: AbortSignal;
}

/** A commit as its activation asks for it. */
export interface CommitRequest {
  readonly subject: string;
  readonly partition: Fenced;
  /** Unlike that of any other commit, so that it can be recognised. */
  readonly body: Uint8Array;
  /** Called when it is stored, in the order of STATE. */
  readonly onStored?: (sequence: number) => void;
}

/** `lost`: the partition has another owner; what was computed is worth nothing. */
export type CommitOutcome = { readonly outcome: 'stored'; readonly sequence: number } | { readonly outcome: 'lost' };

export interface Committer {
  /**
   * Waits for a broker that is away as long as the partition is ours.
   *
   * @throws the broker's refusal of this very entry.
   */
  commit(request: CommitRequest): Promise<CommitOutcome>;
}

export interface CommitterParts {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly instruments: Instruments;
  readonly guard: Guard;
  /** More comes in than is committed. */
  readonly isBehind: () => boolean;
}

/** Finds out whose partitions are, and gives up those that are lost: their signals abort. */
export interface Guard {
  /** After a refusal: reads the fences. */
  verify(partitions: readonly Fenced[]): Promise<void>;
  /** After a batch whose fate is not known: writes the fences anew, so that it is stored by now, or never will be. */
  renew(partitions: readonly Fenced[]): Promise<void>;
}

interface Waiting extends CommitRequest {
  resolve(outcome: CommitOutcome): void;
  reject(error: unknown): void;
}

const MAX_ROUND = Math.min(500, MAX_BATCH);
const PAUSE_MS = 100;
/** Entries per millisecond, at most, while messages pile up. */
const PACE = 8;

export function createCommitter({ bus, clock, instruments, guard, isBehind }: CommitterParts): Committer {
  let queue: Waiting[] = [];
  let isRunning = false;

  const run = async (): Promise<void> => {
    isRunning = true;
    // One turn of the event loop lets activations that finish together share a round.
    await clock.turn();
    while (queue.length > 0) {
      const round = takeRound(queue, bus.maxEntryBytes);
      queue = queue.slice(round.length);
      await settleRound(round);
      // Meanwhile more messages of each key come together, and one entry covers them all.
      if (isBehind()) await clock.sleep(round.length / PACE);
    }
    isRunning = false;
  };

  const settleRound = async (round: readonly Waiting[]): Promise<void> => {
    let open = round;
    while (true) {
      open = open.filter(isOurs);
      if (open.length === 0) return;
      const partitions = [...new Set(open.map(({ partition }) => partition))];
      try {
        const result = await bus.commit('STATE', fenceRound(open));
        if (result.outcome === 'stored') return settle(open, result.sequences);
        await guard.verify(partitions);
      } catch (error) {
        if (isPassing(error)) {
          await guard.renew(partitions);
          open = await findUnstored(open.filter(isOurs));
        } else if (open.length === 1) {
          return open[0]!.reject(error);
        } else {
          // One of them is refused for itself: alone, each gets its own answer.
          for (const waiting of open) await settleRound([waiting]);
          return;
        }
      }
    }
  };

  const settle = (stored: readonly Waiting[], sequences: readonly number[]): void => {
    instruments.commits.add(1, { stream: 'STATE', outcome: 'stored' });
    instruments.commitSize.record(stored.length, { stream: 'STATE' });
    for (const [index, { onStored, resolve }] of stored.entries()) {
      onStored?.(sequences[index]!);
      resolve({ outcome: 'stored', sequence: sequences[index]! });
    }
  };

  /** Settles those that are found stored after all; gives the others. */
  const findUnstored = async (round: readonly Waiting[]): Promise<readonly Waiting[]> => {
    const found = await Promise.all(round.map(({ subject, partition }) => readBack(subject, partition.signal)));
    const own = round
      .map((waiting, index) => ({ waiting, stored: found[index] }))
      .filter(({ waiting, stored }) => stored !== undefined && Buffer.compare(stored.body, waiting.body) === 0)
      .sort((a, b) => a.stored!.sequence - b.stored!.sequence);
    if (own.length > 0) {
      settle(
        own.map(({ waiting }) => waiting),
        own.map(({ stored }) => stored!.sequence),
      );
    }
    const settled = new Set(own.map(({ waiting }) => waiting));
    return round.filter((waiting) => !settled.has(waiting));
  };

  const readBack = async (subject: string, signal: AbortSignal) => {
    while (!signal.aborted) {
      try {
        return await bus.last('STATE', subject);
      } catch {
        await clock.sleep(PAUSE_MS, signal).catch(() => undefined);
      }
    }
    return undefined;
  };

  return {
    commit(request) {
      return new Promise((resolve, reject) => {
        queue.push({ ...request, resolve, reject });
        if (!isRunning) void run();
      });
    },
  };
}

function isOurs(waiting: Waiting): boolean {
  if (!waiting.partition.signal.aborted) return true;
  waiting.resolve({ outcome: 'lost' });
  return false;
}

/** The first entry of each partition carries the condition: the batch is stored whole or not at all. */
function fenceRound(round: readonly Waiting[]): readonly Outgoing[] {
  const guarded = new Set<Fenced>();
  return round.map(({ subject, body, partition }) => {
    if (guarded.has(partition)) return { subject, body };
    guarded.add(partition);
    return {
      subject,
      body,
      expectLastSequence: partition.fence,
      expectLastOn: fenceSubject(partition.number),
    };
  });
}

/** As many as one batch holds, by number and by size; at least one. */
function takeRound(queue: readonly Waiting[], maxBytes: number): readonly Waiting[] {
  let bytes = 0;
  let count = 0;
  for (const { body } of queue) {
    bytes += body.length;
    if (count > 0 && (count === MAX_ROUND || bytes > maxBytes)) break;
    count++;
  }
  return queue.slice(0, count);
}
