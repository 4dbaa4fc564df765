import type { Outgoing } from '../bus/bus.ts';
import { type ApiFailure, classifyRefusal } from '../bus/bus-errors.ts';
import type { StreamDefinition } from '../bus/streams.ts';
import type { Headers } from '../message/message.ts';
import type { DuplicateWindow } from './duplicate-window.ts';
import { SCHEDULE, SCHEDULE_TARGET } from './schedule-table.ts';
import type { StreamContent } from './stream-content.ts';
import { headerBytes } from './stream-limits.ts';
import { compileFilter, isLiteral } from './subject-filter.ts';

/**
 * When the server stores a message and what it says otherwise, in the order in which nats-server 2.15 checks: of a
 * message alone the expectation before the id, of a batch message by message the id first.
 */

/** A message as it will be stored. */
export interface Candidate {
  readonly subject: string;
  readonly headers: Headers;
  readonly message: Outgoing;
}

export interface RuleParts {
  readonly definition: StreamDefinition;
  readonly content: StreamContent;
  readonly ids: DuplicateWindow;
  readonly now: number;
  readonly maxMessageBytes: number;
  readonly knowsIds: boolean;
  readonly heedsExpectations: boolean;
}

const FAILURES = {
  wrongLast: [400, 10071, 'wrong last sequence'],
  wrongLastInBatch: [400, 10164, 'wrong last sequence'],
  noSequence: [400, 10193, 'missing sequence for expected last sequence per subject'],
  duplicate: [400, 10201, 'batch contains duplicate message id'],
  tooLarge: [400, 10054, 'message size exceeds maximum allowed'],
  incomplete: [400, 10176, 'atomic publish batch is incomplete'],
  rollup: [500, 10111, 'batch rollup sub invalid'],
  target: [400, 10190, 'message schedules target is invalid'],
  schedulesOff: [400, 10188, 'message schedules is disabled'],
} as const satisfies Record<string, readonly [number, number, string]>;

export type Verdict = 'ok' | keyof typeof FAILURES;

/** What the caller is told: an outcome, or an error to throw. */
export function refuse(stream: string, verdict: Exclude<Verdict, 'ok'>): ReturnType<typeof classifyRefusal> {
  const [code, err_code, description] = FAILURES[verdict];
  return classifyRefusal(stream, { code, err_code, description } satisfies ApiFailure);
}

/** Of one message; an id that is known is found by the caller afterwards. */
export function judgeOne(parts: RuleParts, candidate: Candidate): Verdict {
  const size = judgeSize(parts, candidate);
  if (size !== 'ok') return size;
  const expectation = judgeExpectation(parts, candidate);
  return expectation === 'ok' ? judgeSchedule(parts, candidate) : expectation;
}

/** Of each message of a batch, as far as the first that is refused. */
export function judgeBatch(parts: RuleParts, batch: readonly Candidate[]): readonly Verdict[] {
  const verdicts: Verdict[] = [];
  const subjects = new Set<string>();
  const ids = new Set<string>();
  const sizes = batch.map((candidate) => judgeSize(parts, candidate));
  if (sizes.slice(0, -1).some((size) => size !== 'ok')) return ['incomplete'];
  if (sizes.at(-1) !== 'ok') return [sizes.at(-1)!];
  for (const candidate of batch) {
    const verdict = judgeInBatch(parts, candidate, subjects, ids);
    verdicts.push(verdict);
    if (verdict !== 'ok') break;
    subjects.add(candidate.subject);
    if (candidate.message.id !== undefined) ids.add(candidate.message.id);
  }
  return verdicts;
}

function judgeInBatch(
  parts: RuleParts,
  candidate: Candidate,
  subjects: ReadonlySet<string>,
  ids: ReadonlySet<string>,
): Verdict {
  const { message, subject } = candidate;
  const { id } = message;
  if (id !== undefined && parts.knowsIds && (ids.has(id) || parts.ids.find(id, parts.now) !== undefined)) {
    return 'duplicate';
  }
  // The server can't tell what the last sequence of a subject will be that the same batch has written to.
  if (message.expectLastSequence !== undefined && subjects.has(message.expectLastOn ?? subject)) {
    return 'wrongLastInBatch';
  }
  const expectation = judgeExpectation(parts, candidate);
  if (expectation !== 'ok') return expectation;
  const schedule = judgeSchedule(parts, candidate);
  if (schedule !== 'ok') return schedule;
  return replaces(message) && subjects.has(subject) ? 'rollup' : 'ok';
}

function judgeSize({ definition, maxMessageBytes }: RuleParts, { headers, message }: Candidate): Verdict {
  return definition.isLimited && headerBytes(headers) + message.body.length > maxMessageBytes ? 'tooLarge' : 'ok';
}

function judgeExpectation({ content, heedsExpectations }: RuleParts, { subject, message }: Candidate): Verdict {
  const { expectLastSequence, expectLastOn } = message;
  if (expectLastSequence === undefined) return expectLastOn === undefined ? 'ok' : 'noSequence';
  if (!heedsExpectations) return 'ok';
  const last = content.last(expectLastOn ?? subject)?.sequence ?? 0;
  return last === expectLastSequence ? 'ok' : 'wrongLast';
}

function judgeSchedule({ definition }: RuleParts, { subject, message }: Candidate): Verdict {
  if (message.deliver === undefined) return 'ok';
  if (!definition.hasSchedules) return 'schedulesOff';
  const { to } = message.deliver;
  const isInStream = isLiteral(to) && definition.subjects.some((filter) => compileFilter(filter)(to));
  return isInStream && to !== subject ? 'ok' : 'target';
}

/** A schedule always takes the place of what stood on its subject. */
export function replaces(message: Outgoing): boolean {
  return message.replacesEarlier === true || message.deliver !== undefined;
}

/** The headers as they are stored; those of a batch (`Nats-Batch-…`), which nobody may use, are left out. */
export function storedHeaders(message: Outgoing): Headers {
  const headers: Record<string, string> = { ...message.headers };
  if (message.id !== undefined) headers['Nats-Msg-Id'] = message.id;
  if (message.expectLastSequence !== undefined) {
    headers['Nats-Expected-Last-Subject-Sequence'] = String(message.expectLastSequence);
  }
  if (message.expectLastOn !== undefined) {
    headers['Nats-Expected-Last-Subject-Sequence-Subject'] = message.expectLastOn;
  }
  if (message.deliver !== undefined) {
    headers[SCHEDULE] = `@at ${new Date(message.deliver.at).toISOString()}`;
    headers[SCHEDULE_TARGET] = message.deliver.to;
  }
  if (replaces(message)) headers['Nats-Rollup'] = 'sub';
  return headers;
}

/** Of a delivered schedule: what only steered the schedule is gone. */
export function deliveredHeaders({
  subject,
  headers,
}: {
  readonly subject: string;
  readonly headers: Headers;
}): Headers {
  const kept = Object.entries(headers).filter(([name]) => !/^Nats-(Schedule|Expected-|Msg-Id$|Rollup$)/.test(name));
  return { ...Object.fromEntries(kept), 'Nats-Scheduler': subject, 'Nats-Schedule-Next': 'purge' };
}
