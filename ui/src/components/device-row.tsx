import { createEffect, createSignal, Show } from 'solid-js';
import { now } from '../create-now.ts';
import type { Device } from '../device-feed.ts';
import { speedText, usbId } from '../device-text.ts';
import { flash } from '../flash.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { type GatewayError, toGatewayError } from '../gateway-error.ts';
import { UnplugVirtualDeviceDocument } from '../generated/operations.ts';
import { ageText, instantText } from '../time-text.ts';

export interface DeviceRowProps {
  readonly device: Device;
  /** Counts the changes that are news; each one makes the row flash. */
  readonly changes: number;
  readonly gateway: GatewayClient;
  readonly onShow: () => void;
}

export function DeviceRow(props: DeviceRowProps) {
  const [isBusy, setBusy] = createSignal(false);
  const [error, setError] = createSignal<GatewayError | null>(null);
  const changedAt = () => props.device.detachedAt ?? props.device.attachedAt;
  let row!: HTMLTableRowElement;
  let name!: HTMLButtonElement;

  createEffect(() => {
    if (props.changes > 0) flash(row);
  });

  async function unplug(): Promise<void> {
    setBusy(true);
    setError(null);
    try {
      await props.gateway.request(UnplugVirtualDeviceDocument, { id: props.device.id });
      // The button goes away with the device; whoever works with the keyboard stays on the row.
      name.focus({ preventScroll: true });
    } catch (thrown) {
      setError(toGatewayError(thrown));
    } finally {
      setBusy(false);
    }
  }

  return (
    <tr
      ref={row}
      class="device-row washable"
      data-testid="device-row"
      data-device-id={props.device.id}
      data-attached={String(props.device.attached)}
      data-session={props.device.session}
    >
      <td class="device-name">
        <span class="dot" aria-hidden="true" />
        <span class="device-title">
          <button ref={name} type="button" class="row-button" title="Show its history" onClick={props.onShow}>
            {props.device.product}
          </button>
          <Show when={props.device.virtual}>
            <span class="tag" title="Plugged from the UI or the CLI">
              virtual
            </span>
          </Show>
          <Show when={props.device.partial}>
            <span class="tag warn" title="Something that should be readable was not, for instance without permission">
              partial
            </span>
          </Show>
          <span class="device-vendor">{props.device.vendor}</span>
        </span>
      </td>
      <td class="mono device-usb-id">{usbId(props.device)}</td>
      <td
        class="mono device-serial"
        data-none={props.device.serial === null}
        title={props.device.serial ?? 'No serial number'}
      >
        {props.device.serial ?? '–'}
      </td>
      <td class="mono device-port" data-none={props.device.virtual} title={props.device.path}>
        {props.device.port}
      </td>
      <td class="device-speed" data-none={props.device.speed === null}>
        {speedText(props.device.speed)}
      </td>
      <td class="device-host" title={props.device.host}>
        {props.device.host}
      </td>
      <td class="device-since">
        <time
          datetime={changedAt()}
          title={`${props.device.attached ? 'Attached' : 'Detached'} ${instantText(changedAt())}`}
        >
          <Show when={!props.device.attached}>gone </Show>
          {ageText(now(), Date.parse(changedAt()))}
        </time>
      </td>
      <td class="device-action">
        <Show when={props.device.virtual && props.device.attached}>
          <button
            type="button"
            class="button small"
            disabled={isBusy()}
            onClick={unplug}
            aria-label={`Unplug ${props.device.product} ${props.device.serial ?? ''}`}
            data-testid="unplug"
          >
            Unplug
          </button>
        </Show>
        <Show when={error()}>
          {(failure) => (
            <span class="row-error" role="alert" title={failure().hint ?? ''}>
              {failure().code}: {failure().message}
            </span>
          )}
        </Show>
      </td>
    </tr>
  );
}
