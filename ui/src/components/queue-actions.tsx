import { createSignal, createUniqueId, For, Show } from 'solid-js';
import type { Task } from '../create-task.ts';
import type { GatewayClient } from '../gateway-client.ts';
import {
  CleanQueueDocument,
  DrainQueueDocument,
  type FinishedState,
  PauseQueueDocument,
  QueueDocument,
  ResumeQueueDocument,
} from '../generated/operations.ts';
import type { Queue } from '../job-feed.ts';
import { countIn, countText, jobsText, stateText } from '../job-text.ts';
import { Action } from './action.tsx';
import { ConfirmDialog } from './confirm-dialog.tsx';

const HOUR_MS = 3_600_000;
const AGES = [
  { text: 'all of them', sentence: '', graceMs: 0 },
  { text: 'older than an hour', sentence: 'that finished more than an hour ago', graceMs: HOUR_MS },
  { text: 'older than a day', sentence: 'that finished more than a day ago', graceMs: 24 * HOUR_MS },
  { text: 'older than a week', sentence: 'that finished more than a week ago', graceMs: 7 * 24 * HOUR_MS },
] as const;
const FINISHED: readonly FinishedState[] = ['COMPLETED', 'FAILED'];

export interface QueueActionsProps {
  readonly gateway: GatewayClient;
  readonly queue: Queue;
  readonly task: Task;
  readonly order: (work: () => Promise<string>) => void;
  readonly onAdd: () => void;
}

/** What an operator may do to a queue. */
export function QueueActions(props: QueueActionsProps) {
  // With the counts of the moment in which it was asked, which the question names.
  const [asked, ask] = createSignal<{ readonly what: 'drain' | 'clean'; readonly counts: Queue['counts'] } | null>(
    null,
  );
  const [withDelayed, setWithDelayed] = createSignal(false);
  const [finished, setFinished] = createSignal<FinishedState>('COMPLETED');
  const [age, setAge] = createSignal<(typeof AGES)[number]>(AGES[0]);
  const ageId = createUniqueId();
  const stateId = createUniqueId();
  const name = () => props.queue.name;

  const pause = () =>
    props.order(async () => {
      await props.gateway.request(PauseQueueDocument, { queue: name() });
      return 'Paused: what runs goes on, nothing more is begun';
    });
  const resume = () =>
    props.order(async () => {
      await props.gateway.request(ResumeQueueDocument, { queue: name() });
      return 'It goes on';
    });
  const askFor = (what: 'drain' | 'clean') =>
    props.order(async () => {
      const { queue } = await props.gateway.request(QueueDocument, { name: name() });
      const counts = queue?.counts ?? props.queue.counts;
      const hasAny = what === 'drain' ? counts.waiting + counts.delayed > 0 : counts.completed + counts.failed > 0;
      if (!hasAny) return what === 'drain' ? 'No job waits' : 'No finished job is kept';
      setWithDelayed(what === 'drain' && counts.waiting === 0);
      setFinished(counts.completed > 0 ? 'COMPLETED' : 'FAILED');
      setAge(AGES[0]);
      ask({ what, counts });
      return '';
    });
  const drain = () =>
    props.order(async () => {
      const variables = { queue: name(), withDelayed: withDelayed() };
      const { drainQueue } = await props.gateway.request(DrainQueueDocument, variables);
      return `Drained: ${removedText(drainQueue)}`;
    });
  const clean = () =>
    props.order(async () => {
      const variables = { queue: name(), state: finished(), graceMs: age().graceMs };
      const { cleanQueue } = await props.gateway.request(CleanQueueDocument, variables);
      return `Cleaned: ${removedText(cleanQueue)}`;
    });

  return (
    <fieldset class="actor-actions">
      <legend class="visually-hidden">Actions on the queue</legend>
      <button type="button" class="button small primary" onClick={props.onAdd} data-testid="add-job">
        Add a job
      </button>
      <Show
        when={props.queue.counts.isPaused}
        fallback={<Action text="Pause" testId="queue-pause" isBusy={props.task.isBusy()} onClick={pause} />}
      >
        <Action text="Resume" testId="queue-resume" isBusy={props.task.isBusy()} onClick={resume} />
      </Show>
      <Action text="Drain" testId="queue-drain" isBusy={props.task.isBusy()} onClick={() => askFor('drain')} isDanger />
      <Action text="Clean" testId="queue-clean" isBusy={props.task.isBusy()} onClick={() => askFor('clean')} isDanger />
      <Show when={asked()?.what === 'drain' && asked()}>
        {(question) => (
          <ConfirmDialog
            title={`Drain ${name()}?`}
            action="Drain"
            onConfirm={drain}
            onClose={() => ask(null)}
            fields={
              <Show when={question().counts.delayed > 0}>
                <label class="check">
                  <input
                    type="checkbox"
                    checked={withDelayed()}
                    onChange={(event) => setWithDelayed(event.currentTarget.checked)}
                    data-testid="drain-delayed"
                  />
                  Also {jobsText(question().counts.delayed, 'DELAYED')}
                </label>
              </Show>
            }
          >
            {drainText(question().counts, withDelayed())} They are gone for good. What runs goes on.
          </ConfirmDialog>
        )}
      </Show>
      <Show when={asked()?.what === 'clean' && asked()}>
        {(question) => (
          <ConfirmDialog
            title={`Clean ${name()}?`}
            action="Clean"
            onConfirm={clean}
            onClose={() => ask(null)}
            fields={
              <div class="field-pair">
                <div class="field">
                  <label for={stateId}>Finished jobs</label>
                  <select
                    id={stateId}
                    onChange={(event) => setFinished(FINISHED[event.currentTarget.selectedIndex] ?? 'COMPLETED')}
                    data-testid="clean-state"
                  >
                    <For each={FINISHED}>
                      {(state) => (
                        <option selected={finished() === state}>
                          {stateText(state)} ({countText(countIn(question().counts, state))})
                        </option>
                      )}
                    </For>
                  </select>
                </div>
                <div class="field">
                  <label for={ageId}>Which</label>
                  <select
                    id={ageId}
                    onChange={(event) => setAge(AGES[event.currentTarget.selectedIndex] ?? AGES[0])}
                    data-testid="clean-age"
                  >
                    <For each={AGES}>{(choice) => <option selected={age() === choice}>{choice.text}</option>}</For>
                  </select>
                </div>
              </div>
            }
          >
            {cleanText(countIn(question().counts, finished()), finished(), age().sentence)}
          </ConfirmDialog>
        )}
      </Show>
    </fieldset>
  );
}

function removedText(count: number): string {
  return `${countText(count)} ${count === 1 ? 'job is' : 'jobs are'} gone`;
}

function drainText(counts: Queue['counts'], withDelayed: boolean): string {
  const waiting = jobsText(counts.waiting, 'WAITING');
  const whole = withDelayed ? `${waiting} and ${jobsText(counts.delayed, 'DELAYED')}` : waiting;
  return `${whole} will be removed.`;
}

function cleanText(count: number, state: FinishedState, sentence: string): string {
  const jobs = jobsText(count, state);
  return sentence === ''
    ? `${jobs} will be forgotten, with data, result and attempts.`
    : `Of ${jobs}, those ${sentence} will be forgotten, with data, result and attempts.`;
}
