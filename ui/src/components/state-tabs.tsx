import { For } from 'solid-js';
import type { JobCountsFieldsFragment, JobState } from '../generated/operations.ts';
import { countIn, countText, JOB_STATES, stateText } from '../job-text.ts';

/** What the tabs belong to. */
export const JOBS_PANEL_ID = 'jobs-panel';

export function tabId(state: JobState): string {
  return `jobs-tab-${stateText(state)}`;
}

export interface StateTabsProps {
  readonly counts: JobCountsFieldsFragment;
  readonly state: JobState;
  readonly onState: (state: JobState) => void;
}

/** How many jobs there are in each state, as tabs: one stop for Tab, inside which the arrows move. */
export function StateTabs(props: StateTabsProps) {
  let list!: HTMLDivElement;

  function move(event: KeyboardEvent): void {
    const at = JOB_STATES.indexOf(props.state);
    const last = JOB_STATES.length - 1;
    const target = {
      ArrowRight: at === last ? 0 : at + 1,
      ArrowLeft: at === 0 ? last : at - 1,
      Home: 0,
      End: last,
    }[event.key];
    const state = target === undefined ? undefined : JOB_STATES[target];
    if (state === undefined) return;
    event.preventDefault();
    props.onState(state);
    list.querySelector<HTMLElement>(`#${tabId(state)}`)?.focus();
  }

  return (
    <div ref={list} class="state-tabs" role="tablist" tabindex="-1" aria-label="Jobs by state" onKeyDown={move}>
      <For each={JOB_STATES}>
        {(state) => (
          <button
            id={tabId(state)}
            type="button"
            role="tab"
            class="state-tab"
            aria-selected={props.state === state}
            aria-controls={JOBS_PANEL_ID}
            tabindex={props.state === state ? 0 : -1}
            data-testid={`tab-${stateText(state)}`}
            data-state={state}
            data-count={countIn(props.counts, state)}
            onClick={() => props.onState(state)}
          >
            <strong>{countText(countIn(props.counts, state))}</strong> <span>{stateText(state)}</span>
          </button>
        )}
      </For>
    </div>
  );
}
