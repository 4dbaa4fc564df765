import { Show } from 'solid-js';
import type { HealthQuery } from '../generated/operations.ts';
import { durationText } from '../time-text.ts';
import { ShieldIcon, WarningIcon } from './icons.tsx';

export type Durability = HealthQuery['health']['durability'];

/** What the broker really guarantees, and beside it the wish. Unknown is a warning, and so is less than was wished. */
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
            data-met={durability().isMet ?? 'unknown'}
            title={durability().detail}
          >
            <Show when={isAsWanted(durability())} fallback={<WarningIcon />}>
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
              <dt>Asked for</dt>
              <dd>
                <code>{durability().wanted}</code>, {wishText(durability())}
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
    case 'QUORUM':
      return `Durable by ${durability.replicas} replicas`;
    case 'UNKNOWN':
      return 'Not called durable';
  }
}

/** What an acknowledgement is worth. */
export function promiseText(durability: Durability): string {
  switch (durability.level) {
    case 'FSYNC':
      return 'on disk, by fsync, before it was acknowledged';
    case 'INTERVAL':
      return `on disk within ${syncText(durability)}: a power cut may lose that much, a killed process nothing`;
    case 'QUORUM':
      return `on most of ${durability.replicas} servers, ${quorumDiskText(durability)}`;
    case 'UNKNOWN':
      return 'nothing that is promised: in memory, on disk only after a long while, or the broker would not say';
  }
}

function quorumDiskText(durability: Durability): string {
  if (durability.isSynced === null) return 'whether on their disks is not known';
  return durability.isSynced ? 'on their disks by fsync' : `on their disks within ${syncText(durability)}`;
}

/** A shield only where the broker gives something, and no less than was asked for. */
function isAsWanted({ level, isMet }: Durability): boolean {
  return level !== 'UNKNOWN' && isMet !== false;
}

/** Whether what was asked for is what there is. */
export function wishText({ isMet }: Durability): string {
  if (isMet === null) return 'and whether it is given is not known';
  return isMet ? 'and given' : 'and not given';
}

/** The interval in which the broker syncs. */
export function syncText(durability: Durability): string {
  return durability.syncIntervalMs === null ? 'an interval' : durationText(durability.syncIntervalMs);
}
