import type { Delivery } from '../bus/jobs/job-bus.ts';
import { type JobClass, type JobEntry, packedId, packHome, parseJobSubject } from '../message/job-message.ts';
import { decodeEntries, type Effect } from './outcome-record.ts';

/** A message of JOBS in the hand of a worker, with what is known of its jobs. */
export interface Home {
  /** What outcomes are filed under. */
  readonly name: string;
  /** The last one: where its lease runs out and it comes to us again, it goes on under the new one. */
  delivery: Delivery;
  readonly jobClass: JobClass;
  readonly isPack: boolean;
  entries: readonly JobEntry[];
  /** Where it is kept alive. */
  lease: number;
  /** Places that have ended, or left the pack. */
  readonly settled: boolean[];
  /** Places that are not settled. */
  open: number;
  /** Last sequence under its name in JOBLOG, as far as is known here; 0 when there is none. */
  sequence: number;
  /** What is to be written. */
  waiting: WaitingOutcome[];
  isWriting: boolean;
  /** We have written there, so that nobody else can who has not taken it over. */
  isOurs: boolean;
  /** Another worker has it. */
  isLost: boolean;
  /** Its jobs as they stand in the stream, once somebody has asked. */
  untouched?: readonly JobEntry[];
}

export interface WaitingOutcome {
  readonly place: number;
  readonly state: 'completed' | 'failed' | 'moved' | 'taken';
  /** An `OutcomeEntry` as JSON. */
  readonly json: string;
  readonly effects: readonly Effect[];
  readonly onStored?: (() => void) | undefined;
}

/** Undefined for what is no job. */
export function toHome(delivery: Delivery): Home | undefined {
  const address = parseJobSubject(delivery.subject);
  const entries = decodeEntries(delivery.body);
  if (address === undefined || entries === undefined) return undefined;
  const isPack = address.id === undefined;
  if (entries.length !== (address.size ?? 1)) return undefined;
  return {
    name: address.id ?? packHome(delivery.sequence),
    delivery,
    jobClass: address.jobClass,
    isPack,
    entries,
    lease: -1,
    settled: new Array<boolean>(entries.length).fill(false),
    open: entries.length,
    sequence: 0,
    waiting: [],
    isWriting: false,
    isOurs: false,
    isLost: false,
  };
}

/** The job has ended, or has left. */
export function settle(home: Home, place: number): void {
  if (home.settled[place] !== false) return;
  home.settled[place] = true;
  home.open--;
}

export function idIn(home: Home, place: number): string {
  return home.isPack ? packedId(home.delivery.sequence, place) : home.name;
}

/** A job with its data as it stands in the stream: its processor may have changed what it was given. */
export function untouched(home: Home, place: number): JobEntry {
  home.untouched ??= decodeEntries(home.delivery.body) ?? home.entries;
  return { ...home.entries[place]!, d: home.untouched[place]!.d };
}

/** When the job was added: it says so itself once it has been stored anew. */
export function addedAtIn(home: Home, place: number): number {
  return home.entries[place]!.a ?? home.delivery.storedAt;
}
