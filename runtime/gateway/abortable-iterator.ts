/**
 * A generator that can be ended while it waits. `return()` of a plain one is queued behind the pending `next()`: a
 * subscription on which nothing happens would never be freed. Here it aborts the signal first, on which the generator
 * has to end by itself.
 *
 * @param outer ends it too
 */
export function abortableIterator<T>(
  generate: (signal: AbortSignal) => AsyncGenerator<T, void, undefined>,
  outer?: AbortSignal,
): AsyncGenerator<T, void, undefined> {
  const ending = new AbortController();
  const end = () => ending.abort();
  const settle = () => {
    end();
    outer?.removeEventListener('abort', end);
  };
  if (outer?.aborted) end();
  outer?.addEventListener('abort', end, { once: true });
  const generator = generate(ending.signal);

  return {
    async next() {
      try {
        const result = await generator.next();
        if (result.done) settle();
        return result;
      } catch (error) {
        settle();
        throw error;
      }
    },
    return() {
      settle();
      return generator.return();
    },
    throw(error) {
      settle();
      return generator.throw(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
    async [Symbol.asyncDispose]() {
      await this.return();
    },
  };
}
