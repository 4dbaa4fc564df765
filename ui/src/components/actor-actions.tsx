import { createSignal, Show } from 'solid-js';
import { exportFileName } from '../actor-text.ts';
import { createTask } from '../create-task.ts';
import type { GatewayClient } from '../gateway-client.ts';
import {
  ActorExportDocument,
  type ActorStatus,
  DestroyActorDocument,
  KillActorDocument,
  PauseActorDocument,
  ResumeActorDocument,
} from '../generated/operations.ts';
import type { ActorName } from '../route.ts';
import { saveFile } from '../save-file.ts';
import { Action } from './action.tsx';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { TaskNote } from './task-note.tsx';

export interface ActorActionsProps {
  readonly gateway: GatewayClient;
  readonly actor: ActorName;
  readonly status: ActorStatus | null;
  readonly onDone: () => void;
}

/** What an operator may do to a key. */
export function ActorActions(props: ActorActionsProps) {
  const task = createTask();
  const [asked, ask] = createSignal<'kill' | 'destroy' | null>(null);
  const address = () => ({ actor: props.actor.name, key: props.actor.key });
  const order = (work: () => Promise<string>) => void task.run(work).then(props.onDone);

  const pause = () =>
    order(async () => {
      await props.gateway.request(PauseActorDocument, address());
      return 'Paused: what comes is kept until it goes on';
    });
  const resume = () =>
    order(async () => {
      await props.gateway.request(ResumeActorDocument, address());
      return 'It goes on';
    });
  const kill = () =>
    order(async () => {
      await props.gateway.request(KillActorDocument, address());
      return 'Killed: it begins again from its committed state';
    });
  const destroy = () =>
    order(async () => {
      await props.gateway.request(DestroyActorDocument, address());
      return 'Destroyed: the next message begins a new life';
    });
  const exportKey = () =>
    order(async () => {
      const { name, key } = props.actor;
      const { actorExport } = await props.gateway.request(ActorExportDocument, { name, key });
      const file = exportFileName(name, key);
      saveFile(file, `${JSON.stringify(actorExport, null, 2)}\n`);
      return `Saved as ${file}`;
    });

  return (
    <>
      <fieldset class="actor-actions">
        <legend class="visually-hidden">Actions</legend>
        <Show
          when={props.status === 'PAUSED'}
          fallback={<Action text="Pause" testId="actor-pause" isBusy={task.isBusy()} onClick={pause} />}
        >
          <Action text="Resume" testId="actor-resume" isBusy={task.isBusy()} onClick={resume} />
        </Show>
        <Action text="Kill" testId="actor-kill" isBusy={task.isBusy()} onClick={() => ask('kill')} />
        <Action text="Export" testId="actor-export" isBusy={task.isBusy()} onClick={exportKey} />
        <Action text="Destroy" testId="actor-destroy" isBusy={task.isBusy()} onClick={() => ask('destroy')} isDanger />
      </fieldset>
      <TaskNote task={task} />
      <Show when={asked() === 'kill'}>
        <ConfirmDialog
          title={`Kill ${props.actor.name} ${props.actor.key}?`}
          action="Kill"
          onConfirm={kill}
          onClose={() => ask(null)}
        >
          The message at work is given up, and the key begins again from its committed state. It counts as a failed
          attempt: the message is tried again, or becomes a dead letter.
        </ConfirmDialog>
      </Show>
      <Show when={asked() === 'destroy'}>
        <ConfirmDialog
          title={`Destroy ${props.actor.name} ${props.actor.key}?`}
          action="Destroy"
          word={props.actor.key || props.actor.name}
          onConfirm={destroy}
          onClose={() => ask(null)}
        >
          Its state and its timers are removed, and nothing brings them back. Messages that wait stay, and the next one
          begins a new life.
        </ConfirmDialog>
      </Show>
    </>
  );
}
