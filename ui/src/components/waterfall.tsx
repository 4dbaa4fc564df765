import { createMemo, For, Show } from 'solid-js';
import { durationText } from '../time-text.ts';
import { type StoryStep, storyEndMs } from '../trace-story.ts';

export interface WaterfallProps {
  /** In the order in which they are shown. */
  readonly steps: readonly StoryStep[];
  readonly testId: string;
  /** Shows as well what each is about, below the one that led to it. */
  readonly isDetailed?: boolean;
}

const STATE_TEXT = { waiting: 'not yet', done: 'done', failed: 'failed' } as const;

/** Steps as bars on one scale, each with what it took and the file that does it. */
export function Waterfall(props: WaterfallProps) {
  const endMs = createMemo(() => Math.max(storyEndMs(props.steps), 0.001));
  const byId = createMemo(() => new Map(props.steps.map((step) => [step.id, step])));
  const ids = createMemo(() => props.steps.map((step) => step.id));
  return (
    <ol class="waterfall" classList={{ detailed: props.isDetailed ?? false }}>
      <For each={ids()}>
        {(id) => (
          <Show when={byId().get(id)}>
            {(step) => (
              <Step step={step()} endMs={endMs()} testId={props.testId} isDetailed={props.isDetailed ?? false} />
            )}
          </Show>
        )}
      </For>
    </ol>
  );
}

function Step(props: {
  readonly step: StoryStep;
  readonly endMs: number;
  readonly testId: string;
  readonly isDetailed: boolean;
}) {
  const isKnown = () => props.step.state !== 'waiting';
  return (
    <li
      class="step"
      data-testid={props.testId}
      data-state={props.step.state}
      data-name={props.step.name}
      data-file={props.step.file ?? ''}
      style={{ '--depth': String(props.step.depth) }}
    >
      <span class="step-dot" aria-hidden="true" />
      <span class="step-title" title={props.step.name}>
        {props.step.title}
        <Show when={props.isDetailed && props.step.about}>
          {(about) => <span class="step-about mono"> {about()}</span>}
        </Show>
        <span class="visually-hidden">, {STATE_TEXT[props.step.state]}</span>
      </span>
      <span class="step-track" aria-hidden="true">
        <Show when={isKnown()}>
          <span
            class="step-bar"
            style={{
              '--from': String(props.step.startMs / props.endMs),
              '--part': String(props.step.durationMs / props.endMs),
            }}
          />
        </Show>
      </span>
      <span class="step-duration mono">{isKnown() ? durationText(props.step.durationMs) : ''}</span>
      <span class="step-file mono" title={props.step.file ?? ''}>
        {props.step.file ?? ''}
      </span>
      <Show when={props.step.problem}>{(problem) => <span class="step-problem">{problem()}</span>}</Show>
    </li>
  );
}
