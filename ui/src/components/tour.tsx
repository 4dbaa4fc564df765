import { createSignal, onMount, Show } from 'solid-js';
import type { DeviceFeed } from '../create-device-feed.ts';
import { createTour } from '../create-tour.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { type GatewayError, toGatewayError } from '../gateway-error.ts';
import { UnplugVirtualDeviceDocument } from '../generated/operations.ts';
import { durationText } from '../time-text.ts';
import { moreText } from '../tour-path.ts';
import { type Durability, syncText } from './durability-badge.tsx';
import { ErrorNote } from './error-note.tsx';
import { CloseIcon } from './icons.tsx';
import { Waterfall } from './waterfall.tsx';

export interface TourProps {
  readonly gateway: GatewayClient;
  readonly feed: DeviceFeed;
  readonly durability: Durability | undefined;
  readonly isLive: boolean;
  readonly onTrace: (traceId: string) => void;
  readonly onClose: () => void;
}

/** The guided loop: one press, and every step from there to the painted row as it happens. */
export function Tour(props: TourProps) {
  const tour = createTour(props.gateway, props.feed);
  const [unplugError, setUnplugError] = createSignal<GatewayError | null>(null);
  const [isUnplugged, setUnplugged] = createSignal(false);
  let start!: HTMLButtonElement;
  onMount(() => start.focus({ preventScroll: true }));

  function run(event: MouseEvent): void {
    if (!props.isLive || tour.phase() === 'running') return;
    setUnplugError(null);
    setUnplugged(false);
    void tour.run(event.timeStamp);
  }

  async function unplug(id: string): Promise<void> {
    setUnplugError(null);
    try {
      await props.gateway.request(UnplugVirtualDeviceDocument, { id });
      setUnplugged(true);
      start.focus({ preventScroll: true });
    } catch (thrown) {
      setUnplugError(toGatewayError(thrown));
    }
  }

  return (
    <section
      class="panel tour"
      aria-labelledby="tour-title"
      data-testid="tour"
      data-phase={tour.phase()}
      onKeyDown={(event) => event.key === 'Escape' && props.onClose()}
    >
      <header class="panel-head tour-head">
        <div>
          <h2 id="tour-title">See it work</h2>
          <p class="tour-lead">
            One press plugs a virtual device. Follow it through the log and the actors to your screen: each step lights
            up as it happens, with what it took and the file that does it.
          </p>
        </div>
        <button
          ref={start}
          id="tour-start"
          type="button"
          class="button primary"
          aria-disabled={!props.isLive || tour.phase() === 'running'}
          onClick={run}
          data-testid="tour-start"
        >
          {tour.phase() === 'ready' || tour.phase() === 'running' ? 'Plug a virtual device' : 'Plug another'}
        </button>
        <button
          type="button"
          class="button quiet icon-only"
          aria-label="Close"
          onClick={props.onClose}
          data-testid="tour-close"
        >
          <CloseIcon />
        </button>
      </header>
      <Waterfall steps={tour.steps()} testId="tour-step" />
      <Show when={tour.more().length > 0 && tour.traceId()}>
        {(traceId) => (
          <p class="tour-more">
            <button type="button" class="link" onClick={() => props.onTrace(traceId())} data-testid="tour-more">
              {moreText(tour.more())}
            </button>
          </p>
        )}
      </Show>
      <footer class="tour-foot">
        <p class="tour-total" role="status">
          <Show when={tour.totalMs()}>
            {(totalMs) => (
              <>
                <strong data-testid="tour-total">{durationText(totalMs())}</strong> from your press to the row
                <Show when={tour.phase() === 'done'}>, in {tour.steps().length} steps</Show>
              </>
            )}
          </Show>
        </p>
        <Show when={tour.phase() === 'done'}>
          <Show when={props.durability}>{(durability) => <p class="tour-durable">{storedText(durability())}</p>}</Show>
          <p class="tour-next">
            Now <code>kill -9</code> the runtime and start it again: the device is still here, and its event is there
            once.
            <Show
              when={!isUnplugged() && tour.deviceId()}
              fallback={isUnplugged() ? ' Unplugged: its event is at the top of the feed.' : ''}
            >
              {(id) => (
                <>
                  {' '}
                  Or{' '}
                  <button type="button" class="link" onClick={() => unplug(id())} data-testid="tour-unplug">
                    unplug it
                  </button>
                  .
                </>
              )}
            </Show>
          </p>
        </Show>
        <Show when={tour.error() ?? unplugError()}>{(error) => <ErrorNote error={error()} />}</Show>
      </footer>
    </section>
  );
}

/** What of it would have survived, in a sentence. */
function storedText(durability: Durability): string {
  const what = "the command, the actor's state and the event";
  switch (durability.level) {
    case 'FSYNC':
      return `Durable before you saw it: ${what} were each on disk, by fsync, before they were acknowledged.`;
    case 'INTERVAL':
      return `Stored before you saw it: ${what}. They reach the disk within ${syncText(durability)}: a power cut may lose that much, a killed process nothing.`;
    case 'QUORUM':
      return `Durable before you saw it: ${what} were each on most of ${durability.replicas} servers before they were acknowledged.`;
    case 'UNKNOWN':
      return `Nothing of it is called durable: the broker keeps ${what} in memory, or would not say.`;
  }
}
