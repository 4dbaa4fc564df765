import { createSignal, onCleanup } from 'solid-js';
import type { JobFeed } from '../create-job-feed.ts';
import { happenedText } from '../job-text.ts';

/** However many events come, a screen reader is told this often at most. */
const INTERVAL_MS = 5000;

/** Says what became of jobs since it last spoke, in one sentence. */
export function JobAnnouncer(props: { readonly feed: JobFeed }) {
  const [text, setText] = createSignal('');
  let completed = 0;
  let failed = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function speak(): void {
    timer = undefined;
    if (completed + failed === 0) return;
    setText(happenedText(completed, failed));
    completed = 0;
    failed = 0;
    timer = setTimeout(speak, INTERVAL_MS);
  }

  onCleanup(
    props.feed.onEvents((events) => {
      for (const { type } of events) {
        if (type === 'COMPLETED') completed += 1;
        if (type === 'FAILED') failed += 1;
      }
      if (completed + failed > 0) timer ??= setTimeout(speak, 0);
    }),
  );
  onCleanup(() => clearTimeout(timer));

  return (
    <p class="visually-hidden" role="status" data-testid="job-announcer">
      {text()}
    </p>
  );
}
