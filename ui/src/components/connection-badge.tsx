import { type Connection, connectionStatus, connectionText } from '../connection.ts';
import { now } from '../create-now.ts';
import { durationText } from '../time-text.ts';

export interface ConnectionBadgeProps {
  readonly connection: Connection;
  readonly roundTripMs: number | null;
}

/** The eye sees the countdown; a screen reader hears each change of state once. */
export function ConnectionBadge(props: ConnectionBadgeProps) {
  const title = () => {
    if (props.connection.state !== 'live') return props.connection.reason ?? '';
    return props.roundTripMs === null ? '' : `Round trip to the gateway ${durationText(props.roundTripMs)}`;
  };
  return (
    <p class="badge connection" data-testid="connection" data-state={props.connection.state} title={title()}>
      <span class="dot" aria-hidden="true" />
      <span aria-hidden="true">{connectionText(props.connection, now())}</span>
      <span class="visually-hidden" role="status">
        {connectionStatus(props.connection)}
      </span>
    </p>
  );
}
