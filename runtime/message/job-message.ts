import { AutoWeaveError } from '../errors/errors.ts';
import { decodeKey, encodeKey, isKey } from './key.ts';
import { isName, isTenant, SYSTEM_TENANT } from './subjects.ts';

/**
 * How jobs stand in JOBS; what an actor needs to send one, and the queue to take it. See docs/decisions/0010-packs.md.
 *
 *     aw.<tenant>.job.<queue>.<class>.p.<size>   a pack: `size` jobs; their ids follow from its sequence
 *     aw.<tenant>.job.<queue>.<class>.s.<id>     a single: one job under an id of its own
 */

/**
 * `r0` … `r15`: ready, by priority; `f` and `f1` … `f15`: the front of each, for what was given back; `d`: delayed; `l`:
 * LIFO jobs that wait.
 */
export type JobClass = 'f' | 'd' | 'l' | `r${number}` | `f${number}`;

/** A job as the body has it; what has its usual value is left out. */
export interface JobEntry {
  /** Type. */
  readonly t: string;
  /** Data. */
  readonly d: unknown;
  /** W3C trace context. */
  readonly p?: string;
  /** Id, where it does not follow from the place. */
  readonly i?: string;
  /** Options that the caller has set. */
  readonly o?: EntryOptions;
  /** When it was added, where that was before this message was stored; milliseconds since 1970. */
  readonly a?: number;
  /** Attempts made. */
  readonly n?: number;
  /** Times it was taken from a silent worker. */
  readonly s?: number;
  /** The last failures, newest last. */
  readonly e?: readonly EntryFailure[];
  /** Incarnation: tells jobs apart that had the same id one after the other. */
  readonly u?: string;
  /** Class that it goes back to after a delay, where that is not `r0`. */
  readonly c?: JobClass;
}

export interface EntryFailure {
  readonly code: string;
  readonly message: string;
  readonly attempt: number;
  readonly at: number;
  readonly stack?: string;
}

/** Compact: every waiting job carries them. */
export interface EntryOptions {
  /** Attempts. */
  readonly a?: number;
  /** Back-off: type, delay in ms, jitter; or `custom`, name. */
  readonly b?: readonly ['fixed' | 'exponential', number, number?] | readonly ['custom', string, number?];
  /** Time-out of an attempt and in total, ms. */
  readonly to?: number;
  readonly tt?: number;
  /** Priority. */
  readonly pr?: number;
  /** LIFO. */
  readonly l?: true;
  /** Deduplication: its id; the job ends with the marker that holds it. */
  readonly k?: string;
  /** The schedule that it belongs to, and the turn. */
  readonly sch?: { readonly id: string; readonly turn: number };
  /** Who is told when it has ended: actor, key, the word by which it knows the job, and of which outcomes if not of all. */
  readonly nt?: { readonly a: string; readonly k: string; readonly r: string; readonly o?: readonly string[] };
}

/** As far as it has to be known so that it can be worked on: anybody may put a message into JOBS. */
export function isJobEntry(value: unknown): value is JobEntry {
  if (!isObject(value)) return false;
  const { t, p, i, o, a, n, s, e, u, c } = value as { readonly [Key in keyof JobEntry]: unknown };
  return (
    typeof t === 'string' &&
    (p === undefined || (typeof p === 'string' && TRACEPARENT.test(p))) &&
    isText(i) &&
    isText(u) &&
    isText(c) &&
    isCount(a) &&
    isCount(n) &&
    isCount(s) &&
    (e === undefined || (Array.isArray(e) && e.every(isObject))) &&
    (o === undefined || areEntryOptions(o))
  );
}

function areEntryOptions(value: unknown): value is EntryOptions {
  if (!isObject(value)) return false;
  const { a, b, to, tt, pr, k, sch, nt } = value as { readonly [Key in keyof EntryOptions]: unknown };
  return (
    isCount(a) &&
    isCount(to) &&
    isCount(tt) &&
    isCount(pr) &&
    isText(k) &&
    (pr === undefined || Number(pr) <= MAX_PRIORITY) &&
    (b === undefined || isPackedBackoff(b)) &&
    (sch === undefined || isTurn(sch)) &&
    (nt === undefined || isNotify(nt))
  );
}

function isNotify(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { a, k, r, o } = value as { readonly [Key in keyof NonNullable<EntryOptions['nt']>]: unknown };
  return typeof a === 'string' && isName(a) && isKey(k) && isRef(r) && (o === undefined || Array.isArray(o));
}

/** True for a word by which whoever waits for the end of a job may know it. */
export function isRef(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= MAX_REF;
}

function isTurn(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { id, turn } = value as { readonly [Key in keyof NonNullable<EntryOptions['sch']>]: unknown };
  return isKey(id) && turn !== undefined && isCount(turn) && Number(turn) <= LAST_INSTANT;
}

function isPackedBackoff(value: unknown): boolean {
  if (!Array.isArray(value)) return false;
  const [type, what, more] = value as readonly unknown[];
  const isNumber = (found: unknown) => typeof found === 'number' && found >= 0;
  if (more !== undefined && !isNumber(more)) return false;
  return type === 'custom' ? typeof what === 'string' : (type === 'fixed' || type === 'exponential') && isNumber(what);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function isText(value: unknown): boolean {
  return value === undefined || typeof value === 'string';
}

function isCount(value: unknown): boolean {
  return value === undefined || (Number.isSafeInteger(value) && Number(value) >= 0);
}

/** W3C trace context, as far as it has to be known to put it between quotes. */
const TRACEPARENT = /^[0-9a-f-]{55}$/;
export const MAX_PRIORITY = 2_097_152;
const HIGHEST_EXACT = 9;
/** Characters of an id. */
export const MAX_ID = 200;
export const MAX_REF = 200;
/** The end of the year 9999, in ms since 1970. */
const LAST_INSTANT = 253_402_300_799_999;
/** Less than what a key may have, so that there is room for what makes an id another one. */
const MAX_ID_BYTES = 500;

/** 0 to 9 have a class each; above, one class for each power of ten. */
export function classOf(priority: number): JobClass {
  if (priority <= HIGHEST_EXACT) return `r${priority}`;
  return `r${HIGHEST_EXACT + Math.floor(Math.log10(priority))}`;
}

/** Where a job of a class goes that is to be taken before all others of it. */
export function frontOf(jobClass: JobClass): JobClass {
  const number = Number(jobClass.slice(1));
  return number > 0 ? `f${number}` : 'f';
}

/** The lowest priority of a ready class, or of its front. */
export function lowestPriority(jobClass: JobClass): number {
  const number = Number(jobClass.slice(1));
  return number <= HIGHEST_EXACT ? number : 10 ** (number - HIGHEST_EXACT);
}

export function packSubject(tenant: string, queue: string, jobClass: JobClass, size: number): string {
  return `aw.${tenant}.job.${queue}.${jobClass}.p.${size}`;
}

export function singleSubject(tenant: string, queue: string, jobClass: JobClass | '*', id: string): string {
  return `aw.${tenant}.job.${queue}.${jobClass}.s.${encodeKey(id)}`;
}

/** All of a class; `*` stands for all classes. */
export function classFilter(tenant: string, queue: string, jobClass: JobClass | '*'): string {
  return `aw.${tenant}.job.${queue}.${jobClass}.>`;
}

export interface JobAddress {
  readonly tenant: string;
  readonly queue: string;
  readonly jobClass: JobClass;
  /** Of a single. */
  readonly id?: string;
  /** Of a pack. */
  readonly size?: number;
}

/** What a subject of JOBS says; undefined when it is none of a job. */
export function parseJobSubject(subject: string): JobAddress | undefined {
  const [, tenant, kind, queue, jobClass, form, token, ...rest] = subject.split('.');
  if (kind !== 'job' || !tenant || !queue || !jobClass || !token || rest.length > 0) return undefined;
  const address = { tenant, queue, jobClass: jobClass as JobClass };
  if (form === 'p') return { ...address, size: Number(token) };
  const id = decodeKey(token);
  return form === 's' && id !== undefined ? { ...address, id } : undefined;
}

/** @throws AW_NAME_INVALID */
export function checkQueueName(tenant: string, queue: string): void {
  if (!isName(queue)) {
    throw new AutoWeaveError('AW_NAME_INVALID', `Cannot address queue "${String(queue).slice(0, 100)}"`, {
      hint: 'use lower-case letters, digits, "-" and "_", beginning with a letter, at most 63',
    });
  }
  if (tenant !== SYSTEM_TENANT && !isTenant(tenant)) {
    throw new AutoWeaveError('AW_NAME_INVALID', `Cannot address queue: tenant is "${tenant}"`);
  }
}

/** What outcomes of a pack's jobs are filed under; no id of a single is like it. */
export function packHome(sequence: number): string {
  return `~${sequence.toString(36)}`;
}

/** The sequence of a pack; undefined for what is no name of one. */
export function parsePackHome(home: string): number | undefined {
  return PACK_HOME.test(home) ? Number.parseInt(home.slice(1), 36) : undefined;
}

/** The id of a job in a pack: where it stands. */
export function packedId(sequence: number, place: number): string {
  return `${sequence.toString(36)}~${place.toString(36)}`;
}

/** Where a job in a pack stands, or stood; undefined for an id that a caller has chosen. */
export function parsePackedId(id: string): { readonly sequence: number; readonly place: number } | undefined {
  const [, sequence, place] = PACKED.exec(id) ?? [];
  if (sequence === undefined || place === undefined) return undefined;
  return { sequence: Number.parseInt(sequence, 36), place: Number.parseInt(place, 36) };
}

const PACK_HOME = /^~[0-9a-z]{1,11}$/;
const PACKED = /^([0-9a-z]{1,11})~([0-9a-z]{1,4})$/;

/** True for a form that names are given in here. */
function isGiven(id: string): boolean {
  return id.startsWith('~') || PACKED.test(id);
}

/** @throws AW_JOB_OPTIONS_INVALID */
export function checkJobId(id: string): void {
  const isText = typeof id === 'string' && id.length > 0 && id.isWellFormed();
  if (isText && id.length <= MAX_ID && Buffer.byteLength(id) <= MAX_ID_BYTES && !isGiven(id)) return;
  throw new AutoWeaveError('AW_JOB_OPTIONS_INVALID', `Cannot use "${String(id).slice(0, 100)}" as the id of a job`, {
    hint: `use 1 to ${MAX_ID} characters, and not the forms of names that are given here ("3f2k~7", "~3f2k")`,
  });
}

export interface NewSingle {
  readonly tenant: string;
  readonly queue: string;
  readonly id: string;
  readonly type: string;
  readonly data: unknown;
  readonly options?: EntryOptions;
  readonly traceparent?: string | undefined;
  readonly incarnation?: string | undefined;
  /** When it becomes ready, milliseconds since 1970; at once when absent. */
  readonly at?: number;
  readonly addedAt: number;
}

/** A single that is ready or becomes so: its subject, its body as text, and when it is to be delivered. */
export function encodeSingle(job: NewSingle): {
  readonly subject: string;
  readonly body: string;
  readonly deliver?: { readonly at: number; readonly to: string };
} {
  checkQueueName(job.tenant, job.queue);
  const ready = job.options?.l ? 'l' : classOf(job.options?.pr ?? 0);
  const entry: JobEntry = {
    t: job.type,
    d: job.data,
    i: job.id,
    ...(job.traceparent && TRACEPARENT.test(job.traceparent) ? { p: job.traceparent } : {}),
    ...(job.options === undefined ? {} : { o: job.options }),
    ...(job.incarnation === undefined ? {} : { u: job.incarnation }),
    ...(job.at === undefined ? {} : { a: job.addedAt }),
  };
  const body = JSON.stringify([entry]);
  const subject = singleSubject(job.tenant, job.queue, ready, job.id);
  if (job.at === undefined) return { subject, body };
  return {
    subject: singleSubject(job.tenant, job.queue, 'd', job.id),
    body,
    deliver: { at: job.at, to: subject },
  };
}
