import { createEffect, createSignal, on, Show } from 'solid-js';
import { createPolled, type Polled } from '../create-polled.ts';
import { focusChosen } from '../focus-chosen.ts';
import type { GatewayClient } from '../gateway-client.ts';
import { type DeadLettersQuery, FindActorsDocument } from '../generated/operations.ts';
import { type ActorName, routeHash } from '../route.ts';
import { ActorDetail } from './actor-detail.tsx';
import { type ActorFilter, ActorFinder } from './actor-finder.tsx';
import { DeadLetters } from './dead-letters.tsx';
import { ImportDialog } from './import-dialog.tsx';

const REFRESH_MS = 3000;
/** Each is asked what it does. */
const FIRST = 100;
/** A person goes on typing for so long. */
const TYPING_MS = 250;

export interface ActorsViewProps {
  readonly gateway: GatewayClient;
  readonly actor: ActorName | null;
  readonly deadLetters: Polled<DeadLettersQuery['deadLetters']>;
}

/** The actors with what they do, one of them in full, and what could not be handled. */
export function ActorsView(props: ActorsViewProps) {
  const [filter, setFilter] = createSignal<ActorFilter>({ name: '', prefix: '', status: null });
  const [isImporting, setImporting] = createSignal(false);
  const page = createPolled(async () => {
    const { name, prefix, status } = filter();
    const wanted = { name: name.trim() || null, prefix: prefix || null, status, first: FIRST };
    return (await props.gateway.request(FindActorsDocument, wanted)).actors;
  }, REFRESH_MS);

  let typing: ReturnType<typeof setTimeout> | undefined;
  createEffect(
    on(
      filter,
      () => {
        clearTimeout(typing);
        typing = setTimeout(page.refresh, TYPING_MS);
      },
      { defer: true },
    ),
  );
  focusChosen(() => props.actor && 'actor-detail-title');

  return (
    <>
      <ActorFinder
        page={page.value()}
        error={page.error()}
        filter={filter()}
        onFilter={setFilter}
        chosen={props.actor}
        onImport={() => setImporting(true)}
      />
      <Show when={props.actor} keyed fallback={<NoActor />}>
        {(actor) => <ActorDetail gateway={props.gateway} actor={actor} onChanged={page.refresh} />}
      </Show>
      <DeadLetters
        gateway={props.gateway}
        page={props.deadLetters.value()}
        error={props.deadLetters.error()}
        onResent={props.deadLetters.refresh}
      />
      <Show when={isImporting()}>
        <ImportDialog
          gateway={props.gateway}
          onClose={() => setImporting(false)}
          onImported={(actor) => {
            page.refresh();
            location.hash = routeHash({ view: 'actors', actor });
          }}
        />
      </Show>
    </>
  );
}

function NoActor() {
  return (
    <section class="panel actor-detail" aria-label="No actor is chosen">
      <p class="empty">Choose an actor to see its state, its mailbox and its timers, and to send it a command.</p>
    </section>
  );
}
