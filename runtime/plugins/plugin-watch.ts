import type { Clock } from '../clock/clock.ts';
import type { Log } from '../telemetry/log.ts';
import type { PluginFiles } from './host-api.ts';
import { fingerprint } from './plugin-folders.ts';
import { readPlugin } from './read-plugin.ts';

/**
 * Loads plugins anew when their files have changed. It looks at sizes and times, which works on every file system; and
 * it waits until two looks agree, since a compiler writes in pieces. Where the new one can't be loaded the old one stays.
 */

const LOOK_MS = 500;

export interface WatchParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly loaded: () => readonly {
    readonly files: PluginFiles;
    readonly options: Readonly<Record<string, unknown>>;
  }[];
  readonly reload: (files: PluginFiles, options: Readonly<Record<string, unknown>>) => Promise<void>;
}

interface Seen {
  /** Of the files that were loaded, or tried. */
  settled: string;
  /** As the last look found them, when that was something else. */
  moving: string | undefined;
  /** Those that were loaded when `settled` was seen. */
  files: PluginFiles;
}

export function watchPlugins({ clock, log, loaded, reload }: WatchParts): Disposable {
  const seen = new Map<string, Seen>();
  let isClosed = false;
  let cancel = () => {};

  const look = async (): Promise<void> => {
    const plugins = loaded();
    const names = new Set(plugins.map(({ files }) => files.manifest.name));
    for (const name of seen.keys()) if (!names.has(name)) seen.delete(name);
    for (const { files, options } of plugins) {
      const { manifestPath, manifest } = files;
      const now = await fingerprint(manifestPath, manifest.entry);
      const known = seen.get(manifest.name);
      if (known?.files !== files) {
        // What was written between the load and this look has to be loaded, too.
        seen.set(manifest.name, { settled: (await isAsLoaded(files)) ? now : '', moving: undefined, files });
        continue;
      }
      // While a file is missing, it is being written.
      if (now === known.settled || now === '') known.moving = undefined;
      else if (now !== known.moving) known.moving = now;
      else {
        known.settled = now;
        known.moving = undefined;
        if (isClosed) return;
        log.info('plugin.changed', { plugin: manifest.name });
        // Why it could not be loaded is told where it is loaded.
        // Nor is it waited for: a slow load is not to keep others from being seen.
        void reload(files, options).catch(() => undefined);
      }
    }
  };

  const tick = (): void => {
    void look()
      .catch((error: unknown) => log.warn('plugin.watch_failed', { error }))
      .finally(() => {
        if (!isClosed) cancel = clock.schedule(LOOK_MS, tick);
      });
  };
  tick();
  return {
    [Symbol.dispose]() {
      isClosed = true;
      cancel();
    },
  };
}

async function isAsLoaded({ manifestPath, manifest, sha256 }: PluginFiles): Promise<boolean> {
  const found = await readPlugin(manifestPath).catch(() => undefined);
  return found?.sha256 === sha256 && JSON.stringify(found.manifest) === JSON.stringify(manifest);
}
