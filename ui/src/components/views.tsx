import { createMemo, type JSX, Match, Switch } from 'solid-js';
import type { EventFeed } from '../create-event-log.ts';
import type { Polled } from '../create-polled.ts';
import type { GatewayClient } from '../gateway-client.ts';
import type { DeadLettersQuery } from '../generated/operations.ts';
import type { Route, RouteOf, ViewName } from '../route.ts';
import { ActorsView } from './actors-view.tsx';
import type { Durability } from './durability-badge.tsx';
import { lazyView } from './lazy-view.tsx';

const Queues = lazyView('queues', async () => (await import('./queues-view.tsx')).QueuesView);
const Plugins = lazyView('plugins', async () => (await import('./plugins-view.tsx')).PluginsView);
const Agents = lazyView('agents', async () => (await import('./agents-view.tsx')).AgentsView);
const Memories = lazyView('memories', async () => (await import('./memories-view.tsx')).MemoriesView);

export interface ViewsProps {
  readonly route: Route;
  readonly gateway: GatewayClient;
  readonly log: EventFeed;
  readonly deadLetters: Polled<DeadLettersQuery['deadLetters']>;
  readonly durability: Durability | undefined;
  readonly onTrace: (traceId: string) => void;
  /** The live view. */
  readonly children: JSX.Element;
}

/** What the address asks for. */
export function Views(props: ViewsProps) {
  const actors = createShown('actors');
  const queues = createShown('queues');
  const plugins = createShown('plugins');
  const agents = createShown('agents');
  const memories = createShown('memories');

  /** The route while it is one of this view, else null. */
  function createShown<View extends ViewName>(view: View): () => RouteOf<View> | null {
    return createMemo(() => (isOf(props.route, view) ? props.route : null));
  }

  return (
    <Switch fallback={props.children}>
      <Match when={actors()}>
        {(shown) => <ActorsView gateway={props.gateway} actor={shown().actor} deadLetters={props.deadLetters} />}
      </Match>
      <Match when={queues()}>
        {(shown) => (
          <Queues
            gateway={props.gateway}
            queue={shown().queue}
            job={shown().job}
            durability={props.durability}
            onTrace={props.onTrace}
          />
        )}
      </Match>
      <Match when={plugins()}>
        {(shown) => <Plugins gateway={props.gateway} log={props.log} plugin={shown().plugin} />}
      </Match>
      <Match when={agents()}>
        {(shown) => (
          <Agents
            gateway={props.gateway}
            log={props.log}
            agent={shown().agent}
            run={shown().run}
            onTrace={props.onTrace}
          />
        )}
      </Match>
      <Match when={memories()}>
        {(shown) => <Memories gateway={props.gateway} log={props.log} memory={shown().memory} />}
      </Match>
    </Switch>
  );
}

function isOf<View extends ViewName>(route: Route, view: View): route is RouteOf<View> {
  return route.view === view;
}
