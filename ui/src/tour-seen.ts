const KEY = 'autoweave.tour-seen';

/** Whether the tour was closed on this browser before. */
export function isTourSeen(): boolean {
  try {
    return localStorage.getItem(KEY) !== null;
  } catch {
    return false;
  }
}

export function rememberTourSeen(): void {
  try {
    localStorage.setItem(KEY, 'yes');
  } catch {
    // Storage is refused: it opens again with the next page.
  }
}
