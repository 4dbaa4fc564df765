import { createComputed, createEffect, createMemo, createSignal, For, on, Show } from 'solid-js';
import type { DeviceFeed } from '../create-device-feed.ts';
import { type Device, deviceKey, sortDevices } from '../device-feed.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { DeviceRow } from './device-row.tsx';
import { PlugForm } from './plug-form.tsx';

/** Rows drawn before "Show all": more than a screen holds, few enough to draw at once. */
const ROWS_DRAWN = 300;

export interface DevicesProps {
  readonly gateway: GatewayClient;
  readonly feed: DeviceFeed;
  readonly onShow: (device: Device) => void;
}

export function Devices(props: DevicesProps) {
  const [isAllDrawn, setAllDrawn] = createSignal(false);
  // Rows that come with a snapshot are no news; those that come after it are.
  let wasSettled = false;
  let body: HTMLTableSectionElement | undefined;
  const isLoaded = () => props.feed.state().pending === null || props.feed.state().devices.size > 0;
  const keys = createMemo(() => sortDevices(props.feed.state().devices.values()).map(deviceKey));
  const drawn = createMemo(() => (isAllDrawn() ? keys() : keys().slice(0, ROWS_DRAWN)));
  const attached = createMemo(() => {
    let count = 0;
    for (const device of props.feed.state().devices.values()) if (device.attached) count += 1;
    return count;
  });

  createEffect(
    on(drawn, () => {
      wasSettled = props.feed.state().pending === null;
    }),
  );
  keepFocusOverMoves();

  /** A row that changes its place is taken out and put in again, which would cost it the focus. */
  function keepFocusOverMoves(): void {
    let focused: Element | null = null;
    createComputed(
      on(drawn, () => {
        focused = body?.contains(document.activeElement) ? document.activeElement : null;
      }),
    );
    createEffect(
      on(drawn, () => {
        if (!(focused instanceof HTMLElement) || document.activeElement === focused) return;
        if (focused.isConnected) focused.focus({ preventScroll: true });
      }),
    );
  }

  return (
    <section class="panel devices" aria-labelledby="devices-title">
      <header class="panel-head">
        <h2 id="devices-title">Devices</h2>
        <p class="count">
          <strong data-testid="attached-count">{attached()}</strong> attached
          <Show when={keys().length > attached()}>
            <span class="count-more">{keys().length - attached()} gone</span>
          </Show>
        </p>
      </header>
      <div class="panel-body scroll" tabindex="0">
        <Show
          when={keys().length > 0}
          fallback={
            <p class="empty">
              {isLoaded()
                ? 'No device has been seen yet. Plug one in, or plug a virtual one with the form below.'
                : (props.feed.error()?.message ?? 'Loading')}
            </p>
          }
        >
          <table class="device-table" aria-labelledby="devices-title">
            <thead>
              <tr>
                <th scope="col">Device</th>
                <th scope="col">Id</th>
                <th scope="col">Serial</th>
                <th scope="col">Port</th>
                <th scope="col">Speed</th>
                <th scope="col">Host</th>
                <th scope="col">Since</th>
                <th scope="col">
                  <span class="visually-hidden">Action</span>
                </th>
              </tr>
            </thead>
            <tbody ref={body}>
              <For each={drawn()}>
                {(key) => (
                  <KeyedRow
                    deviceKey={key}
                    isNews={wasSettled}
                    feed={props.feed}
                    gateway={props.gateway}
                    onShow={props.onShow}
                  />
                )}
              </For>
            </tbody>
          </table>
          <Show when={drawn().length < keys().length}>
            <button type="button" class="button more" onClick={() => setAllDrawn(true)}>
              Show {keys().length - drawn().length} more
            </button>
          </Show>
        </Show>
      </div>
      <PlugForm gateway={props.gateway} />
    </section>
  );
}

/** A row lives as long as its key is listed, through every change of its device. */
function KeyedRow(props: {
  readonly deviceKey: string;
  readonly isNews: boolean;
  readonly feed: DeviceFeed;
  readonly gateway: GatewayClient;
  readonly onShow: (device: Device) => void;
}) {
  const device = createMemo<Device | undefined>((before) => props.feed.state().devices.get(props.deviceKey) ?? before);
  const [changes, setChanges] = createSignal(props.isNews ? 1 : 0);
  createEffect(on(device, () => setChanges((count) => count + 1), { defer: true }));
  return (
    <Show when={device()}>
      {(present) => (
        <DeviceRow
          device={present()}
          changes={changes()}
          gateway={props.gateway}
          onShow={() => props.onShow(present())}
        />
      )}
    </Show>
  );
}
