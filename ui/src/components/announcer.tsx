import { createSignal, onCleanup } from 'solid-js';
import type { DeviceFeed } from '../create-device-feed.ts';

/** However many events come, a screen reader is told this often at most. */
const INTERVAL_MS = 5000;

/** Says what happened since it last spoke, in one sentence. */
export function Announcer(props: { readonly feed: DeviceFeed }) {
  const [text, setText] = createSignal('');
  let attached = 0;
  let detached = 0;
  let lastProduct = '';
  let timer: ReturnType<typeof setTimeout> | undefined;

  function speak(): void {
    timer = undefined;
    if (attached + detached === 0) return;
    setText(sentence());
    attached = 0;
    detached = 0;
    timer = setTimeout(speak, INTERVAL_MS);
  }

  function sentence(): string {
    if (attached + detached === 1) return `${lastProduct} ${attached === 1 ? 'attached' : 'detached'}`;
    const parts = [];
    if (attached > 0) parts.push(`${attached} attached`);
    if (detached > 0) parts.push(`${detached} detached`);
    return `Devices: ${parts.join(', ')}`;
  }

  onCleanup(
    props.feed.onPainted(({ event }) => {
      if (event.type === 'ATTACHED') attached += 1;
      else detached += 1;
      lastProduct = event.device.product;
      timer ??= setTimeout(speak, 0);
    }),
  );
  onCleanup(() => clearTimeout(timer));

  return (
    <p class="visually-hidden" role="status" data-testid="announcer">
      {text()}
    </p>
  );
}
