import { type Accessor, createRoot, createSignal } from 'solid-js';

/** The time of day in milliseconds, once a second, for everything on the page that shows an age. */
export const now: Accessor<number> = createRoot(() => {
  const [nowMs, setNowMs] = createSignal(Date.now());
  setInterval(() => {
    if (document.visibilityState === 'visible') setNowMs(Date.now());
  }, 1000);
  document.addEventListener('visibilitychange', () => setNowMs(Date.now()));
  return nowMs;
});
