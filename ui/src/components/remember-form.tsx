import { createMemo, createSignal, createUniqueId, For } from 'solid-js';
import { createTask } from '../create-task.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { GatewayError, isRecord } from '../gateway-error.ts';
import { type MemoriesQuery, RememberDocument } from '../generated/operations.ts';
import { readJson } from '../json-input.ts';
import { JsonField } from './json-field.tsx';
import { TaskNote } from './task-note.tsx';

export interface RememberFormProps {
  readonly gateway: GatewayClient;
  readonly agents: MemoriesQuery['agents'];
  readonly onRemembered: () => void;
}

/** Where a memory would be: how to make one. */
export function RememberForm(props: RememberFormProps) {
  const task = createTask();
  const [textId, agentFieldId] = [createUniqueId(), createUniqueId()];
  const [text, setText] = createSignal('');
  const [agentId, setAgentId] = createSignal<string | null>(null);
  const [metadata, setMetadata] = createSignal('{}');
  // By their text: an answer without news leaves the choice as it is.
  const choices = createMemo(() => props.agents.map(({ id }) => id).join('\n'));

  function submit(event: SubmitEvent): void {
    event.preventDefault();
    void task.run(async () => {
      const read = readJson(metadata());
      if (!read.ok) throw new GatewayError('AW_FORM_INVALID', `What else is known is no JSON: ${read.problem}`);
      if (!isRecord(read.value)) throw new GatewayError('AW_FORM_INVALID', 'What else is known is no JSON object');
      const isAny = Object.keys(read.value).length > 0;
      const { remember } = await props.gateway.request(RememberDocument, {
        input: { text: text().trim(), agentId: agentId(), ...(isAny ? { metadata: read.value } : {}) },
      });
      setText('');
      props.onRemembered();
      return `Remembered as ${remember.id}`;
    });
  }

  return (
    <section class="panel pair-detail" aria-labelledby="remember-title" data-testid="remember">
      <header class="panel-head">
        {/* It takes the focus when somebody wants to remember. */}
        <h2 id="remember-title" tabindex="-1">
          Remember something
        </h2>
      </header>
      <div class="panel-body scroll detail-body" tabindex="0">
        <form class="command-form" onSubmit={submit} aria-labelledby="remember-title">
          <p class="hint">Agents remember by themselves. Choose a memory to see it in full, or to have it forgotten.</p>
          <div class="field">
            <label for={textId}>Text</label>
            <textarea
              id={textId}
              required
              rows={4}
              maxlength={100_000}
              value={text()}
              onInput={(event) => setText(event.currentTarget.value)}
              data-testid="remember-text"
            />
          </div>
          <div class="field">
            <label for={agentFieldId}>Of</label>
            <select
              id={agentFieldId}
              onChange={(event) => setAgentId(event.currentTarget.value || null)}
              data-testid="remember-agent"
            >
              <option value="" selected={agentId() === null}>
                everybody
              </option>
              <For each={choices().split('\n').filter(Boolean)}>
                {(id) => (
                  <option value={id} selected={agentId() === id}>
                    {props.agents.find((agent) => agent.id === id)?.name}
                  </option>
                )}
              </For>
            </select>
          </div>
          <JsonField
            label="What else is known of it, as a JSON object"
            value={metadata()}
            onInput={setMetadata}
            rows={3}
            testId="remember-metadata"
          />
          <div class="form-buttons">
            <button type="submit" class="button primary" aria-disabled={task.isBusy()} data-testid="remember-submit">
              Remember
            </button>
          </div>
          <TaskNote task={task} />
        </form>
      </div>
    </section>
  );
}
