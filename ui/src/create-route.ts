import { type Accessor, createSignal, onCleanup } from 'solid-js';
import { LIVE, parseRoute, type Route, routeHash } from './route.ts';

/** What the address asks for; it follows links, and the browser's way back. */
export function createRoute(): Accessor<Route> {
  const [route, setRoute] = createSignal<Route>(parseRoute(location.hash) ?? LIVE);
  function follow(): void {
    const next = parseRoute(location.hash);
    if (next) setRoute(next);
    // A link within the view, such as the one to the content: the address goes on saying what is shown.
    else history.replaceState(null, '', routeHash(route()));
  }
  addEventListener('hashchange', follow);
  onCleanup(() => removeEventListener('hashchange', follow));
  return route;
}
