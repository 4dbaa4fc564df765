/** What the page shows: `#/` is live, `#/actors` the actors, `#/actors/<name>/<key>` one of them. */
export type Route = { readonly view: 'live' } | { readonly view: 'actors'; readonly actor: ActorName | null };

export interface ActorName {
  readonly name: string;
  readonly key: string;
}

export const LIVE: Route = { view: 'live' };
export const ACTORS: Route = { view: 'actors', actor: null };

/** Null for an address within a view, such as `#main`, which changes nothing about what is shown. */
export function parseRoute(hash: string): Route | null {
  if (hash === '' || hash === '#') return LIVE;
  if (!hash.startsWith('#/')) return null;
  const [view, name, key, ...rest] = hash.slice(2).split('/');
  if (view !== 'actors' || rest.length > 0) return LIVE;
  if (!name || key === undefined) return ACTORS;
  try {
    return { view: 'actors', actor: { name: decodeURIComponent(name), key: decodeURIComponent(key) } };
  } catch {
    return ACTORS;
  }
}

export function routeHash(route: Route): string {
  if (route.view === 'live') return '#/';
  if (route.actor === null) return '#/actors';
  return `#/actors/${encodeURIComponent(route.actor.name)}/${encodeURIComponent(route.actor.key)}`;
}
