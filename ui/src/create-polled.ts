import { type Accessor, createSignal, onCleanup } from 'solid-js';
import { type GatewayError, toGatewayError } from './gateway-error.ts';

export interface Polled<T> {
  /** The last answer; undefined before the first. It stays when a later question fails. */
  readonly value: Accessor<T | undefined>;
  /** Why the last question failed; null once it went well. */
  readonly error: Accessor<GatewayError | null>;
  /** Asks now, or once more as soon as the question under way is answered. */
  refresh(): void;
}

/** Asks at once and then again and again, one question at a time; not while the page is hidden. */
export function createPolled<T>(load: () => Promise<T>, intervalMs: number): Polled<T> {
  const [value, setValue] = createSignal<T>();
  const [error, setError] = createSignal<GatewayError | null>(null);
  let isLoading = false;
  let isWanted = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function run(): Promise<void> {
    clearTimeout(timer);
    isLoading = true;
    do {
      isWanted = false;
      try {
        const loaded = await load();
        setValue(() => loaded);
        setError(null);
      } catch (thrown) {
        setError(toGatewayError(thrown));
      }
    } while (isWanted);
    isLoading = false;
    timer = setTimeout(tick, intervalMs);
  }

  function refresh(): void {
    isWanted = true;
    if (!isLoading) void run();
  }

  function tick(): void {
    // Without a timer from here: becoming visible starts it again.
    if (document.visibilityState === 'visible') void run();
  }

  function onVisible(): void {
    if (document.visibilityState === 'visible') refresh();
  }

  document.addEventListener('visibilitychange', onVisible);
  onCleanup(() => {
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', onVisible);
  });
  void run();
  return { value, error, refresh };
}
