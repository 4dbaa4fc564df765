import { createSignal, createUniqueId } from 'solid-js';
import { createTask } from '../create-task.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { GatewayError, isRecord } from '../gateway-error.ts';
import { ImportActorDocument } from '../generated/operations.ts';
import { readJson } from '../json-input.ts';
import type { ActorName } from '../route.ts';
import { Dialog } from './dialog.tsx';
import { TaskNote } from './task-note.tsx';

export interface ImportDialogProps {
  readonly gateway: GatewayClient;
  readonly onImported: (actor: ActorName) => void;
  readonly onClose: () => void;
}

/** Puts an exported key from a file into its key, or into another one. */
export function ImportDialog(props: ImportDialogProps) {
  const task = createTask();
  const [fileId, keyId] = [createUniqueId(), createUniqueId()];
  const [file, setFile] = createSignal<File | null>(null);
  const [key, setKey] = createSignal('');
  const [replaces, setReplaces] = createSignal(false);

  function submit(event: SubmitEvent): void {
    event.preventDefault();
    void task.run(importFile);
  }

  async function importFile(): Promise<string> {
    const chosen = file();
    if (!chosen) throw new GatewayError('AW_FORM_INVALID', 'No file is chosen');
    const read = readJson(await chosen.text());
    if (!read.ok) throw new GatewayError('AW_FORM_INVALID', `"${chosen.name}" is no JSON: ${read.problem}`);
    const { importActor } = await props.gateway.request(ImportActorDocument, {
      file: read.value,
      key: key() === '' ? null : key(),
      replace: replaces(),
    });
    const name = isRecord(read.value) ? String(read.value.actor) : '';
    props.onImported({ name, key: importActor });
    return `Imported ${name} ${importActor}`;
  }

  return (
    <Dialog title="Import a key" testId="import-dialog" onClose={props.onClose}>
      <form class="confirm-form" onSubmit={submit}>
        <div class="field">
          <label for={fileId}>File, as Export saves it</label>
          <input
            id={fileId}
            type="file"
            accept="application/json,.json"
            onChange={(event) => setFile(event.currentTarget.files?.[0] ?? null)}
            data-testid="import-file"
          />
        </div>
        <div class="field">
          <label for={keyId}>Key; that of the file when empty</label>
          <input
            id={keyId}
            class="mono"
            autocomplete="off"
            spellcheck={false}
            value={key()}
            onInput={(event) => setKey(event.currentTarget.value)}
            data-testid="import-key"
          />
        </div>
        <label class="check">
          <input
            type="checkbox"
            checked={replaces()}
            onChange={(event) => setReplaces(event.currentTarget.checked)}
            data-testid="import-replace"
          />
          Replace the state that the key has; it is lost
        </label>
        <div class="form-buttons">
          <button type="submit" class="button primary" aria-disabled={task.isBusy()} data-testid="import-submit">
            Import
          </button>
        </div>
        <TaskNote task={task} />
      </form>
    </Dialog>
  );
}
