import type { Delivery } from '../bus/bus.ts';
import { type EntryFailure, isJobEntry, type JobEntry } from '../message/job-message.ts';
import { encodeKey } from '../message/key.ts';
import type { Headers } from '../message/message.ts';

/**
 * What stands in JOBLOG. A *home* is what outcomes are filed under: a pack, by `~` and its sequence in JOBS in base 36, or a
 * single, by its id. Of two workers on one home only one can write: each message is on condition of the last sequence
 * on `out.<queue>.*.*.<home>`.
 */

/**
 * `moved`: these jobs have left their pack and are singles now, or have been ended by an operator as if they were.
 * `taken`: another worker has taken the pack over. `begun`: a job whose worker has fallen silent begins again
 * (`probation.ts`).
 */
export type RecordState = 'completed' | 'failed' | 'cancelled' | 'removed' | 'moved' | 'taken' | 'begun';

/** What operators write as; no worker has this name. */
export const OPERATOR = 'operator';

export interface OutcomeRecord {
  /** Worker or operator that wrote it. */
  readonly w: string;
  readonly j: readonly OutcomeEntry[];
  /** Of `begun`: sequence of the job's message in JOBS. */
  readonly b?: number;
  /** Sent on once the record is stored. */
  readonly x?: readonly Effect[];
}

export interface OutcomeEntry {
  /** Place in the pack; absent for a single. */
  readonly i?: number;
  /** Type of the job. */
  readonly t: string;
  /** Attempts made. */
  readonly n?: number;
  /** When it was added. */
  readonly a?: number;
  /** When it ended, and how long the last attempt took, in ms. */
  readonly at?: number;
  readonly ms?: number;
  /** What the processor gave. */
  readonly r?: unknown;
  /** Why it failed, was cancelled or removed. */
  readonly e?: EntryFailure;
  readonly p?: string;
  /** Data of a completed one, where it is short. */
  readonly d?: unknown;
  /** Incarnation. */
  readonly u?: string;
  /** Of a failed one: all of it, so that it can be tried again. */
  readonly job?: JobEntry;
}

/** A message that a job sends; it leaves after the outcome, once. */
export interface Effect {
  readonly to: 'EVENTS' | 'MAILBOX' | 'JOBS';
  readonly subject: string;
  readonly headers: Headers;
  readonly body: string;
  readonly deliver?: Delivery;
}

export function outcomeSubject(
  tenant: string,
  queue: string,
  state: RecordState | '*',
  hasEffects: boolean | '*',
  home: string,
): string {
  const kind = hasEffects === '*' ? '*' : hasEffects ? 'x' : 'n';
  return `aw.${tenant}.out.${queue}.${state}.${kind}.${encodeKey(home)}`;
}

/** Outcomes of all homes. */
export function outcomesFilter(tenant: string, queue: string, state: RecordState | '*'): string {
  return `aw.${tenant}.out.${queue}.${state}.*.*`;
}

/** Facts on the way. */
export type FactVerb = 'progress' | 'log' | 'partial' | 'retrying' | 'stalled' | 'promoted';

export interface FactRecord {
  /** Type of the job. */
  readonly t: string;
  readonly at: number;
  readonly n?: number;
  readonly p?: string;
  /** Of progress, log and partial. */
  readonly d?: unknown;
  /** Of retrying and stalled. */
  readonly e?: EntryFailure;
}

export function factSubject(tenant: string, queue: string, verb: FactVerb | '*', id: string): string {
  return `aw.${tenant}.jev.${queue}.${verb}.${encodeKey(id)}`;
}

const decoder = new TextDecoder();
/** Of a pack, whoever has put it there. */
const MAX_ENTRIES = 256;

/** Undefined for what is none of ours. */
export function decodeOutcome(body: Uint8Array): OutcomeRecord | undefined {
  return decode<OutcomeRecord>(body, (record) => Array.isArray(record.j));
}

export function decodeFact(body: Uint8Array): FactRecord | undefined {
  return decode<FactRecord>(body, (record) => typeof record.t === 'string');
}

/** The jobs of a message in JOBS; undefined for what is none of ours. */
export function decodeEntries(body: Uint8Array): readonly JobEntry[] | undefined {
  return decode<readonly JobEntry[]>(
    body,
    (entries) =>
      Array.isArray(entries) && entries.length > 0 && entries.length <= MAX_ENTRIES && entries.every(isJobEntry),
  );
}

function decode<T>(body: Uint8Array, isIt: (value: T) => boolean): T | undefined {
  try {
    const value = JSON.parse(decoder.decode(body)) as T;
    return value !== null && typeof value === 'object' && isIt(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
