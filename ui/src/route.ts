/**
 * What the page shows: `#/` is live, `#/actors` the actors, `#/actors/<name>/<key>` one of them, `#/queues` the queues,
 * `#/queues/<name>` one of them, `#/queues/<name>/<id>` one of its jobs.
 */
export type Route =
  | { readonly view: 'live' }
  | { readonly view: 'actors'; readonly actor: ActorName | null }
  | { readonly view: 'queues'; readonly queue: string | null; readonly job: string | null };

export interface ActorName {
  readonly name: string;
  readonly key: string;
}

export const LIVE: Route = { view: 'live' };
export const ACTORS: Route = { view: 'actors', actor: null };
export const QUEUES: Route = { view: 'queues', queue: null, job: null };

/** Null for an address within a view, such as `#main`, which changes nothing about what is shown. */
export function parseRoute(hash: string): Route | null {
  if (hash === '' || hash === '#') return LIVE;
  if (!hash.startsWith('#/')) return null;
  const [view, first, second, ...rest] = hash.slice(2).split('/');
  if (rest.length > 0) return LIVE;
  if (view === 'actors') return parseActors(first, second);
  if (view === 'queues') return parseQueues(first, second);
  return LIVE;
}

export function routeHash(route: Route): string {
  switch (route.view) {
    case 'live':
      return '#/';
    case 'actors':
      return pathOf('actors', route.actor && [route.actor.name, route.actor.key]);
    case 'queues':
      return pathOf('queues', [route.queue, route.queue === null ? null : route.job]);
  }
}

function parseActors(name: string | undefined, key: string | undefined): Route {
  if (!name || key === undefined) return ACTORS;
  const [readName, readKey] = decode([name, key]);
  return readName === undefined || readKey === undefined
    ? ACTORS
    : { view: 'actors', actor: { name: readName, key: readKey } };
}

function parseQueues(name: string | undefined, id: string | undefined): Route {
  const [queue, job] = decode([name ?? '', id ?? '']);
  return queue ? { view: 'queues', queue, job: job || null } : QUEUES;
}

function pathOf(view: string, parts: readonly (string | null)[] | null): string {
  const named = (parts ?? []).filter((part) => part !== null);
  return ['#', view, ...named.map((part) => encodeURIComponent(part))].join('/');
}

/** Nothing at all when one of them is not encoded as parts of an address are. */
function decode(parts: readonly string[]): readonly string[] {
  try {
    return parts.map((part) => decodeURIComponent(part));
  } catch {
    return [];
  }
}
