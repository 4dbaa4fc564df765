import { Show } from 'solid-js';
import { now } from '../create-now.ts';
import type { GatewayError } from '../gateway-error.ts';
import type { ActorsQuery } from '../generated/operations.ts';
import { ACTORS, routeHash } from '../route.ts';
import { shortId } from '../short-id.ts';
import { ageText, instantText } from '../time-text.ts';
import { RowList } from './row-list.tsx';

type ActorPage = ActorsQuery['actors'];
type ActorLine = ActorPage['actors'][number];

export interface ActorsProps {
  readonly page: ActorPage | undefined;
  readonly error: GatewayError | null;
}

export function Actors(props: ActorsProps) {
  /** The latest change on top. */
  const actors = () => (props.page?.actors ?? []).toSorted((a, b) => Date.parse(b.updatedAt) - Date.parse(a.updatedAt));

  return (
    <section class="panel actors" aria-labelledby="actors-title" data-testid="actors">
      <header class="panel-head">
        <h2 id="actors-title">Actors</h2>
        <p class="count">
          <Show when={props.page}>
            {(page) => (
              <>
                <strong>
                  {page().actors.length}
                  {page().next === null ? '' : '+'}
                </strong>{' '}
                with durable state
              </>
            )}
          </Show>
        </p>
        <a class="panel-link" href={routeHash(ACTORS)}>
          Inspect
        </a>
      </header>
      <div class="panel-body scroll" tabindex="0">
        <Show when={actors().length === 0}>
          <p class="empty">{props.error?.message ?? (props.page ? 'No actor has a state yet.' : 'Loading')}</p>
        </Show>
        <RowList class="actor-list" lines={actors()} idOf={({ name, key }) => `${name}\n${key}`}>
          {(actor) => <ActorRow actor={actor()} />}
        </RowList>
        <Show when={props.page?.next}>
          <p class="hint">The {props.page?.actors.length} that changed last are listed.</p>
        </Show>
      </div>
    </section>
  );
}

function ActorRow(props: { readonly actor: ActorLine }) {
  return (
    <li
      class="actor-row"
      data-testid="actor-row"
      data-name={props.actor.name}
      data-key={props.actor.key}
      data-last-seq={props.actor.lastSeq}
    >
      <a
        class="row-button"
        data-rove
        tabindex="-1"
        title={`Show the state of ${props.actor.name} ${props.actor.key}`}
        href={routeHash({ view: 'actors', actor: props.actor })}
      >
        <span class="actor-name">{props.actor.name}</span>
        <span class="actor-key mono">{shortId(props.actor.key)}</span>
      </a>
      <span class="actor-seq mono" title="Sequence of the last message that it has handled">
        {props.actor.lastSeq}
      </span>
      <Show when={props.actor.outbox > 0}>
        <span class="tag" title="Messages that are committed and not yet sent">
          {props.actor.outbox} to send
        </span>
      </Show>
      <Show when={props.actor.attempt > 0}>
        <span class="tag warn" title="How often the next message has been tried">
          attempt {props.actor.attempt}
        </span>
      </Show>
      <time class="actor-age" datetime={props.actor.updatedAt} title={`Changed ${instantText(props.actor.updatedAt)}`}>
        {ageText(now(), Date.parse(props.actor.updatedAt))}
      </time>
    </li>
  );
}
