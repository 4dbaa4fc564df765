/** Runs what concerns one name one after the other, and what concerns different names side by side. */
export interface Orders {
  run<Result>(name: string, work: () => Promise<Result>): Promise<Result>;
  /** Resolves when everything that was begun has ended, well or not. */
  ended(): Promise<void>;
}

export function createOrders(): Orders {
  const last = new Map<string, Promise<unknown>>();
  return {
    run(name, work) {
      const mine = (last.get(name) ?? Promise.resolve()).then(work, work);
      last.set(name, mine);
      const forget = () => {
        if (last.get(name) === mine) last.delete(name);
      };
      mine.then(forget, forget);
      return mine;
    },
    async ended() {
      while (last.size > 0) await Promise.allSettled(last.values());
    },
  };
}
