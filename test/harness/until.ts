import { setTimeout as pause } from 'node:timers/promises';

/** Long enough for the slowest machine that passes at all. */
const PATIENCE_MS = 30_000;
const STEP_MS = 10;

/**
 * Waits for a fact that announces itself nowhere.
 *
 * @returns what `check` gave once it was neither false nor undefined
 */
export async function until<T>(
  check: () => T | Promise<T>,
  what: string,
  { patienceMs = PATIENCE_MS }: { readonly patienceMs?: number } = {},
): Promise<Exclude<T, false | undefined | null>> {
  const end = performance.now() + patienceMs;
  while (true) {
    const found = await check();
    if (found !== false && found !== undefined && found !== null) return found as Exclude<T, false | undefined | null>;
    if (performance.now() > end) throw new Error(`Waited ${patienceMs} ms in vain for ${what}`);
    await pause(STEP_MS);
  }
}
