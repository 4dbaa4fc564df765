import { createEffect, createSignal, on, Show } from 'solid-js';
import type { EventFeed } from '../create-event-log.ts';
import { createLive } from '../create-live.ts';
import { now } from '../create-now.ts';
import { createTask } from '../create-task.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { isRecord } from '../gateway-error.ts';
import { ForgetDocument, type MemoriesQuery, MemoryDocument } from '../generated/operations.ts';
import { valueText } from '../json-text.ts';
import { MEMORIES, routeHash } from '../route.ts';
import { agoText, instantText } from '../time-text.ts';
import { Action } from './action.tsx';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { CopyId } from './copy-id.tsx';
import { DetailPane } from './detail-pane.tsx';
import { CloseIcon } from './icons.tsx';
import { TaskNote } from './task-note.tsx';

const REFRESH_MS = 10_000;

export interface MemoryDetailProps {
  readonly gateway: GatewayClient;
  readonly log: EventFeed;
  readonly id: string;
  readonly agents: MemoriesQuery['agents'];
  /** Asks anew whenever it changes. */
  readonly turn: number;
  readonly onForgotten: () => void;
}

/** One memory in full. */
export function MemoryDetail(props: MemoryDetailProps) {
  const task = createTask();
  const [isForgetting, setForgetting] = createSignal(false);
  const answer = createLive(() => props.gateway.request(MemoryDocument, { id: props.id }), {
    log: props.log,
    concerns: ({ type, subject }) => type.startsWith('memory.') && subject === props.id,
    intervalMs: REFRESH_MS,
  });
  const memory = () => answer.value()?.memory ?? null;
  createEffect(on(() => props.turn, answer.refresh, { defer: true }));

  const forget = () =>
    void task.run(async () => {
      await props.gateway.request(ForgetDocument, { id: props.id });
      props.onForgotten();
      return 'Forgotten';
    });

  return (
    <>
      <DetailPane
        name="memory"
        class="pair-detail"
        id={props.id}
        title="Memory"
        status={undefined}
        answer={answer}
        found={memory()}
        noneText="There is no such memory, or none any more."
        head={
          <>
            <CopyId id={props.id} />
            <a
              class="button quiet icon-only small"
              href={routeHash(MEMORIES)}
              aria-label="Close this memory"
              data-testid="memory-close"
            >
              <CloseIcon />
            </a>
          </>
        }
      >
        {(found) => (
          <>
            <p class="memory-whole" data-testid="memory-whole">
              {found().text}
            </p>
            <fieldset class="actor-actions">
              <legend class="visually-hidden">Actions on the memory</legend>
              <Action
                text="Forget"
                testId="memory-forget"
                isBusy={task.isBusy()}
                onClick={() => setForgetting(true)}
                isDanger
              />
            </fieldset>
            <TaskNote task={task} />
            <dl class="facts">
              <dt>Of</dt>
              <dd>
                <Show when={found().agentId} fallback="everybody">
                  {(agentId) => (
                    <a href={routeHash({ view: 'agents', agent: agentId(), run: null })}>
                      {props.agents.find(({ id }) => id === agentId())?.name ?? agentId()}
                    </a>
                  )}
                </Show>
              </dd>
              <dt>Remembered</dt>
              <dd>
                <Instant iso={found().createdAt} />
              </dd>
              <Show when={found().updatedAt !== found().createdAt}>
                <dt>Replaced</dt>
                <dd>
                  <Instant iso={found().updatedAt} />
                </dd>
              </Show>
            </dl>
            <Show when={isRecord(found().metadata)}>
              <h3>What else is known of it</h3>
              <pre class="json" tabindex="0" data-testid="memory-metadata">
                {valueText(found().metadata)}
              </pre>
            </Show>
          </>
        )}
      </DetailPane>
      <Show when={isForgetting()}>
        <ConfirmDialog
          title="Forget this memory?"
          action="Forget"
          onConfirm={forget}
          onClose={() => setForgetting(false)}
        >
          Its text is removed and found no more, and nothing brings it back.
        </ConfirmDialog>
      </Show>
    </>
  );
}

function Instant(props: { readonly iso: string }) {
  return (
    <time datetime={props.iso} title={instantText(props.iso)}>
      {agoText(now(), Date.parse(props.iso))}
    </time>
  );
}
