import { Show } from 'solid-js';
import type { HealthQuery } from '../generated/operations.ts';
import { durationText } from '../time-text.ts';
import { ShieldIcon, WarningIcon } from './icons.tsx';

export type Durability = HealthQuery['health']['durability'];

/** What the broker really guarantees, never the wish. Unknown is a warning. */
export function DurabilityBadge(props: { readonly durability: Durability | undefined }) {
  return (
    <Show when={props.durability}>
      {(durability) => (
        <>
          <button
            type="button"
            class="badge durability"
            popovertarget="durability-detail"
            data-testid="durability"
            data-level={durability().level}
            title={durability().detail}
          >
            <Show when={durability().level !== 'UNKNOWN'} fallback={<WarningIcon />}>
              <ShieldIcon />
            </Show>
            <span>{durabilityText(durability())}</span>
          </button>
          <div id="durability-detail" popover="auto" class="popover">
            <h2>{durabilityText(durability())}</h2>
            <p>{durability().detail}</p>
            <dl class="facts">
              <dt>Acknowledged means</dt>
              <dd>{promiseText(durability())}</dd>
              <dt>Replicas</dt>
              <dd>{durability().replicas}</dd>
              <dt>Level</dt>
              <dd>
                <code>{durability().level}</code>, read from the broker
              </dd>
            </dl>
          </div>
        </>
      )}
    </Show>
  );
}

export function durabilityText(durability: Durability): string {
  switch (durability.level) {
    case 'FSYNC':
      return 'Durable by fsync';
    case 'INTERVAL':
      return `Durable within ${syncText(durability)}`;
    case 'UNKNOWN':
      return 'Not called durable';
  }
}

/** What an acknowledgement is worth. */
function promiseText(durability: Durability): string {
  switch (durability.level) {
    case 'FSYNC':
      return 'on disk, by fsync, before it was acknowledged';
    case 'INTERVAL':
      return `on disk within ${syncText(durability)}: a power cut may lose that much, a killed process nothing`;
    case 'UNKNOWN':
      return 'kept by a broker that promises nothing: in memory, or it would not say';
  }
}

/** The interval in which the broker syncs. */
export function syncText(durability: Durability): string {
  return durability.syncIntervalMs === null ? 'an interval' : durationText(durability.syncIntervalMs);
}
