import type { Clock } from '../../runtime/clock/clock.ts';

/** Questions on their way: one answer each, by id, or the end of the time for it. */
export interface PendingAnswers<T> {
  /**
   * Sends a question under a new id and waits for its answer.
   *
   * @param onLate makes the error when no answer came in time
   */
  ask(timeoutMs: number, onLate: () => Error, send: (id: number) => void): Promise<T>;
  /** An id that nobody waits for (any more) is ignored. */
  resolve(id: number, answer: T): void;
  reject(id: number, reason: Error): void;
  rejectAll(reason: Error): void;
}

export function createPendingAnswers<T>(clock: Clock): PendingAnswers<T> {
  interface Waiting extends Pick<PromiseWithResolvers<T>, 'resolve' | 'reject'> {
    readonly cancel: () => void;
  }
  const waiting = new Map<number, Waiting>();
  let nextId = 1;

  const take = (id: number): Waiting | undefined => {
    const one = waiting.get(id);
    waiting.delete(id);
    one?.cancel();
    return one;
  };

  return {
    ask(timeoutMs, onLate, send) {
      const id = nextId++;
      const { promise, resolve, reject } = Promise.withResolvers<T>();
      const cancel = clock.schedule(timeoutMs, () => take(id)?.reject(onLate()));
      waiting.set(id, { resolve, reject, cancel });
      send(id);
      return promise;
    },
    resolve: (id, answer) => take(id)?.resolve(answer),
    reject: (id, reason) => take(id)?.reject(reason),
    rejectAll(reason) {
      for (const id of [...waiting.keys()]) take(id)?.reject(reason);
    },
  };
}
