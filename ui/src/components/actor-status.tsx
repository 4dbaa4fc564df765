import { statusText } from '../actor-text.ts';
import type { ActorStatus as Status } from '../generated/operations.ts';

/** In words, not by colour alone. */
export function ActorStatus(props: { readonly status: Status | null }) {
  return (
    <span class="actor-status" data-testid="actor-status" data-status={props.status ?? 'NONE'}>
      <span class="dot" aria-hidden="true" />
      {statusText(props.status)}
    </span>
  );
}
