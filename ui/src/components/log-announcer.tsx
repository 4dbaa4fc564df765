import { createSignal, onCleanup } from 'solid-js';
import type { EventFeed } from '../create-event-log.ts';
import type { LogEvent } from '../event-log.ts';
import { eventStory } from '../event-text.ts';

/** However many events come, a screen reader is told this often at most. */
const INTERVAL_MS = 5000;
/** What a run does on its way is for the eye. */
const UNSAID = ['agent.step_finished', 'agent.run_started'];

/** Says what plugins, agents and memories did since it last spoke, in one sentence. */
export function LogAnnouncer(props: { readonly log: EventFeed }) {
  const [text, setText] = createSignal('');
  let last: LogEvent | null = null;
  let count = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function speak(): void {
    timer = undefined;
    if (last === null) return;
    setText(count === 1 ? sentence(last) : `${sentence(last)}, and ${count - 1} more`);
    last = null;
    count = 0;
    timer = setTimeout(speak, INTERVAL_MS);
  }

  function sentence(event: LogEvent): string {
    const { title, sentence: told } = eventStory(event, props.log.names.agents());
    return `${title}: ${told}`;
  }

  onCleanup(
    props.log.onEvents((events) => {
      for (const event of events) {
        if (UNSAID.includes(event.type)) continue;
        last = event;
        count += 1;
      }
      if (last !== null) timer ??= setTimeout(speak, 0);
    }),
  );
  onCleanup(() => clearTimeout(timer));

  return (
    <p class="visually-hidden" role="status" data-testid="log-announcer">
      {text()}
    </p>
  );
}
