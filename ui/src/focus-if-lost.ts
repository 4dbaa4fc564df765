/**
 * Gives the focus to an element when the one that had it is gone, once what is under way is drawn. A reader's place on
 * the page moves with it, but not what is in sight.
 */
export function focusIfLost(id: string): void {
  queueMicrotask(() => {
    if (document.activeElement === document.body) document.getElementById(id)?.focus({ preventScroll: true });
  });
}
