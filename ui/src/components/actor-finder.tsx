import { createUniqueId, For, Show } from 'solid-js';
import { STATUSES, statusText } from '../actor-text.ts';
import { now } from '../create-now.ts';
import type { GatewayError } from '../gateway-error.ts';
import type { FindActorsQuery, ActorStatus as Status } from '../generated/operations.ts';
import { type ActorName, routeHash } from '../route.ts';
import { shortId } from '../short-id.ts';
import { ageText, instantText } from '../time-text.ts';
import { ActorStatus } from './actor-status.tsx';
import { ListPane } from './list-pane.tsx';

type Page = FindActorsQuery['actors'];
type Line = Page['actors'][number];

export interface ActorFilter {
  readonly name: string;
  readonly prefix: string;
  readonly status: Status | null;
}

export interface ActorFinderProps {
  readonly page: Page | undefined;
  readonly error: GatewayError | null;
  readonly filter: ActorFilter;
  readonly onFilter: (filter: ActorFilter) => void;
  readonly chosen: ActorName | null;
  readonly onImport: () => void;
}

/** All actors that fit a filter, as links. */
export function ActorFinder(props: ActorFinderProps) {
  const statusId = createUniqueId();
  const isChosen = ({ name, key }: ActorName) => props.chosen?.name === name && props.chosen.key === key;

  return (
    <ListPane
      name="actors"
      title="Actors"
      class="actor-finder"
      lines={props.page?.actors}
      idOf={({ name, key }) => `${name}\n${key}`}
      count={
        <strong>
          {props.page?.actors.length}
          {props.page?.next === null ? '' : '+'}
        </strong>
      }
      error={props.error}
      emptyText="No actor with a state fits."
      action={
        <button type="button" class="button small finder-import" onClick={props.onImport} data-testid="actor-import">
          Import
        </button>
      }
      filter={
        <search class="finder-filter">
          <FilterField
            label="Name"
            value={props.filter.name}
            onInput={(name) => props.onFilter({ ...props.filter, name })}
            testId="filter-name"
          />
          <FilterField
            label="Key begins with"
            value={props.filter.prefix}
            onInput={(prefix) => props.onFilter({ ...props.filter, prefix })}
            testId="filter-prefix"
          />
          <div class="field">
            <label for={statusId}>Status</label>
            <select
              id={statusId}
              data-testid="filter-status"
              onChange={(event) =>
                props.onFilter({ ...props.filter, status: STATUSES[event.currentTarget.selectedIndex - 1] ?? null })
              }
            >
              <option selected={props.filter.status === null}>any</option>
              <For each={STATUSES}>
                {(status) => <option selected={props.filter.status === status}>{statusText(status)}</option>}
              </For>
            </select>
          </div>
        </search>
      }
      more={
        <Show when={props.page?.next != null}>
          <p class="hint more">There are more: narrow the filter, or list all with autoweave actor ls.</p>
        </Show>
      }
    >
      {(actor) => <Row actor={actor()} isChosen={isChosen(actor())} />}
    </ListPane>
  );
}

function Row(props: { readonly actor: Line; readonly isChosen: boolean }) {
  return (
    <li class="finder-row" classList={{ chosen: props.isChosen }} data-testid="finder-row" data-key={props.actor.key}>
      <a
        class="row-button"
        href={routeHash({ view: 'actors', actor: props.actor })}
        aria-current={props.isChosen ? 'true' : undefined}
        title={`${props.actor.name} ${props.actor.key}`}
        data-rove
        tabindex="-1"
      >
        <span class="actor-name">{props.actor.name}</span>{' '}
        <span class="actor-key mono">{shortId(props.actor.key)}</span>
      </a>
      <Show when={(props.actor.activity?.depth ?? 0) > 0}>
        <span class="tag" title="Messages that wait">
          {props.actor.activity?.depth} waiting
        </span>
      </Show>
      <ActorStatus status={props.actor.activity?.status ?? null} />
      <time class="actor-age" datetime={props.actor.updatedAt} title={`Changed ${instantText(props.actor.updatedAt)}`}>
        {ageText(now(), Date.parse(props.actor.updatedAt))}
      </time>
    </li>
  );
}

function FilterField(props: {
  readonly label: string;
  readonly value: string;
  readonly onInput: (text: string) => void;
  readonly testId: string;
}) {
  const id = createUniqueId();
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <input
        id={id}
        type="search"
        autocomplete="off"
        spellcheck={false}
        value={props.value}
        onInput={(event) => props.onInput(event.currentTarget.value)}
        data-testid={props.testId}
      />
    </div>
  );
}
