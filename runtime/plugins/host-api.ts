import type { PluginManifest, PluginPermissions } from '../../proto/generated/messages.ts';
import type { ChangeGrant } from './load-grant.ts';

/**
 * The words of the plugin host. A *plugin* is a module with its manifest; loading makes an *instance* of it in a thread
 * of its own, more when calls wait. A *call* runs one exported function; what it sends (jobs, events, key-value writes)
 * are its *effects*: the host checks each when the plugin asks, and gives them to the caller together with the output,
 * so that they take effect with the call's outcome or not at all.
 */

export type PluginEffect =
  | {
      readonly kind: 'job';
      readonly queue: string;
      readonly type: string;
      readonly data: unknown;
      readonly delayMs?: number;
      readonly id?: string;
    }
  | { readonly kind: 'event'; readonly type: string; readonly key: string; readonly data: unknown }
  /** Null deletes. */
  | { readonly kind: 'kv'; readonly key: string; readonly value: string | null };

export interface CallOutcome {
  /** Empty when the function gave none. */
  readonly output: Uint8Array;
  readonly effects: readonly PluginEffect[];
}

export interface CallOptions {
  readonly traceparent?: string;
  /** Ends the call; one that runs is ended with its instance. */
  readonly signal?: AbortSignal;
}

/** What was read from a plugin's folder and checked, before anything of it ran. */
export interface PluginFiles {
  readonly manifest: PluginManifest;
  /** The `plugin.json`, absolute. */
  readonly manifestPath: string;
  /** As it lies there; what runs is clamped. */
  readonly module: Uint8Array;
  /** Hex, of the module as it lies there. */
  readonly sha256: string;
  /** True when the manifest has a hash, and it is right. */
  readonly isHashed: boolean;
}

export interface Denial {
  readonly plugin: string;
  readonly capability: 'kv' | 'queue' | 'events' | 'usb' | 'memory' | 'import';
  /** The key, the queue, the type. */
  readonly subject: string;
  /** The step of the call that tried; absent without a trace, and outside of calls. */
  readonly traceparent?: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** What a plugin's calls came to since it was loaded here. */
export interface PluginStats {
  readonly calls: number;
  readonly failures: number;
  readonly timeouts: number;
  readonly denials: number;
  readonly instances: number;
  readonly pending: number;
  readonly lastCallAt: number | undefined;
  /** Milliseconds; undefined before the first call. */
  readonly p50Ms: number | undefined;
  readonly p99Ms: number | undefined;
  readonly recentDenials: readonly Denial[];
}

export interface LivePlugin {
  readonly files: PluginFiles;
  readonly requested: PluginPermissions;
  readonly granted: PluginPermissions;
  /** Requested and granted. */
  readonly effective: PluginPermissions;
  /** What was effective when its module was linked: its imports and limits are of that. */
  readonly linked: PluginPermissions;
  readonly options: Readonly<Record<string, unknown>>;
  readonly functions: readonly string[];
  /** Milliseconds since 1970. */
  readonly loadedAt: number;
  readonly loadDurationMs: number;
  readonly stats: PluginStats;
}

export interface LoadOptions {
  readonly granted: PluginPermissions;
  /** Input of `onLoad`; `{}` when absent. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly signal?: AbortSignal;
}

export interface PluginHost extends AsyncDisposable {
  /**
   * Loads a plugin; one of its name that is loaded goes on until the new one has passed its `onLoad`, then gets no more
   * calls and ends when those at work have. Where the new one fails, the old one stays.
   *
   * @throws AW_PLUGIN_MODULE_INVALID, AW_PLUGIN_IMPORT_DENIED, AW_PLUGIN_FUNCTION_UNKNOWN when a hook names none, and
   *   what `onLoad` throws
   */
  load(files: PluginFiles, options: LoadOptions): Promise<LivePlugin>;
  /** Compiles and links it, and runs nothing of it. @throws as {@link load} does where its module can't run with that */
  check(files: PluginFiles, granted: PluginPermissions): Promise<void>;
  /** Loads nothing more, and ends what is being loaded. */
  close(): void;
  /** Ends a load that is under way, which fails then. */
  cancelLoad(name: string): void;
  /** Waits for calls at work, then `onUnload`. False when there is none. */
  unload(name: string): Promise<boolean>;
  /**
   * What it may do from now on, also in calls at work and where it is being loaded; what was not linked when it was loaded
   * stays so. Nothing where there is none.
   */
  regrant(name: string, change: ChangeGrant): void;
  get(name: string): LivePlugin | undefined;
  list(): readonly LivePlugin[];
  /**
   * @param input as the function reads it; JSON by custom
   * @throws AW_PLUGIN_UNKNOWN, AW_PLUGIN_FUNCTION_UNKNOWN, AW_PLUGIN_BUSY, AW_PLUGIN_TIMEOUT, AW_PLUGIN_TRAPPED,
   *   AW_PLUGIN_ERROR with the plugin's own words, AW_PLUGIN_OUTPUT_TOO_LARGE, AW_PLUGIN_MEMORY_EXCEEDED, AW_PLUGIN_ABORTED, AW_PLUGIN_UNAVAILABLE
   */
  call(name: string, functionName: string, input: Uint8Array, options?: CallOptions): Promise<CallOutcome>;
  /** A hook by its name in the manifest; undefined when the plugin has none. */
  hook(
    name: string,
    hook: 'onUSBAttach' | 'onUSBDetach' | 'onJobReceived',
    input: Uint8Array,
    options?: CallOptions,
  ): Promise<CallOutcome | undefined>;
}
