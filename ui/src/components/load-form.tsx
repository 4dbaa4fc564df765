import { createSignal, createUniqueId, Show } from 'solid-js';
import { createTask } from '../create-task.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { InspectPluginDocument, type PluginFieldsFragment } from '../generated/operations.ts';
import { ErrorNote } from './error-note.tsx';

export interface LoadFormProps {
  readonly gateway: GatewayClient;
  readonly onInspected: (plugin: PluginFieldsFragment) => void;
}

/** Looks into a folder for a plugin. It is loaded only after somebody has read what it asks for. */
export function LoadForm(props: LoadFormProps) {
  const task = createTask();
  const id = createUniqueId();
  const [path, setPath] = createSignal('');

  function submit(event: SubmitEvent): void {
    event.preventDefault();
    void task.run(async () => {
      const { inspectPlugin } = await props.gateway.request(InspectPluginDocument, { manifestPath: path().trim() });
      props.onInspected(inspectPlugin);
      return '';
    });
  }

  return (
    <form class="pair-form" onSubmit={submit} aria-label="Load from a folder" data-testid="load-form">
      <div class="field">
        <label for={id}>Load from a folder, or a plugin.json, on the host of this gateway</label>
        <div class="with-submit">
          <input
            id={id}
            class="mono"
            required
            autocomplete="off"
            spellcheck={false}
            placeholder="/home/me/label-printer"
            value={path()}
            onInput={(event) => setPath(event.currentTarget.value)}
            data-testid="load-path"
          />
          <button type="submit" class="button" aria-disabled={task.isBusy()} data-testid="load-look">
            Look into it
          </button>
        </div>
      </div>
      <Show when={task.error()}>{(error) => <ErrorNote error={error()} />}</Show>
    </form>
  );
}
