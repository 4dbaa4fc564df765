/** What was told of a key last. */
export interface LastTold<Value> {
  readonly key: string;
  readonly value: Value;
}

/**
 * Gives each key with the last that was told of it, in the order in which keys were first told. What comes while the
 * reader is busy is held once for each key, so that a slow reader costs no more than there are keys. Ends, or throws,
 * with its source.
 *
 * @param source its `return()` has to end it also while it waits (`abortable-iterator.ts`)
 * @param read what an update tells; undefined when it is nothing
 */
export async function* coalesce<Update, Value>(
  source: AsyncGenerator<Update, void, undefined>,
  read: (update: Update) => LastTold<Value> | undefined,
): AsyncGenerator<LastTold<Value>, void, undefined> {
  const waiting = new Map<string, Value>();
  let wake = () => {};
  let isOver = false;
  const readAll = async () => {
    for await (const update of source) {
      const told = read(update);
      if (told === undefined) continue;
      waiting.set(told.key, told.value);
      wake();
    }
  };
  const reading = readAll().finally(() => {
    isOver = true;
    wake();
  });
  // It is thrown below, once what came before has been given.
  reading.catch(() => undefined);

  try {
    for (;;) {
      for (const [key, value] of waiting) {
        waiting.delete(key);
        yield { key, value };
      }
      if (isOver) return await reading;
      // Nothing was awaited since the last look, so nothing can have come in between unheard.
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    await source.return();
  }
}
