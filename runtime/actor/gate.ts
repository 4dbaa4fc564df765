/** What must be passed to change anything: closed, it lets what is inside come to its end and nobody else in. */
export interface Gate {
  pass<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Resolves when nobody is inside, or it was opened again. */
  close(): Promise<void>;
  open(): void;
  readonly isClosed: boolean;
}

export function createGate(): Gate {
  let inside = 0;
  let opened: PromiseWithResolvers<void> | undefined;
  let onEmpty = () => {};
  return {
    async pass(work) {
      while (opened !== undefined) await opened.promise;
      inside++;
      try {
        return await work();
      } finally {
        inside--;
        if (inside === 0) onEmpty();
      }
    },
    async close() {
      opened ??= Promise.withResolvers();
      if (inside === 0) return;
      await new Promise<void>((resolve) => {
        const before = onEmpty;
        onEmpty = () => {
          before();
          resolve();
        };
      });
    },
    open() {
      opened?.resolve();
      opened = undefined;
      onEmpty();
      onEmpty = () => {};
    },
    get isClosed() {
      return opened !== undefined;
    },
  };
}
