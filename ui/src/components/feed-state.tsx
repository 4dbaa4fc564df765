import type { Accessor } from 'solid-js';
import type { GatewayError } from '../gateway-error.ts';

export interface FeedStateProps {
  readonly feed: { readonly isLive: Accessor<boolean>; readonly error: Accessor<GatewayError | null> };
}

/** How new what is shown is. */
export function FeedState(props: FeedStateProps) {
  const reason = () => props.feed.error();
  const title = () =>
    reason()
      ? `No events come: ${reason()?.message} (${reason()?.code}). The page asks every three seconds.`
      : 'What happens is seen at once';
  return (
    <span
      class="actor-status feed-state"
      data-status={props.feed.isLive() ? 'RUNNING' : reason() ? 'WAITING' : 'NONE'}
      data-live={props.feed.isLive()}
      data-testid="feed-state"
      title={title()}
    >
      <span class="dot" aria-hidden="true" />
      {props.feed.isLive() ? 'live' : reason() ? 'asked every 3 s' : 'connecting'}
    </span>
  );
}
