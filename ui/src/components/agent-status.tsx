import { agentStatusText } from '../agent-text.ts';
import type { AgentStatus as Status } from '../generated/operations.ts';

export function AgentStatus(props: { readonly status: Status }) {
  return (
    <span class="status" data-status={props.status} data-testid="agent-status">
      <span class="dot" aria-hidden="true" />
      {agentStatusText(props.status)}
    </span>
  );
}
