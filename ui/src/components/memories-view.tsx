import { createEffect, createSignal, on, Show } from 'solid-js';
import type { EventFeed } from '../create-event-log.ts';
import { createLive } from '../create-live.ts';
import { focusChosen } from '../focus-chosen.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { MemoriesDocument } from '../generated/operations.ts';
import { MEMORIES, routeHash } from '../route.ts';
import { MemoryDetail } from './memory-detail.tsx';
import { type MemoryFilter, MemoryList } from './memory-list.tsx';
import { RememberForm } from './remember-form.tsx';
import '../styles/pairs.css';
import '../styles/memories.css';

/** Also without any event: the index may be behind. */
const REFRESH_MS = 5000;
/** A person goes on typing for so long. */
const TYPING_MS = 250;
/** So many are listed at first, and so many more each time a person asks for it. */
const PAGE = 30;
/** As many as the gateway gives at once. */
const MOST = 100;

export interface MemoriesViewProps {
  readonly gateway: GatewayClient;
  readonly log: EventFeed;
  readonly memory: string | null;
}

/** What is remembered, found by words, and one of it in full. */
export function MemoriesView(props: MemoriesViewProps) {
  const [filter, setFilter] = createSignal<MemoryFilter>({ query: '', agentId: null });
  const [first, setFirst] = createSignal(PAGE);
  const answer = createLive(
    async () => {
      const { query, agentId } = filter();
      const wanted = { query: query.trim() || null, agentId, first: first() };
      const { memories: page, agents } = await props.gateway.request(MemoriesDocument, wanted);
      return { page, agents, query: wanted.query };
    },
    { log: props.log, concerns: ({ type }) => type.startsWith('memory.'), intervalMs: REFRESH_MS },
  );
  // So that the one in full is asked for again as well.
  const [turn, setTurn] = createSignal(0);

  let typing: ReturnType<typeof setTimeout> | undefined;
  createEffect(
    on(
      filter,
      () => {
        setFirst(PAGE);
        clearTimeout(typing);
        typing = setTimeout(answer.refresh, TYPING_MS);
      },
      { defer: true },
    ),
  );
  createEffect(on(first, answer.refresh, { defer: true }));
  const [isRemembering, setRemembering] = createSignal(false);
  createEffect(() => props.memory !== null && setRemembering(false));
  focusChosen(() => (props.memory !== null ? 'memory-title' : isRemembering() ? 'remember-title' : null));

  function changed(): void {
    answer.refresh();
    setTurn((before) => before + 1);
  }

  return (
    <>
      <MemoryList
        log={props.log}
        page={answer.value()?.page}
        agents={answer.value()?.agents ?? []}
        query={answer.value()?.query ?? null}
        error={answer.error()}
        filter={filter()}
        onFilter={setFilter}
        chosen={props.memory}
        onRemember={() => setRemembering(true)}
        mayShowMore={first() < MOST}
        onMore={() => setFirst((before) => Math.min(MOST, before + PAGE))}
      />
      <Show
        when={props.memory}
        keyed
        fallback={<RememberForm gateway={props.gateway} agents={answer.value()?.agents ?? []} onRemembered={changed} />}
      >
        {(id) => (
          <MemoryDetail
            gateway={props.gateway}
            log={props.log}
            id={id}
            agents={answer.value()?.agents ?? []}
            turn={turn()}
            onForgotten={() => {
              changed();
              location.hash = routeHash(MEMORIES);
            }}
          />
        )}
      </Show>
    </>
  );
}
