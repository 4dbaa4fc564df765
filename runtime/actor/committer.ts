import { type Bus, MAX_BATCH, type Outgoing } from '../bus/bus.ts';
import { isPassing } from '../bus/bus-errors.ts';
import type { Clock } from '../clock/clock.ts';
import type { Instruments } from '../telemetry/instruments.ts';
import { decodeEntry, type EntryToWrite, encodeEntry, type StateEntry } from './entry.ts';

/**
 * The one writer to STATE of a process: entries that wait are committed together, in one atomic batch after the other,
 * each on condition that nobody else has written its key meanwhile.
 */

/** A commit as its activation asks for it. */
export interface CommitRequest {
  readonly subject: string;
  readonly partition: number;
  /** Sequence of the entry it replaces; 0 when there is none. */
  readonly expected: number;
  readonly entry: EntryToWrite;
}

/** `lost`: somebody else has written this key; what was computed from the old entry is worth nothing. */
export type CommitOutcome = { readonly outcome: 'stored'; readonly sequence: number } | { readonly outcome: 'lost' };

export interface Committer {
  /**
   * Waits for a broker that is away as long as the signal allows.
   *
   * @throws the signal's reason, or the broker's refusal of this very entry.
   */
  commit(request: CommitRequest): Promise<CommitOutcome>;
}

export interface CommitterParts {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly instruments: Instruments;
  readonly signal: AbortSignal;
  /** Called for each stored entry, in the order of STATE. */
  readonly onStored: (request: CommitRequest, sequence: number) => void;
}

interface Waiting extends CommitRequest {
  readonly body: Uint8Array;
  resolve(outcome: CommitOutcome): void;
  reject(error: unknown): void;
}

const MAX_ROUND = Math.min(500, MAX_BATCH);
const PAUSE_MS = 100;

export function createCommitter({ bus, clock, instruments, signal, onStored }: CommitterParts): Committer {
  let queue: Waiting[] = [];
  let isRunning = false;

  const run = async () => {
    isRunning = true;
    // One turn of the event loop lets activations that finish together share a round.
    await clock.turn();
    while (queue.length > 0) {
      const round = takeRound(queue, bus.maxEntryBytes);
      queue = queue.slice(round.length);
      await settleRound(round);
    }
    isRunning = false;
  };

  const settleRound = async (round: readonly Waiting[]): Promise<void> => {
    let open = round;
    while (open.length > 0) {
      if (signal.aborted) {
        for (const waiting of open) waiting.reject(signal.reason);
        return;
      }
      try {
        const result = await bus.commit('STATE', open.map(toOutgoing));
        if (result.outcome === 'stored') return settle(open, result.sequences);
        open = await sortOut(open);
      } catch (error) {
        if (isPassing(error)) {
          // Stored or not: sent again it is either stored now, or refused and found to be our own.
          await clock.sleep(PAUSE_MS, signal).catch(() => undefined);
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
    for (const [index, waiting] of stored.entries()) {
      onStored(waiting, sequences[index]!);
      waiting.resolve({ outcome: 'stored', sequence: sequences[index]! });
    }
  };

  /** After a refusal: entries found stored are our own whose answer was lost, others have another writer or go again. */
  const sortOut = async (round: readonly Waiting[]): Promise<readonly Waiting[]> => {
    const found = await Promise.all(round.map(({ subject }) => bus.last('STATE', subject)));
    const own: { readonly waiting: Waiting; readonly sequence: number }[] = [];
    const again: Waiting[] = [];
    for (const [index, waiting] of round.entries()) {
      const stored = found[index];
      const sequence = stored?.sequence ?? 0;
      if (sequence === waiting.expected) {
        again.push(waiting);
      } else if (stored && isOwn(decodeEntry(stored.subject, stored.body), waiting.entry)) {
        own.push({ waiting, sequence });
      } else {
        waiting.resolve({ outcome: 'lost' });
      }
    }
    own.sort((a, b) => a.sequence - b.sequence);
    if (own.length > 0)
      settle(
        own.map(({ waiting }) => waiting),
        own.map(({ sequence }) => sequence),
      );
    return again;
  };

  return {
    commit(request) {
      return new Promise((resolve, reject) => {
        queue.push({ ...request, body: encodeEntry(request.entry), resolve, reject });
        if (!isRunning) void run();
      });
    },
  };
}

function isOwn(stored: StateEntry, sent: EntryToWrite): boolean {
  return stored.writer === sent.writer && stored.commit === sent.commit;
}

function toOutgoing({ subject, body, expected }: Waiting): Outgoing {
  return { subject, body, expectLastSequence: expected };
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
