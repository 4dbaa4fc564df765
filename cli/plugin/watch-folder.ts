import { type FSWatcher, watch } from 'node:fs';
import { sep } from 'node:path';
import { systemClock } from '../../runtime/clock/system-clock.ts';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';

/** An editor writes a file in several steps; so long after the last of them it is whole. */
const SETTLE_MS = 120;

export interface FolderWatch extends Disposable {
  /** Resolves with what was changed since the last time, once that has settled; undefined when the signal has ended it. One at a time. */
  next(signal: AbortSignal): Promise<readonly string[] | undefined>;
}

/**
 * Watches a plugin's sources. What is built from them, what is hidden and what others bring (`node_modules`) is not
 * among them, or each build would lead to the next.
 *
 * @throws AW_PLUGIN_UNREADABLE
 */
export function watchFolder(folder: string): FolderWatch {
  const changed = new Set<string>();
  let failure: Error | undefined;
  let wake: (() => void) | undefined;
  const watcher = openWatcher(folder);
  watcher.on('change', (_event, name) => {
    if (typeof name !== 'string' || !isSource(name)) return;
    changed.add(name);
    wake?.();
  });
  watcher.on('error', (error) => {
    failure = error;
    wake?.();
  });
  return {
    async next(signal) {
      const onAbort = () => wake?.();
      signal.addEventListener('abort', onAbort, { once: true });
      while (changed.size === 0 && !signal.aborted && failure === undefined) {
        await new Promise<void>((resolve) => (wake = resolve));
      }
      signal.removeEventListener('abort', onAbort);
      if (failure !== undefined) throw failure;
      for (let count = -1; count !== changed.size && !signal.aborted; ) {
        count = changed.size;
        await systemClock.sleep(SETTLE_MS);
      }
      if (signal.aborted) return undefined;
      const names = [...changed].sort();
      changed.clear();
      return names;
    },
    [Symbol.dispose]: () => watcher.close(),
  };
}

function openWatcher(folder: string): FSWatcher {
  try {
    return watch(folder, { recursive: true });
  } catch (cause) {
    throw new AutoWeaveError('AW_PLUGIN_UNREADABLE', `Cannot watch "${folder}": ${(cause as Error).message}`, {
      hint: 'name the folder of the plugin, with its plugin.json',
      cause,
    });
  }
}

function isSource(path: string): boolean {
  const parts = path.split(sep);
  if (parts.some((part) => part === 'node_modules' || part.startsWith('.'))) return false;
  return !/\.wasm(\.\d+)?$|~$|^\d+$/.test(parts.at(-1)!);
}
