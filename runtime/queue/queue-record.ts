import type { Bus, Stored } from '../bus/bus.ts';
import type { Clock } from '../clock/clock.ts';
import { AutoWeaveError } from '../errors/errors.ts';
import type { JobClass } from '../message/job-message.ts';
import { DEFAULT_SETTINGS, type QueueSettings } from './job.ts';

/** What all processes know of a queue: one message in CONTROL, changed by compare-and-set. Where it is, the queue is. */
export interface QueueRecord {
  /** What differs from {@link DEFAULT_SETTINGS}. */
  readonly settings: Partial<QueueSettings>;
  /** Classes that have a consumer, beside those that all queues have. */
  readonly classes: readonly JobClass[];
  readonly isPaused: boolean;
  /** Completed jobs up to here are no longer listed; sequence in JOBLOG. */
  readonly cleanedUpTo: number;
  /** In the last of these messages only up to here; all of it when absent. */
  readonly cleanedIndex?: number;
  /**
   * Packs up to here may hold jobs that an operator has removed; sequence in JOBS. Workers ask for the outcomes of such
   * packs before they begin.
   */
  readonly touchedUpTo: number;
}

export const EMPTY_RECORD: QueueRecord = {
  settings: {},
  classes: [],
  isPaused: false,
  cleanedUpTo: 0,
  touchedUpTo: 0,
};

export function recordSubject(tenant: string, queue: string | '*'): string {
  return `aw.${tenant}.queue.${queue}.record`;
}

export function settingsOf({ settings }: QueueRecord): QueueSettings {
  return { ...DEFAULT_SETTINGS, ...settings };
}

/** Of a queue that has been removed while somebody still has it at hand. */
export function unknownQueue(queue: string): AutoWeaveError {
  return new AutoWeaveError('AW_QUEUE_UNKNOWN', `Queue "${queue}" is unknown: it has been removed`, {
    hint: 'open it again to make it anew',
  });
}

/** What stands where a queue has been; `isGoing` while what it had is still being removed. */
interface Tombstone {
  readonly isGone: true;
  readonly isGoing?: true;
}

/** Whoever removes a queue has done so by then, or has died. */
const GOING_MS = 30_000;
const STEP_MS = 20;
const decoder = new TextDecoder();
const encoder = new TextEncoder();
/** Others that change the same record at the same time: each round one of them succeeds. */
const MOST_ROUNDS = 100;

/** @throws AW_STATE_CORRUPT when something else stands there */
export function decodeRecord({
  subject,
  body,
  sequence,
  stream,
}: Pick<Stored, 'subject' | 'body' | 'sequence' | 'stream'>) {
  try {
    const record = JSON.parse(decoder.decode(body)) as QueueRecord | Tombstone;
    if ('isGone' in record) return undefined;
    return { ...EMPTY_RECORD, ...record };
  } catch (cause) {
    throw new AutoWeaveError('AW_STATE_CORRUPT', `Cannot read "${subject}": it is no record of a queue`, {
      hint: `remove message ${sequence} from stream ${stream}, which something else has written`,
      cause,
    });
  }
}

/**
 * Changes the record.
 *
 * @param change gets undefined when there is no queue; gives undefined to leave it as it is, null to begin to remove it
 * @returns what then stands there, with its sequence
 */
export async function changeRecord(
  bus: Bus,
  tenant: string,
  queue: string,
  change: (record: QueueRecord | undefined) => QueueRecord | null | undefined,
): Promise<{ readonly record: QueueRecord | undefined; readonly sequence: number }> {
  const subject = recordSubject(tenant, queue);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const stored = await bus.last('CONTROL', subject);
    const known = stored && decodeRecord(stored);
    const wanted = change(known);
    if (wanted === undefined) return { record: known, sequence: stored?.sequence ?? 0 };
    const tombstone: Tombstone = { isGone: true, isGoing: true };
    const body = encoder.encode(JSON.stringify(wanted ?? tombstone));
    const result = await bus.commit('CONTROL', [{ subject, body, expectLastSequence: stored?.sequence ?? 0 }]);
    if (result.outcome === 'stored') return { record: wanted ?? undefined, sequence: result.sequences[0]! };
  }
  throw new AutoWeaveError('AW_BROKER_UNAVAILABLE', `Cannot change queue "${queue}": others change it all the time`);
}

/** What the queue had is removed: from now on it can be made anew. */
export async function finishRemoval(bus: Bus, tenant: string, queue: string, sequence: number): Promise<number> {
  const tombstone: Tombstone = { isGone: true };
  const body = encoder.encode(JSON.stringify(tombstone));
  const message = { subject: recordSubject(tenant, queue), body, expectLastSequence: sequence };
  const result = await bus.commit('CONTROL', [message]);
  // Refused where it took so long that others have given up waiting.
  return result.outcome === 'stored' ? result.sequences[0]! : sequence;
}

/** Resolves when nobody is removing the queue: what is made meanwhile would be removed with it. */
export async function untilRemoved(bus: Bus, clock: Clock, tenant: string, queue: string): Promise<void> {
  const until = clock.monotonic() + GOING_MS;
  while (clock.monotonic() < until) {
    const stored = await bus.last('CONTROL', recordSubject(tenant, queue));
    if (stored === undefined || decodeRecord(stored) !== undefined) return;
    if (!decoder.decode(stored.body).includes('"isGoing"')) return;
    await clock.sleep(STEP_MS);
  }
}
