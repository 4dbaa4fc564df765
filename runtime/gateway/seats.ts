/** Does so much at a time; the rest waits, first come first served. */
export type Seats = <Result>(work: () => Promise<Result>) => Promise<Result>;

export function createSeats(count: number): Seats {
  const waiting: (() => void)[] = [];
  let free = count;
  return async (work) => {
    if (free > 0) free--;
    // Whoever leaves hands over the seat: nobody can take it in between.
    else await new Promise<void>((enter) => waiting.push(enter));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free++;
      else next();
    }
  };
}
