/** What changed may show a little later in what is asked for: it is asked for once more after this time. */
const BETWEEN_MS = 1000;

export interface Refresher {
  /** Refreshes at once, or as soon as the last time is long enough ago; and once more after the last change. */
  changed(): void;
  stop(): void;
}

/** Asks again after changes, at most once a second however many come, and not while the page is hidden. */
export function makeRefresher(refresh: () => void): Refresher {
  let lastMs = Number.NEGATIVE_INFINITY;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function run(): void {
    timer = undefined;
    lastMs = performance.now();
    // One that becomes visible asks anyway.
    if (document.visibilityState === 'visible') refresh();
  }

  return {
    changed() {
      if (timer !== undefined) return;
      if (performance.now() - lastMs >= BETWEEN_MS) run();
      timer = setTimeout(run, BETWEEN_MS);
    },
    stop: () => clearTimeout(timer),
  };
}
