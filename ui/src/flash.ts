const FLASH_MS = 1400;
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

/** Shows that an element changed, by a wash of the accent colour. */
export function flash(element: Element): void {
  if (!mayFlash()) return;
  element.animate([{ backgroundColor: 'var(--wash)' }, { backgroundColor: 'transparent' }], {
    duration: FLASH_MS,
    easing: 'ease-out',
  });
}
