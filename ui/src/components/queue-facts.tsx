import { For, Show } from 'solid-js';
import type { Queue } from '../job-feed.ts';
import { backoffText, countText, retentionText } from '../job-text.ts';
import { durationText } from '../time-text.ts';
import { type Durability, durabilityText, promiseText, wishText } from './durability-badge.tsx';

export interface QueueFactsProps {
  readonly queue: Queue;
  readonly durability: Durability | undefined;
}

/** What an added job may count on: what the broker really keeps, and how the queue is set. */
export function QueueFacts(props: QueueFactsProps) {
  const settings = () => props.queue.settings;
  return (
    <section class="panel job-panel" aria-labelledby="facts-title" data-testid="queue-facts">
      <header class="panel-head">
        <h2 id="facts-title">Settings</h2>
      </header>
      <div class="panel-body scroll detail-body" tabindex="0">
        <p class="hint">Choose a job to see its data, its attempts and its result, and to retry or remove it.</p>
        <h3>Durability</h3>
        <Show when={props.durability} fallback={<p class="hint">Not known yet.</p>}>
          {(durability) => (
            <dl class="facts" data-testid="queue-durability" data-level={durability().level}>
              <dt>Level</dt>
              <dd>
                {durabilityText(durability())} <code>{durability().level}</code>, read from the broker
              </dd>
              <dt>An added job is</dt>
              <dd>{promiseText(durability())}</dd>
              <dt>Asked for</dt>
              <dd>
                <code>{durability().wanted}</code>, {wishText(durability())}
              </dd>
              <dt>Replicas</dt>
              <dd>{durability().replicas}</dd>
            </dl>
          )}
        </Show>
        <h3>Attempts</h3>
        <dl class="facts">
          <dt>At most</dt>
          <dd>{settings().attempts}</dd>
          <dt>Back-off</dt>
          <dd>{backoffText(settings().backoff)}</dd>
          <dt>For one attempt</dt>
          <dd>{timeoutText(settings().attemptTimeoutMs)}</dd>
          <dt>In total</dt>
          <dd>{timeoutText(settings().totalTimeoutMs)}</dd>
        </dl>
        <h3>Limits</h3>
        <dl class="facts">
          <dt>Active at once</dt>
          <dd>{settings().globalConcurrency ?? 'no limit over all workers'}</dd>
          <dt>Rate</dt>
          <dd>
            <Show when={settings().rateLimit} fallback="no limit">
              {(limit) => (
                <>
                  {countText(limit().max)} in {durationText(limit().windowMs)}
                </>
              )}
            </Show>
          </dd>
          <dt>Job types</dt>
          <dd>{settings().types.length === 0 ? 'all that are known' : settings().types.join(', ')}</dd>
        </dl>
        <h3>Kept</h3>
        <dl class="facts">
          <dt>Completed</dt>
          <dd>{retentionText(settings().completed)}</dd>
          <dt>Failed</dt>
          <dd>{retentionText(settings().failed)}</dd>
        </dl>
        <Show when={props.queue.counts.byPriority.length > 0}>
          <h3>Waiting by priority</h3>
          <dl class="facts">
            <For each={props.queue.counts.byPriority}>
              {(line) => (
                <>
                  <dt>from {line.priority}</dt>
                  <dd>{countText(line.waiting)}</dd>
                </>
              )}
            </For>
          </dl>
        </Show>
      </div>
    </section>
  );
}

function timeoutText(timeoutMs: number): string {
  return timeoutMs === 0 ? 'no time limit' : durationText(timeoutMs);
}
