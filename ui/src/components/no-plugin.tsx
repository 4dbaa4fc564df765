import { For, Show } from 'solid-js';

export interface NoPluginProps {
  /** Undefined before it is known. */
  readonly allowsUnsigned: boolean | undefined;
  /** Watched ones; undefined before it is known. */
  readonly folders: readonly string[] | undefined;
  /** How many plugins there are. */
  readonly count: number | undefined;
}

/** Where a plugin would be: how to come by one. */
export function NoPlugin(props: NoPluginProps) {
  return (
    <section class="panel pair-detail" aria-label="No plugin is chosen">
      <div class="panel-body scroll detail-body" tabindex="0">
        <Show when={(props.count ?? 0) > 0}>
          <p class="lead">Choose a plugin to see what it asks for, what it may do and what it has done.</p>
        </Show>
        <h3>Make a plugin in two commands</h3>
        <pre class="json" tabindex="0" data-testid="plugin-recipe">
          {'npx autoweave plugin new hello\nnpx autoweave plugin dev hello'}
        </pre>
        <p class="hint after">
          The first writes a small plugin in AssemblyScript, which greets each device, with a test. The second builds
          it, tests it and loads it here, and does so again whenever you save.
        </p>
        <Show when={props.allowsUnsigned === false}>
          <p class="hint after" data-testid="signed-only">
            Plugins that nobody has signed are not loaded here. To develop one on this machine, start AutoWeave with{' '}
            <code>--plugin-signatures off</code>.
          </p>
        </Show>
        <Show when={props.folders?.length}>
          <h3>Watched folders</h3>
          <p class="hint">What is put into them is found, and loaded again when it changes.</p>
          <ul class="path-list">
            <For each={props.folders}>{(folder) => <li class="mono">{folder}</li>}</For>
          </ul>
        </Show>
      </div>
    </section>
  );
}
