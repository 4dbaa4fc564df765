import { createSignal, createUniqueId, For, Show } from 'solid-js';
import { hexText, parseHex } from '../device-text.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { GatewayError, toGatewayError } from '../gateway-error.ts';
import { PlugVirtualDeviceDocument, type PlugVirtualDeviceMutationVariables } from '../generated/operations.ts';
import { PLUG_PRESETS, PRESET_VENDOR_ID, randomSerial } from '../plug-presets.ts';
import { ErrorNote } from './error-note.tsx';
import { RenewIcon } from './icons.tsx';

/** Plugs a virtual device. Beginning with a preset, every field can be changed; the serial number is new each time. */
export function PlugForm(props: { readonly gateway: GatewayClient }) {
  const [preset, setPreset] = createSignal(0);
  const [vendorId, setVendorId] = createSignal(hexText(PRESET_VENDOR_ID));
  const [productId, setProductId] = createSignal(hexText(PLUG_PRESETS[0].productId));
  const [manufacturer, setManufacturer] = createSignal(PLUG_PRESETS[0].manufacturer);
  const [product, setProduct] = createSignal(PLUG_PRESETS[0].product);
  const [serial, setSerial] = createSignal(randomSerial(PLUG_PRESETS[0].serialPrefix));
  const [isBusy, setBusy] = createSignal(false);
  const [error, setError] = createSignal<GatewayError | null>(null);
  const [done, setDone] = createSignal('');

  function choose(index: number): void {
    const chosen = PLUG_PRESETS[index] ?? PLUG_PRESETS[0];
    setPreset(index);
    setVendorId(hexText(PRESET_VENDOR_ID));
    setProductId(hexText(chosen.productId));
    setManufacturer(chosen.manufacturer);
    setProduct(chosen.product);
    renewSerial();
  }

  function renewSerial(): void {
    setSerial(randomSerial((PLUG_PRESETS[preset()] ?? PLUG_PRESETS[0]).serialPrefix));
  }

  async function plug(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (isBusy()) return;
    setBusy(true);
    setError(null);
    setDone('');
    try {
      const { plugVirtualDevice: device } = await props.gateway.request(PlugVirtualDeviceDocument, {
        input: readInput(),
      });
      setDone(`Plugged ${device.product} as ${device.id}`);
      renewSerial();
    } catch (thrown) {
      setError(toGatewayError(thrown));
    } finally {
      setBusy(false);
    }
  }

  function readInput(): PlugVirtualDeviceMutationVariables['input'] {
    const [vendor, model] = [parseHex(vendorId()), parseHex(productId())];
    if (vendor === null || model === null) {
      throw new GatewayError('AW_FORM_INVALID', 'Vendor and product id are one to four hexadecimal digits');
    }
    return {
      vendorId: vendor,
      productId: model,
      manufacturer: manufacturer().trim() || null,
      product: product().trim() || null,
      serial: serial().trim() || null,
    };
  }

  return (
    <form id="plug" class="plug" onSubmit={plug} data-testid="plug-form" aria-label="Plug a virtual device">
      <div class="plug-fields">
        <Field label="Virtual device" class="preset">
          {(id) => (
            <select id={id} onChange={(event) => choose(event.currentTarget.selectedIndex)} data-testid="plug-preset">
              <For each={PLUG_PRESETS}>
                {(each, index) => <option selected={index() === preset()}>{each.label}</option>}
              </For>
            </select>
          )}
        </Field>
        <Field label="Vendor" class="manufacturer">
          {(id) => <TextInput id={id} value={manufacturer()} onInput={setManufacturer} maxlength={256} />}
        </Field>
        <Field label="Product" class="product">
          {(id) => <TextInput id={id} value={product()} onInput={setProduct} maxlength={256} />}
        </Field>
        <Field label="Vendor id" class="hex">
          {(id) => <TextInput id={id} value={vendorId()} onInput={setVendorId} maxlength={6} isHex />}
        </Field>
        <Field label="Product id" class="hex">
          {(id) => <TextInput id={id} value={productId()} onInput={setProductId} maxlength={6} isHex />}
        </Field>
        <Field label="Serial" class="serial">
          {(id) => (
            <span class="with-button">
              <TextInput id={id} value={serial()} onInput={setSerial} maxlength={256} isMono />
              <button
                type="button"
                class="button inset icon-only"
                aria-label="New random serial"
                title="New random serial"
                onClick={renewSerial}
              >
                <RenewIcon />
              </button>
            </span>
          )}
        </Field>
        <button type="submit" class="button primary plug-submit" aria-disabled={isBusy()} data-testid="plug-submit">
          Plug
        </button>
      </div>
      <div class="plug-outcome">
        <Show when={error()}>{(failure) => <ErrorNote error={failure()} />}</Show>
        <p class="visually-hidden" role="status">
          {done()}
        </p>
      </div>
    </form>
  );
}

function Field(props: {
  readonly label: string;
  readonly class: string;
  readonly children: (id: string) => import('solid-js').JSX.Element;
}) {
  const id = createUniqueId();
  return (
    <div class={`field ${props.class}`}>
      <label for={id}>{props.label}</label>
      {props.children(id)}
    </div>
  );
}

function TextInput(props: {
  readonly id: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly maxlength: number;
  readonly isHex?: boolean;
  readonly isMono?: boolean;
}) {
  return (
    <input
      id={props.id}
      type="text"
      classList={{ mono: props.isHex === true || props.isMono === true }}
      maxlength={props.maxlength}
      required={props.isHex === true}
      autocomplete="off"
      spellcheck={false}
      value={props.value}
      onInput={(event) => props.onInput(event.currentTarget.value)}
    />
  );
}
