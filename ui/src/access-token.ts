const STORAGE_KEY = 'autoweave.token';

/** What the token needs of the browser; both storages may refuse (private windows), which costs only the memory. */
export interface TokenPlaces {
  readonly url: URL;
  /** This tab's storage, then the browser's. */
  readonly storages: readonly Storage[];
  /** Puts another address into the bar without loading it. */
  readonly replaceUrl: (url: string) => void;
}

/** The token from the address, which is cleaned of it, else the remembered one, else null. */
export function takeToken(places: TokenPlaces): string | null {
  const given = places.url.searchParams.get('token');
  if (given !== null) {
    const cleaned = new URL(places.url);
    cleaned.searchParams.delete('token');
    places.replaceUrl(`${cleaned.pathname}${cleaned.search}${cleaned.hash}`);
    if (given.trim() !== '') {
      rememberToken(places, given.trim());
      return given.trim();
    }
  }
  for (const storage of places.storages) {
    const remembered = quietly(() => storage.getItem(STORAGE_KEY));
    if (remembered) return remembered;
  }
  return null;
}

export function rememberToken(places: Pick<TokenPlaces, 'storages'>, token: string): void {
  for (const storage of places.storages) quietly(() => storage.setItem(STORAGE_KEY, token));
}

/** Forgets a token that was refused; another tab may meanwhile have remembered a newer one, which stays. */
export function forgetToken(places: Pick<TokenPlaces, 'storages'>, token: string): void {
  for (const storage of places.storages) {
    quietly(() => {
      if (storage.getItem(STORAGE_KEY) === token) storage.removeItem(STORAGE_KEY);
    });
  }
}

function quietly<T>(action: () => T): T | null {
  try {
    return action();
  } catch {
    return null;
  }
}
