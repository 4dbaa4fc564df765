import { createMemo, createUniqueId, For, Index, Show } from 'solid-js';
import type { EventFeed } from '../create-event-log.ts';
import { now } from '../create-now.ts';
import { excerptParts } from '../excerpt.ts';
import { type GatewayError, isRecord } from '../gateway-error.ts';
import type { MemoriesQuery } from '../generated/operations.ts';
import { MEMORIES, routeHash } from '../route.ts';
import { ageText, instantText } from '../time-text.ts';
import { ListPane } from './list-pane.tsx';

type Page = MemoriesQuery['memories'];
type Line = Page['memories'][number];

export interface MemoryFilter {
  readonly query: string;
  readonly agentId: string | null;
}

export interface MemoryListProps {
  readonly log: EventFeed;
  readonly page: Page | undefined;
  readonly agents: MemoriesQuery['agents'];
  /** What the listed ones were found by; null when nothing was looked for. */
  readonly query: string | null;
  readonly error: GatewayError | null;
  readonly filter: MemoryFilter;
  readonly onFilter: (filter: MemoryFilter) => void;
  readonly chosen: string | null;
  /** The link to the form was followed. */
  readonly onRemember: () => void;
  readonly mayShowMore: boolean;
  readonly onMore: () => void;
}

export function MemoryList(props: MemoryListProps) {
  const queryId = createUniqueId();
  const agentId = createUniqueId();
  const names = createMemo(() => new Map(props.agents.map(({ id, name }) => [id, name])));
  // By their text: an answer without news leaves the choice as it is.
  const choices = createMemo(() => [...names().keys()].join('\n'));

  return (
    <ListPane
      name="memories"
      title="Memories"
      class="pair-list"
      feed={props.log}
      lines={props.page?.memories}
      idOf={({ id }) => id}
      count={
        <>
          <strong data-testid="memory-total">{props.page?.total.toLocaleString()}</strong>
          {props.query === null ? '' : ' found'}
        </>
      }
      error={props.error}
      emptyText={
        props.query !== null || props.filter.agentId !== null
          ? 'Nothing that is remembered fits.'
          : 'Nothing is remembered yet.'
      }
      action={
        <a
          class="button small head-button"
          classList={{ 'when-stacked': props.chosen === null }}
          href={routeHash(MEMORIES)}
          onClick={props.onRemember}
          data-testid="memory-new"
        >
          Remember
        </a>
      }
      filter={
        <>
          <search class="memory-filter">
            <div class="field">
              <label for={queryId}>Words</label>
              <input
                id={queryId}
                type="search"
                autocomplete="off"
                placeholder="Look for words"
                value={props.filter.query}
                onInput={(event) => props.onFilter({ ...props.filter, query: event.currentTarget.value })}
                data-testid="memory-query"
              />
            </div>
            <div class="field">
              <label for={agentId}>Of</label>
              <select
                id={agentId}
                onChange={(event) => props.onFilter({ ...props.filter, agentId: event.currentTarget.value || null })}
                data-testid="memory-agent"
              >
                <option value="" selected={props.filter.agentId === null}>
                  all
                </option>
                <For each={choices().split('\n').filter(Boolean)}>
                  {(id) => (
                    <option value={id} selected={props.filter.agentId === id}>
                      {names().get(id)}
                    </option>
                  )}
                </For>
              </select>
            </div>
          </search>
          <Show when={(props.page?.lag ?? 0) > 0}>
            <p class="lag" role="status" data-testid="memory-lag">
              The index has {changesText(props.page?.lag ?? 0)} to take in yet: what is newest may be missing here.
            </p>
          </Show>
        </>
      }
      more={
        <Show when={props.page?.next != null}>
          <p class="hint more">
            <Show
              when={props.mayShowMore}
              fallback="The ones that come first are listed: look for words to find others."
            >
              <button type="button" class="button small" onClick={props.onMore} data-testid="memory-more">
                Show more
              </button>
            </Show>
          </p>
        </Show>
      }
    >
      {(memory) => <Row memory={memory()} agents={names()} isChosen={props.chosen === memory().id} />}
    </ListPane>
  );
}

function Row(props: {
  readonly memory: Line;
  readonly agents: ReadonlyMap<string, string>;
  readonly isChosen: boolean;
}) {
  const metadata = () => Object.entries(isRecord(props.memory.metadata) ? props.memory.metadata : {});
  return (
    <li class="memory-row" classList={{ chosen: props.isChosen }} data-testid="memory-row" data-id={props.memory.id}>
      <a
        class="row-button memory-text"
        href={routeHash({ view: 'memories', memory: props.memory.id })}
        aria-current={props.isChosen ? 'true' : undefined}
        data-rove
        tabindex="-1"
      >
        <Show when={props.memory.excerpt} fallback={props.memory.text}>
          {(excerpt) => (
            <Index each={excerptParts(excerpt())}>
              {(part) => (
                <Show when={part().isFound} fallback={part().text}>
                  <mark>{part().text}</mark>
                </Show>
              )}
            </Index>
          )}
        </Show>
      </a>
      <p class="memory-about">
        <Show when={props.memory.agentId}>
          {(id) => <span class="memory-agent">{props.agents.get(id()) ?? id()}</span>}
        </Show>
        <Index each={metadata()}>
          {(entry) => (
            <span class="memory-fact">
              {entry()[0]} <span class="mono">{shortText(entry()[1])}</span>
            </span>
          )}
        </Index>
        <time datetime={props.memory.createdAt} title={instantText(props.memory.createdAt)}>
          {ageText(now(), Date.parse(props.memory.createdAt))}
        </time>
      </p>
    </li>
  );
}

function changesText(count: number): string {
  return count === 1 ? 'one change' : `${count.toLocaleString()} changes`;
}

function shortText(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length <= 40 ? text : `${text.slice(0, 39)}…`;
}
