import { createSignal, onCleanup, Show } from 'solid-js';
import { shortId } from '../short-id.ts';
import { CheckIcon, CopyIcon } from './icons.tsx';

/** A person has seen it by then. */
const NOTE_MS = 2000;

/** An id, short where it is long; a press copies it whole. */
export function CopyId(props: { readonly id: string }) {
  let shown!: HTMLElement;
  const [outcome, setOutcome] = createSignal<'copied' | 'marked' | null>(null);
  let timer: ReturnType<typeof setTimeout> | undefined;
  onCleanup(() => clearTimeout(timer));

  async function copy(): Promise<void> {
    clearTimeout(timer);
    try {
      await navigator.clipboard.writeText(props.id);
      setOutcome('copied');
      timer = setTimeout(() => setOutcome(null), NOTE_MS);
    } catch {
      // Only a page of this machine, or one over TLS, may write there: the person can, once it is whole and marked.
      setOutcome('marked');
      getSelection()?.selectAllChildren(shown);
    }
  }

  return (
    <>
      <button type="button" class="copy-id mono" title={props.id} onClick={copy} data-testid="copy-id">
        <span class="visually-hidden">Copy the id </span>
        <span ref={shown}>{outcome() === 'marked' ? props.id : shortId(props.id)}</span>
        <Show when={outcome() === 'copied'} fallback={<CopyIcon />}>
          <CheckIcon />
        </Show>
      </button>
      <span class="visually-hidden" role="status">
        {outcome() ?? ''}
      </span>
    </>
  );
}
