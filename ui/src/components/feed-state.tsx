import type { JobFeed } from '../create-job-feed.ts';

/** How new what is shown of a queue is. */
export function FeedState(props: { readonly feed: JobFeed }) {
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
