import { Index, Show } from 'solid-js';
import { now } from '../create-now.ts';
import { isRecord } from '../gateway-error.ts';
import type { PluginFieldsFragment } from '../generated/operations.ts';
import { valueText } from '../json-text.ts';
import { bytesText, integritySentence, integrityText } from '../plugin-text.ts';
import { routeHash } from '../route.ts';
import { agoText, durationText, instantText } from '../time-text.ts';
import { CopyId } from './copy-id.tsx';

/** What it is, where it comes from, and what holds for it. */
export function PluginFacts(props: { readonly plugin: PluginFieldsFragment }) {
  const hooks = () => Object.entries(isRecord(props.plugin.hooks) ? props.plugin.hooks : {});
  const isOptioned = () => isRecord(props.plugin.options) && Object.keys(props.plugin.options).length > 0;
  return (
    <>
      <h3>Hooks</h3>
      <Show when={hooks().length > 0} fallback={<p class="hint">None: it is called by others only.</p>}>
        <dl class="facts">
          <Index each={hooks()}>
            {(hook) => (
              <>
                <dt class="mono">{hook()[0]}</dt>
                <dd class="mono">{String(hook()[1])}</dd>
              </>
            )}
          </Index>
        </dl>
      </Show>
      <h3>Limits</h3>
      <dl class="facts">
        <dt>One call</dt>
        <dd>{durationText(props.plugin.limits.callTimeoutMs)}, then its instance is ended</dd>
        <dt>Output</dt>
        <dd>at most {bytesText(props.plugin.limits.maxOutputBytes)}</dd>
        <dt>Memory</dt>
        <dd>at most {bytesText(props.plugin.limits.maxHeapBytes)} for each instance</dd>
        <dt>Instances</dt>
        <dd>at most {props.plugin.limits.maxWorkers}</dd>
      </dl>
      <h3>Module</h3>
      <dl class="facts">
        <dt>Integrity</dt>
        <dd data-testid="plugin-integrity" data-integrity={props.plugin.integrity}>
          {integrityText(props.plugin.integrity)}: {integritySentence(props.plugin.integrity)}
        </dd>
        <Show when={props.plugin.sha256}>
          {(sha256) => (
            <>
              <dt>SHA-256</dt>
              <dd>
                <CopyId id={sha256()} />
              </dd>
            </>
          )}
        </Show>
        <Show when={props.plugin.size !== null}>
          <dt>Size</dt>
          <dd>{bytesText(props.plugin.size ?? 0)}</dd>
        </Show>
        <dt>From</dt>
        <dd class="mono">{props.plugin.manifestPath}</dd>
        <Show when={props.plugin.loadedAt}>
          {(at) => (
            <>
              <dt>Loaded</dt>
              <dd>
                <time datetime={at()} title={instantText(at())}>
                  {agoText(now(), Date.parse(at()))}
                </time>
                <Show when={props.plugin.loadDurationMs}>{(tookMs) => <>, in {durationText(tookMs())}</>}</Show>
              </dd>
            </>
          )}
        </Show>
        <dt>Its jobs</dt>
        <dd>
          queue{' '}
          <a class="mono" href={routeHash({ view: 'queues', queue: `plugin-${props.plugin.name}`, job: null })}>
            plugin-{props.plugin.name}
          </a>
        </dd>
      </dl>
      <Show when={isOptioned()}>
        <h3>Options</h3>
        <pre class="json" tabindex="0">
          {valueText(props.plugin.options)}
        </pre>
      </Show>
      <Show when={props.plugin.jobTypes.length > 0}>
        <h3>Job types of its own</h3>
        <Index each={props.plugin.jobTypes}>
          {(jobType) => (
            <details class="fold">
              <summary class="mono">{jobType().type}</summary>
              <pre class="json" tabindex="0">
                {valueText(jobType().schema)}
              </pre>
            </details>
          )}
        </Index>
      </Show>
    </>
  );
}
