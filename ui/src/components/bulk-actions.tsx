import { createEffect, createSignal, For, Show } from 'solid-js';
import { focusIfLost } from '../focus-if-lost.ts';
import type { GatewayClient } from '../gateway-client.ts';
import {
  type BulkJobOperation,
  BulkJobsDocument,
  BulkJobsDryRunDocument,
  type JobState,
} from '../generated/operations.ts';
import { bulkOperationsOf, countText, jobsText, stateText } from '../job-text.ts';
import { Action } from './action.tsx';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { tabId } from './state-tabs.tsx';

const WORDS: Readonly<
  Record<BulkJobOperation, { readonly verb: string; readonly what: string; readonly done: string }>
> = {
  RETRY: { verb: 'Retry', what: 'Each waits again, with the data that it had.', done: 'wait again' },
  REMOVE: { verb: 'Remove', what: 'They are gone for good.', done: 'are removed' },
  PROMOTE: { verb: 'Promote', what: 'Each becomes ready now.', done: 'are ready' },
  CANCEL: { verb: 'Cancel', what: 'Each is told to stop, and ends.', done: 'are cancelled' },
};

export interface BulkActionsProps {
  readonly gateway: GatewayClient;
  readonly queue: string;
  readonly state: JobState;
  /** Whether there is any such job. */
  readonly isAny: boolean;
  readonly isBusy: boolean;
  readonly order: (work: () => Promise<string>) => void;
}

/** The same for all jobs of a state, after a dry run has said how many they are. */
export function BulkActions(props: BulkActionsProps) {
  let isOrdered = false;
  const [asked, ask] = createSignal<{
    readonly operation: BulkJobOperation;
    readonly state: JobState;
    readonly count: number;
  } | null>(null);

  // With the last job the buttons go, and the focus that one of them may have had.
  createEffect(() => props.isAny || (isOrdered && focusIfLost(tabId(props.state))));

  const dryRun = (operation: BulkJobOperation) =>
    props.order(async () => {
      isOrdered = true;
      const { queue, state } = props;
      const variables = { queue, operation, filter: { state } };
      const { bulkJobsDryRun: count } = await props.gateway.request(BulkJobsDryRunDocument, variables);
      if (count === 0) return `There is no ${stateText(state)} job any more`;
      ask({ operation, state, count });
      return '';
    });
  const carryOut = (operation: BulkJobOperation, state: JobState, limit: number) =>
    props.order(async () => {
      // No more than were agreed to, whatever came in the meantime.
      const variables = { queue: props.queue, operation, filter: { state, limit } };
      const { bulkJobs } = await props.gateway.request(BulkJobsDocument, variables);
      return `${countText(bulkJobs)} of ${jobsText(limit, state)} ${WORDS[operation].done}`;
    });

  return (
    <>
      <div class="bulk">
        <For each={props.isAny ? bulkOperationsOf(props.state) : []}>
          {(operation) => (
            <Action
              text={`${WORDS[operation].verb} all`}
              label={`${WORDS[operation].verb} all ${stateText(props.state)} jobs`}
              testId={`bulk-${operation.toLowerCase()}`}
              isBusy={props.isBusy}
              isDanger={operation === 'REMOVE' || operation === 'CANCEL'}
              onClick={() => dryRun(operation)}
            />
          )}
        </For>
      </div>
      <Show when={asked()}>
        {(question) => (
          <ConfirmDialog
            title={`${WORDS[question().operation].verb} ${jobsText(question().count, question().state)}?`}
            action={WORDS[question().operation].verb}
            onConfirm={() => carryOut(question().operation, question().state, question().count)}
            onClose={() => ask(null)}
          >
            {WORDS[question().operation].what} A dry run has counted {countText(question().count)} in {props.queue}; no
            more than that are touched.
          </ConfirmDialog>
        )}
      </Show>
    </>
  );
}
