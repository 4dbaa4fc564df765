import { createUniqueId, type JSX, onMount } from 'solid-js';
import { CloseIcon } from './icons.tsx';

export interface DialogProps {
  readonly title: JSX.Element;
  readonly testId: string;
  readonly onClose: () => void;
  readonly children: JSX.Element;
}

/** The browser's own modal dialog: it keeps the focus inside, closes on Escape, and gives the focus back. */
export function Dialog(props: DialogProps) {
  const titleId = createUniqueId();
  let dialog!: HTMLDialogElement;
  const opener = document.activeElement;

  onMount(() => dialog.showModal());

  function closed(): void {
    props.onClose();
    if (opener instanceof HTMLElement && opener.isConnected) opener.focus({ preventScroll: true });
  }

  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a click beside it closes it; the keyboard has Escape
    <dialog
      ref={dialog}
      class="dialog"
      aria-labelledby={titleId}
      data-testid={props.testId}
      onClose={closed}
      onClick={(event) => event.target === dialog && dialog.close()}
    >
      <div class="dialog-inner">
        <header class="dialog-head">
          <h2 id={titleId}>{props.title}</h2>
          <button type="button" class="button quiet icon-only" aria-label="Close" onClick={() => dialog.close()}>
            <CloseIcon />
          </button>
        </header>
        <div class="dialog-body">{props.children}</div>
      </div>
    </dialog>
  );
}
