import { createEffect, createMemo, createResource, For, on, Show } from 'solid-js';
import type { DeviceFeed } from '../create-device-feed.ts';
import { now } from '../create-now.ts';
import { cursorText } from '../cursor.ts';
import { type Device, deviceKey } from '../device-feed.ts';
import { speedText, usbId } from '../device-text.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { toGatewayError } from '../gateway-error.ts';
import { DeviceHistoryDocument } from '../generated/operations.ts';
import { ageText, instantText } from '../time-text.ts';
import { Dialog } from './dialog.tsx';
import { ErrorNote } from './error-note.tsx';
import { AttachIcon, DetachIcon } from './icons.tsx';

const HISTORY_LAST = 50;

export interface DeviceDialogProps {
  readonly gateway: GatewayClient;
  readonly feed: DeviceFeed;
  readonly device: Device;
  readonly onTrace: (traceId: string) => void;
  readonly onClose: () => void;
}

/** What is known of a device, and its last attach and detach events; both stay true while it is open. */
export function DeviceDialog(props: DeviceDialogProps) {
  const key = deviceKey(props.device);
  const device = createMemo<Device>((before) => props.feed.state().devices.get(key) ?? before, props.device);
  const [history, { refetch }] = createResource(load);
  createEffect(on(device, () => void refetch(), { defer: true }));

  async function load() {
    const { deviceHistory } = await props.gateway.request(DeviceHistoryDocument, {
      id: props.device.id,
      last: HISTORY_LAST,
    });
    return deviceHistory.filter((event) => event.device.host === props.device.host).reverse();
  }

  return (
    <Dialog title={device().product} testId="device-dialog" onClose={props.onClose}>
      <dl class="facts">
        <dt>State</dt>
        <dd>
          {device().attached ? 'attached' : 'detached'} for{' '}
          {ageText(now(), Date.parse(device().detachedAt ?? device().attachedAt))}
          <Show when={device().virtual}>, virtual</Show>
          <Show when={device().partial}>, known in part: something that should be readable was not</Show>
        </dd>
        <dt>Vendor</dt>
        <dd>{device().vendor}</dd>
        <dt>Id</dt>
        <dd class="mono">{usbId(device())}</dd>
        <dt>Serial</dt>
        <dd class="mono">{device().serial ?? '–'}</dd>
        <dt>Place</dt>
        <dd>
          {device().host}, port <span class="mono">{device().port}</span>
          <Show when={device().speed}>{(speed) => <>, {speedText(speed())}</>}</Show>
          <Show when={device().path}>
            {(path) => (
              <>
                , <span class="mono">{path()}</span>
              </>
            )}
          </Show>
        </dd>
        <dt>Identity</dt>
        <dd class="mono">{device().id}</dd>
      </dl>
      <h3>History</h3>
      <Show when={history.error}>{(error) => <ErrorNote error={toGatewayError(error())} />}</Show>
      <Show
        when={!history.error && history.latest}
        fallback={
          <Show when={history.loading}>
            <p class="empty">Loading</p>
          </Show>
        }
      >
        {(events) => (
          <ol class="history-list" data-testid="device-history">
            <For each={events()} fallback={<li class="empty">The log no longer holds any event of it.</li>}>
              {(event) => (
                <li class="history-row" data-testid="history-row" data-cursor={event.cursor} data-type={event.type}>
                  <Show when={event.type === 'ATTACHED'} fallback={<DetachIcon />}>
                    <AttachIcon />
                  </Show>
                  <span>
                    {event.type === 'ATTACHED' ? 'attached' : 'detached'}{' '}
                    <span class="event-reason">{event.reason}</span>
                  </span>
                  <time datetime={event.at}>{instantText(event.at)}</time>
                  <Show when={event.traceId} fallback={<span />}>
                    {(traceId) => (
                      <button type="button" class="link" onClick={() => props.onTrace(traceId())}>
                        trace
                      </button>
                    )}
                  </Show>
                  <span class="event-cursor mono">{cursorText(event.cursor)}</span>
                </li>
              )}
            </For>
          </ol>
        )}
      </Show>
    </Dialog>
  );
}
