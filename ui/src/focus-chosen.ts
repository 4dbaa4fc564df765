import { createEffect, on, onCleanup } from 'solid-js';

/** Narrower ones show a panel below the other, as layout.css says. */
const STACKED = '(max-width: 1099px)';

/**
 * Moves the focus to the part of the page with this id whenever it changes, and whenever the link to what is shown is
 * followed again. A person has chosen something then; the address that the page was opened with moves nothing.
 */
export function focusChosen(partId: () => string | null): void {
  const show = (id: string | null) => id !== null && queueMicrotask(() => bring(id));
  createEffect(on(partId, show, { defer: true }));

  function followed({ target }: MouseEvent): void {
    const link = target instanceof Element ? target.closest<HTMLAnchorElement>('main a') : null;
    if (link?.hash && link.hash === location.hash) show(partId());
  }
  addEventListener('click', followed);
  onCleanup(() => removeEventListener('click', followed));
}

function bring(id: string): void {
  const part = document.getElementById(id);
  part?.focus();
  if (matchMedia(STACKED).matches) part?.closest('.panel')?.scrollIntoView();
}
