import { Show } from 'solid-js';
import type { Connection } from '../connection.ts';
import { now } from '../create-now.ts';
import { ageText, clockText } from '../time-text.ts';

export interface ConnectionBannerProps {
  readonly connection: Connection;
  /** When the page stopped being live; null while it is, or before it ever was. */
  readonly lostAtMs: number | null;
  readonly onRetry: () => void;
}

/** Says since when the page shows the past. */
export function ConnectionBanner(props: ConnectionBannerProps) {
  const isShown = () =>
    props.connection.state !== 'live' && (props.lostAtMs !== null || props.connection.state !== 'connecting');
  const cause = () => props.connection.reason ?? (props.connection.state === 'offline' ? 'no network' : null);
  return (
    <Show when={isShown()}>
      <aside class="banner" aria-label="Connection" data-testid="banner">
        <p>
          <Show when={props.lostAtMs} fallback={<strong>Not connected yet.</strong>}>
            {(lostAtMs) => (
              <>
                <strong>Not live since {clockText(new Date(lostAtMs()).toISOString())}</strong>{' '}
                <span>({ageText(now(), lostAtMs())}). What you see is what was known then.</span>
              </>
            )}
          </Show>
          <Show when={cause()}>{(text) => <span class="cause"> Cause: {text()}.</span>}</Show>
        </p>
        <button type="button" class="button" onClick={props.onRetry}>
          Try now
        </button>
      </aside>
    </Show>
  );
}
