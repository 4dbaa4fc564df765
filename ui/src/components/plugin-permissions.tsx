import { Index, Show } from 'solid-js';
import { now } from '../create-now.ts';
import type { PluginFieldsFragment } from '../generated/operations.ts';
import { agoText, instantText } from '../time-text.ts';
import { CheckIcon, CloseIcon } from './icons.tsx';

type Permissions = PluginFieldsFragment['permissions'];

/** What it asks for, and what of that it may do. */
export function PluginPermissions(props: { readonly permissions: Permissions }) {
  return (
    <>
      <h3>Permissions</h3>
      <Show when={props.permissions.items.length > 0} fallback={<p class="hint">It asks for nothing.</p>}>
        <ul class="permission-list">
          <Index each={props.permissions.items}>{(item) => <Item item={item()} />}</Index>
        </ul>
        <p class="hint after">
          <Show when={props.permissions.grantedAt} fallback="It may do none of this until somebody grants it.">
            {(grantedAt) => (
              <time datetime={grantedAt()} title={instantText(grantedAt())}>
                Granted {agoText(now(), Date.parse(grantedAt()))}
              </time>
            )}
          </Show>
        </p>
      </Show>
    </>
  );
}

function Item(props: { readonly item: Permissions['items'][number] }) {
  return (
    <li
      class="permission"
      data-testid="permission"
      data-capability={props.item.capability}
      data-granted={props.item.isGranted}
      data-available={props.item.isAvailable}
    >
      <Show when={props.item.isGranted && props.item.isAvailable} fallback={<CloseIcon />}>
        <CheckIcon />
      </Show>
      <span>
        {props.item.sentence} <span class="permission-state">{stateText(props.item)}</span>
      </span>
      <span class="tag">{props.item.capability}</span>
    </li>
  );
}

function stateText({ isGranted, isAvailable }: Permissions['items'][number]): string {
  if (!isAvailable) return 'not available in this version';
  return isGranted ? 'granted' : 'not granted';
}
