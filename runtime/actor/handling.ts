import { AutoWeaveError, type Failure, TerminalError } from '../errors/errors.ts';
import type { Headers } from '../message/message.ts';
import { Context, checkData, type Handled, type Handling, type HandlingParts } from './context.ts';
import { findHandler, type Handler } from './definition.ts';
import type { OutboxItem, Timers } from './entry.ts';

/** Runs one handler on one message and collects what it sends. */

const TIMEOUT_MS = 60_000;
/** How far the clocks of two machines may be apart before a call counts as late that is not. */
const CLOCK_SLACK_MS = 5_000;
/**
 * Changes `state` in place.
 *
 * @returns what takes effect with the commit, the answer to a waiting caller included
 * @throws what the handler throws; AW_TYPE_UNHANDLED, AW_DATA_INVALID, AW_HANDLER_TIMEOUT, AW_CALL_TIMEOUT or
 *   AW_CALL_CANCELLED when the caller waits no more
 */
export async function handleMessage(
  parts: HandlingParts,
  handling: Handling,
  state: unknown,
  timers: Timers,
): Promise<Handled> {
  const { definition, message } = handling;
  const named = findHandler(definition, message.type);
  const handler = named ?? definition.otherwise;
  if (handler === undefined) {
    throw new TerminalError('AW_TYPE_UNHANDLED', `Actor "${definition.name}" has no handler for "${message.type}"`);
  }
  if (
    message.deadline !== undefined &&
    message.deadline + CLOCK_SLACK_MS < parts.clock.now() &&
    handling.recorded === undefined
  ) {
    throw new TerminalError('AW_CALL_TIMEOUT', 'The caller waits no more, so nothing was done');
  }
  const isReplay = handling.recorded !== undefined;
  if (message.replyTo !== undefined && !isReplay) parts.cancellations.check(message.id);
  if (named) checkData(parts.contracts, message.type, message.data);
  const context = new Context(parts, handling, timers);
  try {
    const answer = await runHandler(parts, handling, handler, context, state);
    if (message.replyTo !== undefined) {
      context.items.push(answerItem(message.replyTo, { 'aw-status': 'ok' }, JSON.stringify(answer ?? null) ?? 'null'));
    }
    return context;
  } finally {
    context.close();
  }
}

/** A handler that waits for something is waited for no longer than its time; most don't. */
async function runHandler(
  { clock, cancellations }: HandlingParts,
  { definition, reins, message }: Handling,
  handler: Handler<unknown>,
  context: Context,
  state: unknown,
): Promise<unknown> {
  const result = handler(context, state, message);
  if (!isThenable(result)) return result;
  const ended = Promise.resolve(result);
  const timeoutMs = definition.timeoutMs ?? TIMEOUT_MS;
  const given = Promise.withResolvers<never>();
  // What ends it may be told when nobody listens any more.
  given.promise.catch(() => undefined);
  const giveUp = (error: AutoWeaveError): void => {
    context.abort(error);
    given.reject(error);
  };
  const cancel = clock.schedule(timeoutMs, () =>
    giveUp(
      new AutoWeaveError('AW_HANDLER_TIMEOUT', `Handler of "${message.type}" has not ended within ${timeoutMs} ms`),
    ),
  );
  reins.giveUp = giveUp;
  const unwatch =
    message.replyTo === undefined
      ? () => {}
      : cancellations.watch(message.id, () =>
          context.abort(new AutoWeaveError('AW_CALL_CANCELLED', 'The caller has given it up')),
        );
  try {
    return await Promise.race([ended, given.promise]);
  } finally {
    cancel();
    unwatch();
    reins.giveUp = undefined;
    // It may still fail, long after it was given up.
    ended.catch(() => undefined);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}

/** The answer that tells a waiting caller that its command is given up, and would be again. */
export function failureAnswer(replyTo: string, failure: Failure): OutboxItem {
  return answerItem(replyTo, { 'aw-status': 'error', 'aw-final': '1' }, JSON.stringify(failure));
}

function answerItem(replyTo: string, headers: Headers, body: string): OutboxItem {
  return { to: 'REPLY', subject: replyTo, headers, body };
}
