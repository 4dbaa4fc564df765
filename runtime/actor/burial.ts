import type { Stored } from '../bus/bus.ts';
import type { Clock } from '../clock/clock.ts';
import { TerminalError, toFailure } from '../errors/errors.ts';
import { isInbox } from '../message/message.ts';
import { historySubject, type PartitionedAddress, tenantOf } from '../message/subjects.ts';
import type { Life } from './bunch.ts';
import { makeDeadLetter } from './dead-letter.ts';
import type { ActorDefinition } from './definition.ts';
import { type OutboxItem, type Timers, toBase64Item } from './entry.ts';
import { failureAnswer } from './handling.ts';
import { historyOf } from './history.ts';
import { settleFired, TIMER_FIRED, timerItem } from './timers.ts';

/** What to commit instead of a message that can't be handled. */
export interface Burial {
  readonly life: Life;
  readonly items: readonly OutboxItem[];
  /** A caller is told, and there is no dead letter. */
  readonly isRefusal: boolean;
}

interface BurialParts {
  readonly clock: Clock;
  /** Incarnation of the mailbox. */
  readonly incarnation: string;
}

interface Lost {
  readonly from: Life;
  readonly stored: Stored;
  readonly error: unknown;
  readonly attempts: number;
}

/** Goes past a message: it becomes a dead letter, save where a refusal is told to its caller. */
export function buryMessage(
  parts: BurialParts,
  definition: ActorDefinition,
  address: PartitionedAddress,
  { from, stored, error, attempts }: Lost,
): Burial {
  const failure = toFailure(error);
  const items: OutboxItem[] = [];
  const replyTo = stored.headers['aw-reply-to'];
  const isTold = replyTo !== undefined && isInbox(replyTo);
  if (isTold) items.push(failureAnswer(replyTo, failure));
  // A refusal is an answer like another: who asked knows of it.
  const isRefusal = isTold && error instanceof TerminalError && failure.code !== 'AW_ACTOR_CRASHED';
  if (!isRefusal) {
    const where = { tenant: tenantOf(stored.subject), noun: address.actor, key: address.key };
    items.push(toBase64Item('DEAD', makeDeadLetter(stored, where, failure, attempts, parts.clock.now())));
  }
  const skipped = skipTimer(parts, address, from, stored);
  const changed = skipped.timers === from.timers ? undefined : skipped.timers;
  const history = historyOf(historySubject(address), definition, [stored], 'buried', from.stateText, changed);
  const life = { stateText: from.stateText, timers: skipped.timers, since: from.since };
  return { life, items: [...items, ...skipped.items, ...history], isRefusal };
}

/** A turn that fails for good is over; the timer goes on. */
function skipTimer(
  { clock, incarnation }: BurialParts,
  address: PartitionedAddress,
  { timers }: Life,
  { headers, body, sequence }: Stored,
): { readonly timers: Timers; readonly items: readonly OutboxItem[] } {
  if (headers['ce-type'] !== TIMER_FIRED) return { timers, items: [] };
  const fired = settleFired(timers, tryParse(body), clock.now(), `${incarnation}-${sequence}-t`);
  if (fired === undefined) return { timers, items: [] };
  const { [fired.id]: _over, ...others } = timers;
  if (fired.next === undefined) return { timers: others, items: [] };
  return {
    timers: { ...others, [fired.id]: fired.next },
    items: [timerItem(address, fired.id, fired.next, clock.now())],
  };
}

function tryParse(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    return undefined;
  }
}
