import type { MessageData, PluginManifest, PluginPermissions } from '../../proto/generated/messages.ts';
import type { Failure } from '../errors/errors.ts';

/** What the actor `plugin` commits for one plugin, by its name. */

export const PLUGIN = 'plugin';
export const PLUGIN_KV = 'plugin-kv';

export interface PluginConsent {
  /** The version that asked. */
  readonly version: string;
  /** The `plugin.json` that asked: a plugin of this name in another folder is another one. */
  readonly source: string;
  readonly requested: PluginPermissions;
  readonly granted: PluginPermissions;
  /** ISO 8601. */
  readonly at: string;
  /** ISO 8601; when some of it was taken back since. */
  readonly changedAt?: string;
}

export interface PluginRecord {
  /** As a host has last said; null before the first time. */
  status: NonNullable<MessageData['plugin.record']['status']> | null;
  /** Whether a host that starts is to load it. */
  isWanted: boolean;
  manifest: PluginManifest | null;
  manifestPath: string;
  sha256: string;
  options: Readonly<Record<string, unknown>>;
  functions: readonly string[];
  error: Failure | null;
  /** ISO 8601; of the last load. */
  loadedAt: string | null;
  consent: PluginConsent | null;
}

export const NO_RECORD: PluginRecord = {
  status: null,
  isWanted: false,
  manifest: null,
  manifestPath: '',
  sha256: '',
  options: {},
  functions: [],
  error: null,
  loadedAt: null,
  consent: null,
};

/** What the actor `plugin-kv` commits for one key. */
export interface PluginValue {
  value: string | null;
  /** The call that wrote it. */
  write: string;
}

/** The queue whose jobs call a plugin. */
export function pluginQueue(name: string): string {
  return `plugin-${name}`;
}
