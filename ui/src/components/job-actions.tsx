import { createEffect, createSignal, type JSX, on, Show } from 'solid-js';
import { createTask } from '../create-task.ts';
import { focusIfLost } from '../focus-if-lost.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { GatewayError } from '../gateway-error.ts';
import { CancelJobDocument, PromoteJobDocument, RemoveJobDocument, RetryJobDocument } from '../generated/operations.ts';
import type { FullJob } from '../job-feed.ts';
import { actionsOf, type JobAction } from '../job-text.ts';
import { Action } from './action.tsx';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { JobData } from './job-data.tsx';
import { TaskNote } from './task-note.tsx';

export interface JobActionsProps {
  readonly gateway: GatewayClient;
  readonly queue: string;
  readonly job: FullJob;
  readonly onDone: () => void;
  /** What is said of it before its data. */
  readonly children: JSX.Element;
}

/** What may be done to a job in its state, and its data, with which it may be tried again. */
export function JobActions(props: JobActionsProps) {
  const task = createTask();
  const [asked, ask] = createSignal<'cancel' | 'remove' | null>(null);
  let isOrdered = false;
  const may = (action: JobAction) => actionsOf(props.job.state).includes(action);
  const address = () => ({ queue: props.queue, id: props.job.id });

  function order(work: () => Promise<string>): void {
    isOrdered = true;
    void task.run(work).then(props.onDone);
  }

  // The button that was pressed may be gone with the state that it belonged to, and the focus with it.
  createEffect(
    on(
      () => props.job.state,
      () => {
        if (!isOrdered) return;
        isOrdered = false;
        focusIfLost('job-title');
      },
      { defer: true },
    ),
  );

  /** @param data null for the data that it had */
  const retry = (data: unknown) =>
    order(async () => {
      agreed((await props.gateway.request(RetryJobDocument, { ...address(), data })).retryJob);
      return data === null ? 'It waits again' : 'It waits again, with other data';
    });
  const promote = () =>
    order(async () => {
      agreed((await props.gateway.request(PromoteJobDocument, address())).promoteJob);
      return 'It is ready now';
    });
  const cancel = () =>
    order(async () => {
      agreed((await props.gateway.request(CancelJobDocument, address())).cancelJob);
      return 'Cancelled';
    });
  const remove = () =>
    order(async () => {
      agreed((await props.gateway.request(RemoveJobDocument, address())).removeJob);
      return 'Removed';
    });

  return (
    <>
      <Show when={actionsOf(props.job.state).length > 0}>
        <fieldset class="actor-actions">
          <legend class="visually-hidden">Actions on the job</legend>
          <Show when={may('retry')}>
            <Action text="Retry" testId="job-retry" isBusy={task.isBusy()} onClick={() => retry(null)} />
          </Show>
          <Show when={may('promote')}>
            <Action text="Promote" testId="job-promote" isBusy={task.isBusy()} onClick={promote} />
          </Show>
          <Show when={may('cancel')}>
            <Action text="Cancel" testId="job-cancel" isBusy={task.isBusy()} onClick={() => ask('cancel')} isDanger />
          </Show>
          <Show when={may('remove')}>
            <Action text="Remove" testId="job-remove" isBusy={task.isBusy()} onClick={() => ask('remove')} isDanger />
          </Show>
        </fieldset>
      </Show>
      <TaskNote task={task} />
      {props.children}
      <JobData job={props.job} isBusy={task.isBusy()} onRetry={may('retry') ? retry : null} />
      <Show when={asked() === 'cancel'}>
        <ConfirmDialog
          title={`Cancel ${props.job.type} ${props.job.id}?`}
          action="Cancel the job"
          onConfirm={cancel}
          onClose={() => ask(null)}
        >
          {props.job.state === 'ACTIVE'
            ? 'Its worker is told to stop. What it has done until then stays done.'
            : 'It ends without having run.'}
        </ConfirmDialog>
      </Show>
      <Show when={asked() === 'remove'}>
        <ConfirmDialog
          title={`Remove ${props.job.type} ${props.job.id}?`}
          action="Remove"
          onConfirm={remove}
          onClose={() => ask(null)}
        >
          One job is removed, with its data, and nothing brings it back.
        </ConfirmDialog>
      </Show>
    </>
  );
}

function agreed(isDone: boolean): void {
  if (isDone) return;
  throw new GatewayError('AW_JOB_STATE', 'The job is no longer in a state in which this can be done', {
    hint: 'Look at its state again',
  });
}
