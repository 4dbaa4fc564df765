/**
 * Room for large answers that are on their way: the server cuts off a client for which more waits than its
 * `max_pending`, 64 MB, and with it everything else that this process does.
 */
export interface AnswerRoom {
  /** Resolves once there is room for an answer of so many bytes, first come first served; disposed when it has come. */
  take(bytes: number): Promise<Disposable>;
}

interface Waiting {
  readonly bytes: number;
  enter(place: Disposable): void;
}

export function createAnswerRoom(size: number): AnswerRoom {
  const waiting: Waiting[] = [];
  let taken = 0;

  const enterAll = () => {
    // Whatever is larger than the whole room has it to itself.
    while (waiting.length > 0 && (taken === 0 || taken + waiting[0]!.bytes <= size)) {
      const { bytes, enter } = waiting.shift()!;
      taken += bytes;
      enter({
        [Symbol.dispose]() {
          taken -= bytes;
          enterAll();
        },
      });
    }
  };

  return {
    take(bytes) {
      return new Promise((enter) => {
        waiting.push({ bytes, enter });
        enterAll();
      });
    },
  };
}
