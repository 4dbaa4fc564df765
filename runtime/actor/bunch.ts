import type { Stored } from '../bus/bus.ts';
import { TerminalError } from '../errors/errors.ts';
import { decodeMessage, type Message } from '../message/message.ts';
import type { PartitionedAddress } from '../message/subjects.ts';
import type { Instruments } from '../telemetry/instruments.ts';
import type { Span, Tracer } from '../telemetry/spans.ts';
import type { ActorDefinition } from './definition.ts';
import type { OutboxItem } from './entry.ts';
import { type HandlingParts, handleMessage } from './handling.ts';

/** What a key had committed when the bunch began. */
export interface Loaded {
  /** As committed, to go back to when a handler fails; undefined for a key that has none yet. */
  readonly stateText: string | undefined;
  readonly lastSeq: number;
  readonly attempt: number;
  readonly outbox: readonly (OutboxItem & { readonly at: number })[];
}

/** What a run of messages came to. */
export interface BunchRun {
  readonly state: unknown;
  readonly items: OutboxItem[];
  /** Messages of the bunch that need not run again once this is committed. */
  readonly covered: number;
  readonly lastSeq: number;
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
  readonly from: Loaded;
  /** Of the first message. */
  readonly attempt: number;
}

/** A bunch ends early once it sends this many messages or bytes. */
const BUNCH_ITEMS = 400;
const BUNCH_BYTES = 512 * 1024;

/**
 * Runs messages one after the other on the committed state, up to the first that fails or until enough is to be sent.
 * Commits nothing.
 */
export async function runBunch(parts: BunchParts, task: BunchTask, bunch: readonly Stored[]): Promise<BunchRun> {
  const { clock, tracer, instruments } = parts;
  const { definition, address, from, attempt } = task;
  let state: unknown;
  const items: OutboxItem[] = [];
  const spans: Span[] = [];
  let bytes = 0;
  for (const [index, stored] of bunch.entries()) {
    let message: Message | undefined;
    let span: Span | undefined;
    const startedAt = clock.monotonic();
    try {
      message = decodeMessage(stored.headers, stored.body);
      if (index === 0) state = from.stateText === undefined ? definition.init(address.key) : JSON.parse(from.stateText);
      span = tracer.continueSpan('actor.handle', {
        parent: message.traceparent,
        file: definition.file ?? 'runtime/actor/activation.ts',
        attributes: { actor: address.actor, key: address.key, type: message.type },
      });
      const sent = await handleMessage(
        parts,
        { definition, address, message, attempt: index === 0 ? attempt : 1, span },
        state,
      );
      span.end();
      spans.push(span);
      instruments.messagesHandled.add(1, { actor: address.actor, outcome: 'handled' });
      instruments.handlerDuration.record(clock.monotonic() - startedAt, { actor: address.actor });
      items.push(...sent);
      for (const { body } of sent) bytes += body.length;
    } catch (error) {
      span?.fail(error);
      span?.end();
      const lastSeq = index === 0 ? from.lastSeq : bunch[index - 1]!.sequence;
      if (index > 0) return rerun(parts, task, bunch.slice(0, index), { stored, error });
      return { state, items: [], covered: 0, lastSeq, spans, failure: { stored, error } };
    }
    if (items.length >= BUNCH_ITEMS || bytes >= BUNCH_BYTES) {
      return { state, items, covered: index + 1, lastSeq: stored.sequence, spans };
    }
  }
  return { state, items, covered: bunch.length, lastSeq: bunch.at(-1)!.sequence, spans };
}

/**
 * The new state as it is stored.
 *
 * @throws AW_STATE_INVALID, AW_STATE_TOO_LARGE (with all that is sent)
 */
export function serialise({ state, items }: BunchRun, maxBytes: number): string {
  let text: string;
  try {
    text = JSON.stringify(state) ?? 'null';
  } catch (cause) {
    throw new TerminalError('AW_STATE_INVALID', `Cannot store state: ${(cause as Error).message}`, { cause });
  }
  const bytes = items.reduce((sum, { body }) => sum + Buffer.byteLength(body), Buffer.byteLength(text));
  if (bytes <= maxBytes) return text;
  throw new TerminalError(
    'AW_STATE_TOO_LARGE',
    `Cannot store state and messages of ${bytes} bytes, at most ${maxBytes}`,
  );
}

/** The failed handler may have half-changed the state: those before it run once more, on the committed one. */
async function rerun(
  parts: BunchParts,
  task: BunchTask,
  before: readonly Stored[],
  failure: NonNullable<BunchRun['failure']>,
): Promise<BunchRun> {
  const run = await runBunch(parts, task, before);
  return run.failure ? run : { ...run, failure };
}
