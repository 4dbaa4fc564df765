import type { Plugin, PluginState } from '../../proto/generated/graphql.ts';
import type { PluginManifest } from '../../proto/generated/messages.ts';
import type { LivePlugin, PluginFiles, PluginStats } from './host-api.ts';
import { limitsOf, pluginId } from './manifest.ts';
import { describePermissions, exceeds, intersect } from './permissions.ts';
import type { PluginRecord } from './plugin-record.ts';

/** What is known of one plugin, from up to three places: what runs, what is remembered, and what lies in its folder. */
export interface KnownPlugin {
  readonly live?: LivePlugin | undefined;
  readonly record?: PluginRecord | undefined;
  readonly files?: PluginFiles | undefined;
  readonly isLoading?: boolean;
}

/** As dashboards see it; undefined when too little is known to show it. */
export function toPlugin({ live, record, files, isLoading = false }: KnownPlugin): Plugin | undefined {
  const manifest = live?.files.manifest ?? files?.manifest ?? record?.manifest ?? undefined;
  if (manifest === undefined) return undefined;
  const found = live?.files ?? files;
  // A plugin of the same name in another folder was not granted what this one was.
  const isOther = found !== undefined && record?.consent?.source !== found.manifestPath;
  const consent = isOther ? undefined : (record?.consent ?? undefined);
  const granted = live?.granted ?? consent?.granted;
  const effective = live?.effective ?? intersect(manifest.permissions, granted ?? {});
  const limits = limitsOf(manifest, effective);
  return {
    id: pluginId(manifest),
    name: manifest.name,
    version: manifest.version,
    description: manifest.description ?? null,
    manifestPath: found?.manifestPath ?? record?.manifestPath ?? '',
    state: stateOf({ live, record, files, isLoading }, manifest),
    // Also of one that runs: a newer one could not be loaded in its place.
    error: record?.error ?? null,
    functions: [...(live?.functions ?? record?.functions ?? [])],
    hooks: manifest.hooks ?? {},
    permissions: {
      requested: manifest.permissions,
      granted: granted ?? null,
      effective,
      items: describePermissions(manifest.permissions, granted ?? {}).map((item) => ({ ...item })),
      grantedAt: consent?.at ?? null,
      changedAt: consent?.changedAt ?? null,
    },
    integrity: found?.isHashed ? 'HASHED' : 'UNSIGNED',
    sha256: found?.sha256 ?? (record?.sha256 || null),
    size: found?.module.length ?? null,
    loadedAt: live === undefined ? (record?.loadedAt ?? null) : new Date(live.loadedAt).toISOString(),
    loadDurationMs: live?.loadDurationMs ?? null,
    options: live?.options ?? record?.options ?? null,
    limits,
    stats: live === undefined ? NO_STATS : toStats(live.stats),
    jobTypes: Object.entries(manifest.jobs ?? {}).map(([type, schema]) => ({
      type,
      description: String((schema as { description?: unknown }).description ?? ''),
      schema,
    })),
  };
}

function stateOf({ live, record, isLoading }: KnownPlugin, manifest: PluginManifest): PluginState {
  if (live !== undefined) return 'LOADED';
  if (isLoading) return 'LOADING';
  if (record?.status === 'FAILED') return 'FAILED';
  const isConsented = exceeds(manifest.permissions, record?.consent?.requested ?? {}).length === 0;
  if (record?.isWanted && !isConsented) return 'AWAITING_CONSENT';
  if (record?.status === 'UNLOADED') return 'UNLOADED';
  return 'FOUND';
}

const NO_STATS: Plugin['stats'] = {
  calls: 0,
  failures: 0,
  timeouts: 0,
  denials: 0,
  instances: 0,
  pending: 0,
  lastCallAt: null,
  p50Ms: null,
  p99Ms: null,
  recentDenials: [],
};

function toStats({ lastCallAt, p50Ms, p99Ms, recentDenials, ...counts }: PluginStats): Plugin['stats'] {
  return {
    ...counts,
    lastCallAt: lastCallAt === undefined ? null : new Date(lastCallAt).toISOString(),
    p50Ms: p50Ms ?? null,
    p99Ms: p99Ms ?? null,
    recentDenials: recentDenials.map(({ capability, subject, at }) => ({
      capability,
      subject,
      at: new Date(at).toISOString(),
    })),
  };
}
