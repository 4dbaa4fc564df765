import { createEffect, createSignal, on, Show } from 'solid-js';
import { type ConsentAsked, isGrantedSince, lackingCapability } from '../consent.ts';
import { createTask } from '../create-task.ts';
import { focusIfLost } from '../focus-if-lost.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { toGatewayError } from '../gateway-error.ts';
import {
  LoadPluginDocument,
  type PluginFieldsFragment,
  ReloadPluginDocument,
  RevokePluginDocument,
  UnloadPluginDocument,
} from '../generated/operations.ts';
import { durationText } from '../time-text.ts';
import { Action } from './action.tsx';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { TaskNote } from './task-note.tsx';

export interface PluginActionsProps {
  readonly gateway: GatewayClient;
  readonly plugin: PluginFieldsFragment;
  readonly onAsk: (consent: ConsentAsked) => void;
  readonly onDone: () => void;
}

/** What an operator may do to a plugin in its state. */
export function PluginActions(props: PluginActionsProps) {
  const task = createTask();
  const [isRevoking, setRevoking] = createSignal(false);
  const isLoaded = () => props.plugin.state === 'LOADED';
  const isGranted = () => props.plugin.permissions.granted !== null;
  /** Somebody has read what this version asks for, and as far as is known has granted enough for it to be loaded. */
  const isAgreed = () =>
    isGranted() &&
    props.plugin.state !== 'AWAITING_CONSENT' &&
    (lackingCapability(props.plugin.error) === null || isGrantedSince(props.plugin));

  let isOrdered = false;
  function order(work: () => Promise<string>): void {
    isOrdered = true;
    void task.run(work).then(props.onDone);
  }

  function ask(purpose: ConsentAsked['purpose']): void {
    isOrdered = true;
    props.onAsk({ plugin: props.plugin, purpose });
  }

  // The button that was pressed may be gone with the state that it belonged to, and the focus with it.
  createEffect(
    on(
      () => props.plugin.state,
      (state) => {
        if (!isOrdered || state === 'LOADING') return;
        isOrdered = false;
        focusIfLost('plugin-title');
      },
      { defer: true },
    ),
  );

  const load = () =>
    order(async () => {
      try {
        const { manifestPath, options } = props.plugin;
        await props.gateway.request(LoadPluginDocument, { manifestPath, options });
        return 'Loaded, with what was granted before';
      } catch (thrown) {
        // It asks for more than the version that somebody has read.
        if (toGatewayError(thrown).code !== 'AW_PLUGIN_CONSENT_MISSING') throw thrown;
        ask('load');
        return '';
      }
    });
  const reload = () =>
    order(async () => {
      const { reloadPlugin } = await props.gateway.request(ReloadPluginDocument, { id: props.plugin.name });
      const tookMs = reloadPlugin.loadDurationMs;
      return tookMs === null ? 'Loaded again' : `Loaded again in ${durationText(tookMs)}`;
    });
  const unload = () =>
    order(async () => {
      const { unloadPlugin } = await props.gateway.request(UnloadPluginDocument, { id: props.plugin.name });
      return unloadPlugin ? 'Unloaded' : 'It was not loaded';
    });
  const revoke = () =>
    order(async () => {
      const { revokePlugin } = await props.gateway.request(RevokePluginDocument, { name: props.plugin.name });
      return revokePlugin ? 'The consent is taken back' : 'There was no consent';
    });

  return (
    <>
      <fieldset class="actor-actions">
        <legend class="visually-hidden">Actions on the plugin</legend>
        <Show
          when={isLoaded()}
          fallback={
            <Action
              text="Load"
              testId="plugin-load"
              isBusy={task.isBusy()}
              onClick={() => (isAgreed() ? load() : ask('load'))}
            />
          }
        >
          <Action text="Reload" testId="plugin-reload" isBusy={task.isBusy()} onClick={reload} />
          <Action text="Unload" testId="plugin-unload" isBusy={task.isBusy()} onClick={unload} />
        </Show>
        <Show when={isGranted()}>
          <Action text="Change grants" testId="plugin-change" isBusy={task.isBusy()} onClick={() => ask('change')} />
          <Action
            text="Revoke"
            testId="plugin-revoke"
            isBusy={task.isBusy()}
            onClick={() => setRevoking(true)}
            isDanger
          />
        </Show>
      </fieldset>
      <TaskNote task={task} />
      <Show when={isRevoking()}>
        <ConfirmDialog
          title={`Revoke the consent to ${props.plugin.name}?`}
          action="Revoke"
          onConfirm={revoke}
          onClose={() => setRevoking(false)}
        >
          The plugin is unloaded and may do nothing any more. It is loaded again only after somebody has granted what it
          asks for.
        </ConfirmDialog>
      </Show>
    </>
  );
}
