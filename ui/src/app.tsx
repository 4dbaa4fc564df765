import { createSignal, Show } from 'solid-js';
import { forgetToken, rememberToken, type TokenPlaces, takeToken } from './access-token.ts';
import { LivePage } from './components/live-page.tsx';
import { TokenPage } from './components/token-page.tsx';

/** The live page, or, without a token that the gateway takes, the page that asks for one. */
export function App() {
  const places = browserPlaces();
  const [token, setToken] = createSignal(takeToken(places));
  const [isRefused, setRefused] = createSignal(false);

  function onRefused(refused: string): void {
    forgetToken(places, refused);
    // This tab's token may be older than the one that another tab remembered meanwhile.
    const other = takeToken(places);
    setRefused(true);
    setToken(other === refused ? null : other);
  }

  function onToken(given: string): void {
    rememberToken(places, given);
    setRefused(false);
    setToken(given);
  }

  return (
    <Show when={token()} keyed fallback={<TokenPage isRefused={isRefused()} onToken={onToken} />}>
      {(current) => <LivePage token={current} onRefused={() => onRefused(current)} />}
    </Show>
  );
}

function browserPlaces(): TokenPlaces {
  const storages: Storage[] = [];
  for (const name of ['sessionStorage', 'localStorage'] as const) {
    try {
      storages.push(window[name]);
    } catch {
      // Storage is refused: the token lasts as long as the page.
    }
  }
  return {
    get url() {
      return new URL(location.href);
    },
    storages,
    replaceUrl: (url) => history.replaceState(null, '', url),
  };
}
