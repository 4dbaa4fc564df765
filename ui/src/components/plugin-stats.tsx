import { Index, Show } from 'solid-js';
import { now } from '../create-now.ts';
import type { PluginFieldsFragment } from '../generated/operations.ts';
import { agoText, clockText, durationText, instantText } from '../time-text.ts';

type Stats = PluginFieldsFragment['stats'];

/** What its calls came to since it was loaded. */
export function PluginStats(props: { readonly stats: Stats }) {
  const figures = (): readonly (readonly [label: string, value: string, id: string])[] => [
    ['Calls', props.stats.calls.toLocaleString(), 'calls'],
    ['Failed', props.stats.failures.toLocaleString(), 'failures'],
    ['Too slow', props.stats.timeouts.toLocaleString(), 'timeouts'],
    ['Denied', props.stats.denials.toLocaleString(), 'denials'],
    ['p50', measureText(props.stats.p50Ms), 'p50'],
    ['p99', measureText(props.stats.p99Ms), 'p99'],
    ['Instances', props.stats.instances.toLocaleString(), 'instances'],
    ['Calls waiting', props.stats.pending.toLocaleString(), 'pending'],
  ];
  return (
    <>
      <h3>Calls since it was loaded</h3>
      <dl class="figures">
        <Index each={figures()}>
          {(figure) => (
            <div>
              <dt>{figure()[0]}</dt>
              <dd data-testid={`stat-${figure()[2]}`}>{figure()[1]}</dd>
            </div>
          )}
        </Index>
      </dl>
      <Show when={props.stats.lastCallAt}>
        {(at) => (
          <p class="hint after">
            The last one began{' '}
            <time datetime={at()} title={instantText(at())}>
              {agoText(now(), Date.parse(at()))}
            </time>
          </p>
        )}
      </Show>
      <Show when={props.stats.recentDenials.length > 0}>
        <h3>Recent denials</h3>
        <ul class="denial-list">
          <Index each={props.stats.recentDenials}>
            {(denial) => (
              <li data-testid="denial">
                <span class="tag warn">{denial().capability}</span>
                <code>{denial().subject}</code>
                <time datetime={denial().at} title={instantText(denial().at)}>
                  {clockText(denial().at)}
                </time>
              </li>
            )}
          </Index>
        </ul>
      </Show>
    </>
  );
}

function measureText(durationMs: number | null): string {
  return durationMs === null ? '–' : durationText(durationMs);
}
