const FLASH_MS = 1200;
/** More than these in a second are noise to the eye, and costly to draw. */
const FLASHES_PER_SECOND = 30;

const prefersStillness = matchMedia('(prefers-reduced-motion: reduce)');
let windowStartMs = 0;
let flashes = 0;

/** Whether one more change may be shown by movement; asking counts. */
export function mayFlash(): boolean {
  if (prefersStillness.matches) return false;
  const nowMs = performance.now();
  if (nowMs - windowStartMs >= 1000) {
    windowStartMs = nowMs;
    flashes = 0;
  }
  flashes += 1;
  return flashes <= FLASHES_PER_SECOND;
}

/**
 * Shows that an element with the class `washable` changed. Only opacity moves, and the compositor can do that alone: a
 * colour would be painted anew in every frame, in which the next event waits.
 */
export function flash(element: Element): void {
  if (!mayFlash()) return;
  element.animate([{ opacity: 1 }, { opacity: 0 }], {
    duration: FLASH_MS,
    easing: 'ease-out',
    pseudoElement: '::before',
  });
}
