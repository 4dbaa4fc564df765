/**
 * What the page shows: `#/` is live, `#/actors` the actors, `#/actors/<name>/<key>` one of them, `#/queues` the queues,
 * `#/queues/<name>` one of them, `#/queues/<name>/<id>` one of its jobs, `#/plugins` and `#/plugins/<name>`, `#/agents`,
 * `#/agents/<id>` and `#/agents/<id>/<run>`, `#/memories` and `#/memories/<id>`. Of any other it shows live as well, and
 * says which is missing.
 */
export type Route =
  | { readonly view: 'live'; readonly missing?: string }
  | { readonly view: 'actors'; readonly actor: ActorName | null }
  | { readonly view: 'queues'; readonly queue: string | null; readonly job: string | null }
  | { readonly view: 'plugins'; readonly plugin: string | null }
  | { readonly view: 'agents'; readonly agent: string | null; readonly run: string | null }
  | { readonly view: 'memories'; readonly memory: string | null };

export type ViewName = Route['view'];
/** Addresses of one view. */
export type RouteOf<View extends ViewName> = Extract<Route, { readonly view: View }>;

export interface ActorName {
  readonly name: string;
  readonly key: string;
}

export const LIVE: Route = { view: 'live' };
export const ACTORS: Route = { view: 'actors', actor: null };
export const QUEUES: Route = { view: 'queues', queue: null, job: null };
export const PLUGINS: Route = { view: 'plugins', plugin: null };
export const AGENTS: Route = { view: 'agents', agent: null, run: null };
export const MEMORIES: Route = { view: 'memories', memory: null };

/** Null for an address within a view, such as `#main`, which changes nothing about what is shown. */
export function parseRoute(hash: string): Route | null {
  if (hash === '' || hash === '#') return LIVE;
  if (!hash.startsWith('#/')) return null;
  const [view = '', first, second, ...rest] = hash.slice(2).split('/');
  return (rest.length === 0 ? parseView(view, first, second) : null) ?? { view: 'live', missing: hash };
}

export function routeHash(route: Route): string {
  switch (route.view) {
    case 'live':
      return '#/';
    case 'actors':
      return pathOf('actors', route.actor && [route.actor.name, route.actor.key]);
    case 'queues':
      return pathOf('queues', [route.queue, route.queue === null ? null : route.job]);
    case 'plugins':
      return pathOf('plugins', [route.plugin]);
    case 'agents':
      return pathOf('agents', [route.agent, route.agent === null ? null : route.run]);
    case 'memories':
      return pathOf('memories', [route.memory]);
  }
}

/** The name of one of a kind stands for all of them: `#/plugin` is what somebody remembers of `#/plugins`. */
function parseView(view: string, first: string | undefined, second: string | undefined): Route | null {
  switch (view) {
    case '':
      return LIVE;
    case 'actor':
    case 'actors':
      return parseActors(first, second);
    case 'queue':
    case 'queues':
      return parseQueues(first, second);
    case 'plugin':
    case 'plugins':
      return parsePlugins(first, second);
    case 'agent':
    case 'agents':
      return parseAgents(first, second);
    case 'memory':
    case 'memories':
      return parseMemories(first, second);
    default:
      return null;
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

function parsePlugins(name: string | undefined, more: string | undefined): Route | null {
  if (more) return null;
  const [plugin] = decode([name ?? '']);
  return plugin ? { view: 'plugins', plugin } : PLUGINS;
}

function parseAgents(id: string | undefined, runId: string | undefined): Route {
  const [agent, run] = decode([id ?? '', runId ?? '']);
  return agent ? { view: 'agents', agent, run: run || null } : AGENTS;
}

function parseMemories(id: string | undefined, more: string | undefined): Route | null {
  if (more) return null;
  const [memory] = decode([id ?? '']);
  return memory ? { view: 'memories', memory } : MEMORIES;
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
