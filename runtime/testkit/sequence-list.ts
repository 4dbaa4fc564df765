/** Ascending sequences of messages, some of which may be gone from the stream since. */
export interface SequenceList {
  /** How many are still there. */
  readonly live: number;
  add(sequence: number): void;
  /** To be called for each member that has left the stream. */
  lose(): void;
  first(): number | undefined;
  last(): number | undefined;
  /** Those from a sequence on, in order, at most `limit`. */
  from(sequence: number, limit: number): readonly number[];
  countFrom(sequence: number): number;
}

/** Below this many, the gone are not worth a copy. */
const FEW = 32;

/** @param isThere whether a message is still in the stream */
export function createSequenceList(isThere: (sequence: number) => boolean, members: number[] = []): SequenceList {
  let items = members;
  let gone = 0;

  /** Index of the first member that is not below. */
  const indexOf = (sequence: number): number => {
    let low = 0;
    let high = items.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (items[middle]! < sequence) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  return {
    get live() {
      return items.length - gone;
    },
    add: (sequence) => void items.push(sequence),
    lose() {
      gone++;
      if (gone <= FEW || gone <= items.length / 2) return;
      items = items.filter(isThere);
      gone = 0;
    },
    first: () => items.find(isThere),
    last: () => items.findLast(isThere),
    from(sequence, limit) {
      const found: number[] = [];
      for (let at = indexOf(sequence); at < items.length && found.length < limit; at++) {
        if (isThere(items[at]!)) found.push(items[at]!);
      }
      return found;
    },
    countFrom(sequence) {
      const at = indexOf(sequence);
      if (at === 0) return items.length - gone;
      if (gone === 0) return items.length - at;
      let count = 0;
      for (let index = at; index < items.length; index++) if (isThere(items[index]!)) count++;
      return count;
    },
  };
}
