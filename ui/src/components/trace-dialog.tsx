import { createResource, onCleanup, Show } from 'solid-js';
import type { GatewayClient } from '../gateway-client.ts';
import { toGatewayError } from '../gateway-error.ts';
import { TraceDocument } from '../generated/operations.ts';
import { durationText } from '../time-text.ts';
import { asTree, type StoryStep, storyEndMs, toStory } from '../trace-story.ts';
import { CopyId } from './copy-id.tsx';
import { Dialog } from './dialog.tsx';
import { ErrorNote } from './error-note.tsx';
import { Waterfall } from './waterfall.tsx';

/** Steps of a young trace may still be coming. */
const REFRESH_MS = 2000;
const REFRESHES = 3;

export interface TraceDialogProps {
  readonly gateway: GatewayClient;
  readonly title: string;
  readonly traceId: string;
  readonly onClose: () => void;
}

export function TraceDialog(props: TraceDialogProps) {
  const [story, { refetch }] = createResource(async () => {
    const { trace } = await props.gateway.request(TraceDocument, {
      id: props.traceId,
    });
    return trace && asTree(toStory(trace));
  });
  let refreshes = 0;
  const interval = setInterval(() => {
    void refetch();
    refreshes += 1;
    if (refreshes === REFRESHES) clearInterval(interval);
  }, REFRESH_MS);
  onCleanup(() => clearInterval(interval));

  return (
    <Dialog title={props.title} testId="trace-dialog" onClose={props.onClose}>
      <Show when={story.error}>{(error) => <ErrorNote error={toGatewayError(error())} />}</Show>
      <Show when={!story.error && story.latest === undefined}>
        <p class="empty">Loading</p>
      </Show>
      <Show when={!story.error && story.latest === null}>
        <p class="empty">
          This trace is not known here any more. Recent traces are kept in memory; an OpenTelemetry collector keeps them
          longer.
        </p>
      </Show>
      <Show when={!story.error && story.latest}>
        {(steps) => (
          <>
            <p class="trace-sum">
              {steps().length} {steps().length === 1 ? 'step' : 'steps'} in {durationText(storyEndMs(steps()))}
              <Show when={failures(steps()) > 0}>
                , <strong class="trace-failed">{failures(steps())} failed</strong>
              </Show>
            </p>
            <Waterfall steps={steps()} testId="trace-step" isDetailed />
          </>
        )}
      </Show>
      <p class="trace-id">
        <CopyId id={props.traceId} />
      </p>
    </Dialog>
  );
}

function failures(steps: readonly StoryStep[]): number {
  return steps.filter(({ state }) => state === 'failed').length;
}
