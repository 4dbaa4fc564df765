import type { Plugin, PluginPolicy } from '../../proto/generated/graphql.ts';
import type { PluginPermissions } from '../../proto/generated/messages.ts';

/** What operators and dashboards ask of the plugins here. `<name>@<version>` and the name alone both name a plugin. */
export interface PluginService {
  /** Loaded ones, those that were loaded before, and those that lie in a watched folder; by name. */
  list(): Promise<readonly Plugin[]>;
  get(name: string): Promise<Plugin | undefined>;
  /** What lies in a folder, without loading it. @throws AW_PLUGIN_MANIFEST_INVALID, AW_PLUGIN_UNREADABLE */
  inspect(manifestPath: string): Promise<Plugin>;
  /**
   * Resolves once it is loaded. With `grant` the consent is remembered first.
   *
   * @throws AW_PLUGIN_CONSENT_MISSING, AW_PLUGIN_UNSIGNED, AW_PLUGIN_HASH_WRONG, AW_PLUGIN_MODULE_INVALID,
   *   AW_PLUGIN_IMPORT_DENIED, and what its `onLoad` throws
   */
  load(manifestPath: string, options: LoadRequest): Promise<Plugin>;
  /** @throws AW_PLUGIN_UNKNOWN, and what {@link load} throws */
  reload(id: string, options?: Traced): Promise<Plugin>;
  unload(id: string, options?: Traced): Promise<boolean>;
  /**
   * This, and nothing else. What its module can't be linked with changes nothing.
   *
   * @throws AW_PLUGIN_UNKNOWN, AW_DATA_INVALID, AW_PLUGIN_GRANT_EXCESSIVE when more is granted than it asks for,
   *   AW_PLUGIN_IMPORT_DENIED
   */
  grant(name: string, permissions: PluginPermissions, options?: Traced): Promise<Plugin>;
  /** Grants these names besides what was granted, named as in {@link revoke}. @throws what {@link grant} throws */
  grantMore(name: string, capabilities: readonly string[], options?: Traced): Promise<Plugin>;
  /**
   * Takes the consent back and unloads it; false when there was none. With `capabilities` only these, by the names of its
   * permission items or what stands before a colon in them, and it goes on.
   *
   * @throws AW_PLUGIN_NOT_GRANTED for one that was not granted
   */
  revoke(name: string, options?: RevokeRequest): Promise<boolean>;
  /** Calls a function as a job of its queue. @throws the call's failure with its code, AW_PLUGIN_UNKNOWN, AW_CALL_TIMEOUT */
  execute(name: string, functionName: string, input: unknown, options: ExecuteOptions): Promise<unknown>;
  policy(): PluginPolicy;
}

export interface Traced {
  readonly traceparent?: string;
}

export interface LoadRequest extends Traced {
  readonly options?: Readonly<Record<string, unknown>>;
  readonly grant?: PluginPermissions;
}

export interface RevokeRequest extends Traced {
  readonly capabilities?: readonly string[];
}

export interface ExecuteOptions extends Traced {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}
