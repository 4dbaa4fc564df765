import type { Bus } from '../bus/bus.ts';
import type { Clock } from '../clock/clock.ts';
import { AutoWeaveError, TerminalError } from '../errors/errors.ts';
import { encodeKey } from '../message/key.ts';

/** Questions of this process that wait for their answers. */
export interface Calls extends Disposable {
  /**
   * Where the answer to a new question goes, and the answer.
   *
   * `answer` rejects with the actor's failure (its code kept; a {@link TerminalError} when it would be the same the next
   * time), AW_CALL_TIMEOUT, or AW_STOPPING.
   */
  open(timeoutMs: number, what: string): PendingCall;
}

export interface PendingCall {
  readonly replyTo: string;
  readonly answer: Promise<unknown>;
  /** Gives up: the question could not be sent. */
  cancel(): void;
}

/** A key among those that wait for a call, as a header carries it. */
export function callerName({ actor, key }: { readonly actor: string; readonly key: string }): string {
  return `${actor}/${encodeKey(key)}`;
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
  cancelTimer(): void;
}

const decoder = new TextDecoder();

export function openCalls(bus: Bus, clock: Clock): Calls {
  const waiting = new Map<string, Waiting>();
  let count = 0;

  const take = (token: string): Waiting | undefined => {
    const found = waiting.get(token);
    waiting.delete(token);
    found?.cancelTimer();
    return found;
  };

  const inbox = bus.openInbox((token, headers, body) => {
    // An answer may come twice (it is sent again after a hand-over); the first one counts.
    const found = take(token);
    if (found === undefined) return;
    try {
      const value: unknown = JSON.parse(decoder.decode(body));
      if (headers['aw-status'] === 'ok') return found.resolve(value);
      const { code, message } = value as { code?: unknown; message?: unknown };
      const ErrorClass = headers['aw-final'] === undefined ? AutoWeaveError : TerminalError;
      found.reject(new ErrorClass(typeof code === 'string' ? code : 'AW_UNEXPECTED', String(message)));
    } catch (cause) {
      found.reject(new AutoWeaveError('AW_MESSAGE_MALFORMED', 'Cannot read answer: it is not JSON', { cause }));
    }
  });

  return {
    open(timeoutMs, what) {
      const token = (++count).toString(36);
      const { promise, resolve, reject } = Promise.withResolvers<unknown>();
      const cancelTimer = clock.schedule(timeoutMs, () => {
        take(token)?.reject(
          new AutoWeaveError('AW_CALL_TIMEOUT', `No answer to ${what} within ${timeoutMs} ms`, {
            hint: 'it may still be handled: look at its effect before you send it again',
          }),
        );
      });
      waiting.set(token, { resolve, reject, cancelTimer });
      return { replyTo: inbox.replyTo(token), answer: promise, cancel: () => void take(token) };
    },
    [Symbol.dispose]() {
      inbox[Symbol.dispose]();
      for (const token of [...waiting.keys()])
        take(token)?.reject(new AutoWeaveError('AW_STOPPING', 'The runtime stops'));
    },
  };
}
