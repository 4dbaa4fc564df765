import { type Accessor, createSignal } from 'solid-js';

export type Theme = 'light' | 'dark';

/** Shared with `public/theme.js`, which sets the attribute before the first paint. */
const STORAGE_KEY = 'autoweave.theme';

export interface ThemeChoice {
  readonly theme: Accessor<Theme>;
  /** Turns it over. A choice that equals the system's is not kept, so that the page follows the system again. */
  toggle(): void;
}

export function createTheme(): ThemeChoice {
  const systemDark = matchMedia('(prefers-color-scheme: dark)');
  const [isSystemDark, setSystemDark] = createSignal(systemDark.matches);
  const [chosen, setChosen] = createSignal<Theme | null>(readChoice());
  systemDark.addEventListener('change', () => setSystemDark(systemDark.matches));

  const system = (): Theme => (isSystemDark() ? 'dark' : 'light');
  const theme = (): Theme => chosen() ?? system();

  return {
    theme,
    toggle() {
      const next: Theme = theme() === 'dark' ? 'light' : 'dark';
      const kept = next === system() ? null : next;
      setChosen(kept);
      if (kept) document.documentElement.dataset.theme = kept;
      else delete document.documentElement.dataset.theme;
      try {
        if (kept) localStorage.setItem(STORAGE_KEY, kept);
        else localStorage.removeItem(STORAGE_KEY);
      } catch {
        // Storage is refused: the choice lasts as long as the page.
      }
    },
  };
}

function readChoice(): Theme | null {
  const value = document.documentElement.dataset.theme;
  return value === 'light' || value === 'dark' ? value : null;
}
