const STOP = '[data-rove]';

/** A long list is one stop for Tab: its first button, unless one of them has the focus. Inside, the arrows move. */
export function keepOneTabStop(list: HTMLElement): void {
  const focused = list.querySelector<HTMLElement>(`${STOP}:focus`);
  const wanted = focused ?? list.querySelector<HTMLElement>(STOP);
  for (const stop of list.querySelectorAll<HTMLElement>(`${STOP}[tabindex="0"]`)) {
    if (stop !== wanted) stop.tabIndex = -1;
  }
  if (wanted) wanted.tabIndex = 0;
}

/** Arrow up and down, Home and End, for the `keydown` of such a list. */
export function moveByArrows(event: KeyboardEvent, list: HTMLElement): void {
  const stops: Element[] = [...list.querySelectorAll(STOP)];
  const at = document.activeElement ? stops.indexOf(document.activeElement) : -1;
  if (at < 0) return;
  const target = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: stops.length - 1 }[event.key];
  if (target === undefined) return;
  event.preventDefault();
  const stop = stops[Math.max(0, Math.min(stops.length - 1, target))];
  if (stop instanceof HTMLElement) stop.focus();
  keepOneTabStop(list);
}
