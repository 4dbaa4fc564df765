import { type Accessor, createMemo, createSignal } from 'solid-js';
import type { GatewayClient } from './gateway-client.ts';
import { isRecord } from './gateway-error.ts';
import { FeedNamesDocument, type FeedNamesQuery } from './generated/operations.ts';

export interface FeedNames {
  /** Names of agents, by id. */
  readonly agents: Accessor<ReadonlyMap<string, string>>;
  /** Types of events that plugins may emit, sorted. */
  readonly pluginTypes: Accessor<readonly string[]>;
  load(): Promise<void>;
}

/** What one has to know of agents and plugins to tell what they do. */
export function createFeedNames(gateway: GatewayClient): FeedNames {
  const [agents, setAgents] = createSignal<ReadonlyMap<string, string>>(new Map());
  const [typesText, setTypesText] = createSignal('');
  return {
    agents,
    // By their text: an answer without news changes nothing.
    pluginTypes: createMemo(() => typesText().split('\n').filter(Boolean)),
    async load() {
      const names = await gateway.request(FeedNamesDocument, {});
      setAgents(new Map(names.agents.map(({ id, name }) => [id, name])));
      setTypesText([...new Set(names.plugins.flatMap(eventTypes))].sort().join('\n'));
    },
  };
}

function eventTypes({ permissions }: FeedNamesQuery['plugins'][number]): readonly string[] {
  const { effective } = permissions;
  return isRecord(effective) && Array.isArray(effective.events) ? effective.events.map(String) : [];
}
