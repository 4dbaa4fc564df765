import type { Stored } from '../bus/bus.ts';
import { TerminalError } from '../errors/errors.ts';
import { decodeMessage, type Message } from '../message/message.ts';
import type { PartitionedAddress } from '../message/subjects.ts';
import type { Instruments } from '../telemetry/instruments.ts';
import type { Span, Tracer } from '../telemetry/spans.ts';
import type { Handled, HandlingParts, Input, Reins } from './context.ts';
import { copyOf } from './copy-of.ts';
import type { ActorDefinition } from './definition.ts';
import type { OutboxItem, Timers } from './entry.ts';
import { handleMessage } from './handling.ts';
import { settleFired, TIMER_FIRED, timerItem } from './timers.ts';

/** What a key is, beside what it has yet to send. */
export interface Life {
  /** As committed, to go back to when a handler fails; undefined for a key that has none. */
  readonly stateText: string | undefined;
  readonly timers: Timers;
  /** Sequence of the first message of this life; 0 before it. */
  readonly since: number;
}

/** What the handler of one message was given from outside. */
export interface RecordedInputs {
  /** Of the message in MAILBOX. */
  readonly sequence: number;
  readonly inputs: readonly Input[];
}

/** What a run of messages came to. */
export interface BunchRun {
  /** Undefined when the key has none any more. */
  readonly state: unknown;
  readonly timers: Timers;
  readonly since: number;
  readonly items: OutboxItem[];
  /** What handlers were given from outside. */
  readonly inputs: readonly RecordedInputs[];
  /** Messages of the bunch that need not run again once this is committed. */
  readonly covered: number;
  readonly spans: readonly Span[];
  /** The message after the covered ones failed with this. */
  readonly failure?: { readonly stored: Stored; readonly error: unknown };
}

export interface BunchParts extends HandlingParts {
  readonly instruments: Instruments;
  readonly tracer: Tracer;
}

export interface BunchTask {
  readonly definition: ActorDefinition;
  readonly address: PartitionedAddress;
  readonly from: Life;
  /** Of the first message. */
  readonly attempt: number;
  readonly reins: Reins;
  /** What an earlier run was given, by sequence of the message: for a replay. */
  readonly recorded?: ReadonlyMap<number, readonly Input[]>;
  /** It has run up to its end before, and does so again, however long it takes. */
  readonly isRepeated?: boolean;
}

/** A bunch ends early once it sends this many messages or bytes. */
const BUNCH_ITEMS = 400;
const BUNCH_BYTES = 512 * 1024;
/** And once it has taken so long: what is done waits for its commit no longer than that and the message at work. */
const BUNCH_MS = 50;
/** Runs of a timer that has much to catch up with end once they send this many messages. */
const FIRED_ITEMS = 100;

/** A life while messages run on it. */
interface Draft {
  state: unknown;
  isAlive: boolean;
  timers: Timers;
  since: number;
}

/**
 * Runs messages one after the other on the committed state, up to the first that fails or until enough is to be sent.
 * Commits nothing.
 */
export async function runBunch(parts: BunchParts, task: BunchTask, bunch: readonly Stored[]): Promise<BunchRun> {
  const { clock, tracer, instruments } = parts;
  const { definition, address, from } = task;
  const draft: Draft = {
    state: from.stateText === undefined ? undefined : JSON.parse(from.stateText),
    isAlive: from.stateText !== undefined,
    timers: from.timers,
    since: from.since,
  };
  const items: OutboxItem[] = [];
  const inputs: RecordedInputs[] = [];
  const spans: Span[] = [];
  const ran = (covered: number): BunchRun => {
    const { timers, since } = draft;
    return { state: draft.isAlive ? (draft.state ?? null) : undefined, timers, since, items, inputs, covered, spans };
  };
  let bytes = 0;
  const begunAt = clock.monotonic();
  for (const [index, stored] of bunch.entries()) {
    let span: Span | undefined;
    const startedAt = clock.monotonic();
    try {
      const message = decodeMessage(stored.headers, stored.body);
      span = tracer.continueSpan('actor.handle', {
        parent: message.traceparent,
        file: definition.file ?? 'runtime/actor/activation.ts',
        attributes: { actor: address.actor, key: address.key, type: message.type },
      });
      const sent = await runMessage(parts, task, draft, { stored, message, span, isFirst: index === 0 });
      span.end();
      spans.push(span);
      instruments.messagesHandled.add(1, { actor: address.actor, outcome: 'handled' });
      instruments.handlerDuration.record(clock.monotonic() - startedAt, { actor: address.actor });
      for (const item of sent.items) {
        items.push(item);
        bytes += item.body.length;
      }
      if (sent.inputs.length > 0) inputs.push({ sequence: stored.sequence, inputs: sent.inputs });
    } catch (error) {
      span?.fail(error);
      span?.end();
      if (index > 0) return rerun(parts, task, bunch.slice(0, index), { stored, error });
      return { ...ran(0), items: [], failure: { stored, error } };
    }
    const isEnough = items.length >= BUNCH_ITEMS || bytes >= BUNCH_BYTES;
    const isLong = task.reins.endsEarly || clock.monotonic() - begunAt >= BUNCH_MS;
    if (isEnough || (isLong && task.isRepeated !== true)) return ran(index + 1);
  }
  return ran(bunch.length);
}

interface Work {
  readonly stored: Stored;
  readonly message: Message;
  readonly span: Span;
  readonly isFirst: boolean;
}

type Sent = Pick<Handled, 'items' | 'inputs'>;

/** A message for the handler, or a timer's turn, which may come to several runs of it, or to none. */
async function runMessage(parts: BunchParts, task: BunchTask, draft: Draft, work: Work): Promise<Sent> {
  const { message, stored } = work;
  const recorded = task.recorded && (task.recorded.get(stored.sequence) ?? []);
  if (message.type !== TIMER_FIRED)
    return await runHandler(parts, task, draft, work, { message, recorded, idsUsed: 0 });
  const turn = `${parts.incarnation}-${stored.sequence}-t`;
  const now = typeof recorded?.[0] === 'number' ? recorded[0] : parts.clock.now();
  const fired = settleFired(draft.timers, message.data, now, turn);
  if (fired === undefined) return { items: [], inputs: [] };
  const { id, timer, runs, next } = fired;
  const items: OutboxItem[] = [];
  const inputs: Input[] = [now];
  let goesOn = next;
  let idsUsed = 0;
  for (const due of runs) {
    if (items.length >= FIRED_ITEMS) {
      // Enough for one commit: the rest is due at once.
      goesOn = { ...timer, due, turn };
      break;
    }
    const { replyTo: _none, ...rest } = message;
    const command: Message = { ...rest, type: timer.type, data: copyOf(timer.data), time: new Date(due).toISOString() };
    const run = { message: command, recorded: recorded?.slice(inputs.length), idsUsed };
    const sent = await runHandler(parts, task, draft, work, run);
    items.push(...sent.items);
    inputs.push(...sent.inputs);
    idsUsed = sent.idsUsed;
    // Cancelled, replaced, or destroyed with its key by this very run.
    if (draft.timers[id]?.turn !== timer.turn) return { items, inputs };
  }
  const { [id]: _done, ...others } = draft.timers;
  draft.timers = goesOn === undefined ? others : { ...draft.timers, [id]: goesOn };
  if (goesOn !== undefined) items.push(timerItem(task.address, id, goesOn, now));
  return { items, inputs };
}

interface HandlerRun {
  readonly message: Message;
  readonly recorded: readonly Input[] | undefined;
  readonly idsUsed: number;
}

async function runHandler(
  parts: BunchParts,
  { definition, address, attempt, reins }: BunchTask,
  draft: Draft,
  { stored, span, isFirst }: Work,
  { message, recorded, idsUsed }: HandlerRun,
): Promise<Sent & { readonly idsUsed: number }> {
  if (!draft.isAlive) {
    draft.state = copyOf(definition.init(address.key));
    draft.since = stored.sequence;
    draft.isAlive = true;
  }
  const handled = await handleMessage(
    parts,
    {
      definition,
      address,
      message,
      sequence: stored.sequence,
      attempt: isFirst ? attempt : 1,
      span,
      reins,
      idsUsed,
      ...(recorded === undefined ? {} : { recorded }),
    },
    draft.state,
    draft.timers,
  );
  draft.timers = handled.timers;
  if (handled.isDestroyed) {
    draft.isAlive = false;
    draft.timers = {};
    draft.since = 0;
  }
  return handled;
}

/**
 * The new state as it is stored; undefined when the key has none any more.
 *
 * @throws AW_STATE_INVALID
 */
export function serialise({ state }: BunchRun): string | undefined {
  if (state === undefined) return undefined;
  try {
    return JSON.stringify(state) ?? 'null';
  } catch (cause) {
    throw new TerminalError('AW_STATE_INVALID', `Cannot store state: ${(cause as Error).message}`, { cause });
  }
}

/** @throws AW_STATE_TOO_LARGE when the state, with its timers and all that is sent, is more than an entry holds. */
export function checkSize(
  { items, timers }: BunchRun,
  stateText: string | undefined,
  more: readonly OutboxItem[],
  maxBytes: number,
): void {
  const own = Buffer.byteLength(stateText ?? '') + Buffer.byteLength(JSON.stringify(timers));
  const bytes = [...items, ...more].reduce((sum, { body }) => sum + Buffer.byteLength(body), own);
  if (bytes <= maxBytes) return;
  throw new TerminalError(
    'AW_STATE_TOO_LARGE',
    `Cannot store state, timers and messages of ${bytes} bytes, at most ${maxBytes}`,
  );
}

/** The failed handler may have half-changed the state: those before it run once more, on the committed one. */
async function rerun(
  parts: BunchParts,
  task: BunchTask,
  before: readonly Stored[],
  failure: NonNullable<BunchRun['failure']>,
): Promise<BunchRun> {
  // To its end: what has failed behind it was tried, and that is to be counted.
  const run = await runBunch(parts, { ...task, isRepeated: true }, before);
  // It may have failed or sent more this time: then the failure is not what comes next.
  return run.failure || run.covered < before.length ? run : { ...run, failure };
}
