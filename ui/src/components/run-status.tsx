import type { Run, RunStep } from '../agent-text.ts';

type Status = Run['status'] | RunStep['status'];

const STATUS_TEXT: Readonly<Record<Status, string>> = {
  RUNNING: 'at work',
  WAITING: 'at work',
  DONE: 'done',
  FAILED: 'failed',
  STOPPED: 'stopped',
};

/** Of a run, or of one of its steps. */
export function RunStatus(props: { readonly status: Status }) {
  return (
    <span class="status" data-status={props.status}>
      <span class="dot" aria-hidden="true" />
      {STATUS_TEXT[props.status]}
    </span>
  );
}
