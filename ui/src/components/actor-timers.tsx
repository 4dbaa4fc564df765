import { createMemo, For, Show } from 'solid-js';
import { createTask } from '../create-task.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { GatewayError } from '../gateway-error.ts';
import { type ActivityFieldsFragment, CancelTimerDocument } from '../generated/operations.ts';
import type { ActorName } from '../route.ts';
import { instantText } from '../time-text.ts';
import { TaskNote } from './task-note.tsx';

type Timer = ActivityFieldsFragment['timers'][number];

const MISSED_TEXT = { SKIP: 'missed ones are left out', ONCE: 'missed ones come once', ALL: 'missed ones come all' };

export interface ActorTimersProps {
  readonly gateway: GatewayClient;
  readonly actor: ActorName;
  readonly timers: readonly Timer[];
  readonly onDone: () => void;
}

export function ActorTimers(props: ActorTimersProps) {
  const task = createTask();
  // By their ids: a row stays, with the focus in it, when the list is asked for again.
  const byId = createMemo(() => new Map(props.timers.map((timer) => [timer.id, timer])));
  const ids = createMemo(() => [...byId().keys()]);

  const cancel = (id: string) =>
    void task
      .run(async () => {
        const { name: actor, key } = props.actor;
        const { cancelTimer } = await props.gateway.request(CancelTimerDocument, { actor, key, id });
        if (cancelTimer) return `Timer ${id} is cancelled`;
        throw new GatewayError('AW_TIMER_UNKNOWN', `There is no timer "${id}" any more`);
      })
      .then(props.onDone);

  return (
    <>
      <Show when={ids().length === 0}>
        <p class="hint">None.</p>
      </Show>
      <ul class="timer-list">
        <For each={ids()}>
          {(id) => (
            <Show when={byId().get(id)}>
              {(timer) => (
                <li class="timer-row" data-testid="timer-row" data-id={id}>
                  <span>
                    <strong class="mono">{id}</strong> <span class="mono">{timer().type}</span>
                  </span>
                  <span class="hint">
                    due <time datetime={timer().due}>{instantText(timer().due)}</time>, {timer().recurrence},{' '}
                    {MISSED_TEXT[timer().missed]}
                  </span>
                  <button
                    type="button"
                    class="button small"
                    aria-label={`Cancel timer ${id}`}
                    aria-disabled={task.isBusy()}
                    onClick={() => cancel(id)}
                  >
                    Cancel
                  </button>
                </li>
              )}
            </Show>
          )}
        </For>
      </ul>
      <TaskNote task={task} />
    </>
  );
}
