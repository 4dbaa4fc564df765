/** A hidden page gets no frames; what comes meanwhile is applied this often. */
const HIDDEN_FLUSH_MS = 250;
/** So much waits for a frame at most; beyond it the batch is applied at once. */
const PENDING_MAX = 5000;
/** A frame that took longer is followed by a pause as long as itself, in which the page answers its reader. */
const HEAVY_FRAME_MS = 100;
const LONGEST_PAUSE_MS = 250;

/**
 * Collects what comes between two frames and hands it over once per frame, so that a burst costs one rendering.
 *
 * @param flush gets everything that came, in order; called inside the frame, before it is painted
 * @param onPainted called after that frame was painted, with when that was; not for a hidden page, which paints nothing
 */
export function makeFrameBatch<T>(
  flush: (items: readonly T[]) => void,
  onPainted: (items: readonly T[], paintedAtMs: number) => void,
): (item: T) => void {
  let pending: T[] = [];
  let frame = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let notBeforeMs = 0;

  function drain(): readonly T[] {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    frame = 0;
    timer = undefined;
    const items = pending;
    pending = [];
    flush(items);
    return items;
  }

  function scheduleFlush(): void {
    if (frame !== 0 || timer !== undefined) return;
    const pauseMs = notBeforeMs - performance.now();
    if (pauseMs > 0) {
      timer = setTimeout(() => {
        timer = undefined;
        scheduleFlush();
      }, pauseMs);
      return;
    }
    // Stands behind the frame: a page that gets hidden in between must not wait for a frame that never comes.
    timer = setTimeout(drain, HIDDEN_FLUSH_MS);
    if (document.visibilityState === 'hidden') return;
    frame = requestAnimationFrame(() => {
      const startedAtMs = performance.now();
      const items = drain();
      afterFrame(() => {
        const paintedAtMs = performance.now();
        const tookMs = paintedAtMs - startedAtMs;
        if (tookMs > HEAVY_FRAME_MS) notBeforeMs = paintedAtMs + Math.min(tookMs, LONGEST_PAUSE_MS);
        onPainted(items, paintedAtMs);
      });
    });
  }

  return (item) => {
    pending.push(item);
    if (pending.length >= PENDING_MAX) drain();
    else scheduleFlush();
  };
}

/** A message posted inside a frame's callback is delivered after that frame's style, layout and paint. */
function afterFrame(callback: () => void): void {
  const channel = new MessageChannel();
  channel.port1.onmessage = () => {
    channel.port1.close();
    callback();
  };
  channel.port2.postMessage(null);
}
