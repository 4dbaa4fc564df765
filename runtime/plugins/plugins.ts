import { dirname } from 'node:path';
import type { Plugin, PluginPolicy } from '../../proto/generated/graphql.ts';
import type { PluginPermissions } from '../../proto/generated/messages.ts';
import type { ActorClient } from '../actor/client.ts';
import type { Inspector } from '../actor/inspector.ts';
import { readState } from '../actor/read-state.ts';
import type { Bus } from '../bus/bus.ts';
import type { Clock } from '../clock/clock.ts';
import type { Contracts } from '../contracts/contracts.ts';
import { AutoWeaveError } from '../errors/errors.ts';
import type { Queues } from '../queue/queue-api.ts';
import type { Instruments } from '../telemetry/instruments.ts';
import type { Log } from '../telemetry/log.ts';
import type { Tracer } from '../telemetry/spans.ts';
import { notLoaded } from './call-errors.ts';
import { renamed } from './consent.ts';
import { createDenialReport } from './denial-report.ts';
import { executeAsJob } from './execute-plugin.ts';
import type { PluginHost } from './host-api.ts';
import { pluginId } from './manifest.ts';
import { createPendingWrites } from './pending-writes.ts';
import { findManifests } from './plugin-folders.ts';
import { startPluginHost } from './plugin-host.ts';
import { createPluginJobs, PLUGINS_QUEUE } from './plugin-jobs.ts';
import { createPluginLoader, type LoaderOptions } from './plugin-loader.ts';
import { PLUGIN, PLUGIN_KV, type PluginRecord, type PluginValue } from './plugin-record.ts';
import type { PluginService } from './plugin-service.ts';
import { createPluginTypes } from './plugin-types.ts';
import { toPlugin } from './plugin-view.ts';
import { watchPlugins } from './plugin-watch.ts';
import { CUT_OFF_OPTIONS, createPluginWorkers } from './plugin-workers.ts';
import { readPlugin } from './read-plugin.ts';
import { addTo } from './take-back.ts';

/** The plugins of one process: its host, the workers that call it, and what operators ask of them. */
export interface Plugins extends AsyncDisposable {
  readonly host: PluginHost;
  readonly service: PluginService;
  /** Resolves when what was loaded when the last process ended was loaded again, or could not be. */
  readonly restored: Promise<void>;
}

export interface PluginsParts {
  readonly bus: Bus;
  readonly tenant: string;
  readonly queues: Queues;
  readonly client: Pick<ActorClient, 'call' | 'send'>;
  readonly inspector: Pick<Inspector, 'listActors'>;
  readonly contracts: Contracts;
  readonly clock: Clock;
  readonly log: Log;
  readonly tracer: Tracer;
  readonly instruments: Instruments;
  readonly policy: PluginPolicy;
}

const CALL_MS = 30_000;
const PAGE = 200;

export async function startPlugins(parts: PluginsParts): Promise<Plugins> {
  const { bus, tenant, queues, client, clock, log, contracts, policy } = parts;
  const tell = (name: string, type: string, data: unknown, traceparent?: string): void => {
    const options = { source: 'plugins', ...(traceparent === undefined ? {} : { traceparent }) };
    client.send({ tenant, actor: PLUGIN, key: name }, type, data, options).catch((error: unknown) => {
      log.warn('plugin.untold', { plugin: name, type, error });
    });
  };
  const denials = createDenialReport(clock, (name, told, traceparent) => {
    for (const denial of told) log.warn('plugin.denied', { plugin: name, ...denial });
    tell(name, 'plugin.deny', { denials: [...told] }, traceparent);
  });
  const writes = createPendingWrites(
    async (key) => (await readState(bus, { tenant, actor: PLUGIN_KV, key })) as PluginValue | undefined,
    clock,
  );
  const host = startPluginHost({
    ...parts,
    readKey: (key) => writes.read(key),
    checkData: (type, data) => contracts.validate(type, data),
    onDenied: (denial) => denials.add(denial),
  });
  const workers = createPluginWorkers({ queues, host, writes });
  const readRecord = async (name: string) =>
    (await readState(bus, { tenant, actor: PLUGIN, key: name })) as PluginRecord | undefined;
  const callRecord = (name: string, type: string, data: unknown, traceparent?: string) =>
    client.call({ tenant, actor: PLUGIN, key: name }, type, data, {
      timeoutMs: CALL_MS,
      source: 'plugins',
      ...(traceparent ? { traceparent } : {}),
    });
  const types = createPluginTypes(contracts, (name) => host.get(name) !== undefined);
  const loader = createPluginLoader({
    ...parts,
    host,
    workers,
    types,
    allowsUnsigned: policy.allowsUnsigned,
    readRecord,
    callRecord,
  });
  const loading = new Set<string>();

  const load = async (path: string, options: LoaderOptions) => {
    loading.add(path);
    try {
      return await loader.load(path, options);
    } finally {
      loading.delete(path);
    }
  };

  /** By name, or by `<name>@<version>`. */
  const find = async (id: string): Promise<{ readonly name: string; readonly record: PluginRecord }> => {
    const name = nameIn(id);
    const record = await readRecord(name);
    const isOther = id !== name && record?.manifest && pluginId(record.manifest) !== id;
    if (record === undefined || record.manifest === null || isOther) throw unknown(id);
    return { name, record };
  };

  const reload = async (id: string, traceparent?: string) => {
    const { name, record } = await find(id);
    const live = host.get(name);
    const options = live?.options ?? record.options;
    return load(live?.files.manifestPath ?? record.manifestPath, { options, name, traceparent });
  };

  const unload = async (id: string, traceparent?: string): Promise<boolean> => {
    const { name } = await find(id);
    return loader.unload(name, traceparent);
  };

  const view = async (name: string) => {
    const plugin = await service.get(name);
    if (plugin === undefined) throw unknown(name);
    return plugin;
  };

  const grant = async (
    name: string,
    change: (granted: PluginPermissions, requested: PluginPermissions) => PluginPermissions,
    traceparent?: string,
  ): Promise<Plugin> => {
    const files = host.get(name)?.files ?? (await readPlugin((await view(name)).manifestPath));
    const { manifest } = files;
    if (manifest.name !== name) throw renamed(name, manifest.name, files.manifestPath);
    await loader.grant(files, (granted) => change(granted, manifest.permissions), traceparent);
    return view(name);
  };

  const records = async (): Promise<ReadonlyMap<string, PluginRecord>> => {
    const found = new Map<string, PluginRecord>();
    let after: string | undefined;
    do {
      const page = await parts.inspector.listActors({ name: PLUGIN, first: PAGE, after });
      for (const { key, state } of page.actors) if (state !== null) found.set(key, state as PluginRecord);
      after = page.next;
    } while (after !== undefined);
    return found;
  };

  /** Those whose files can be read; what lies there and is no plugin is left out. */
  const readFolders = async () => {
    const paths = await findManifests(policy.folders);
    const read = await Promise.all(paths.map((path) => readPlugin(path).catch(() => undefined)));
    return read.filter((files) => files !== undefined);
  };

  const service: PluginService = {
    async list() {
      const [known, found] = await Promise.all([records(), readFolders()]);
      const byName = new Map(found.map((files) => [files.manifest.name, files]));
      const names = new Set([
        ...known.keys(),
        ...byName.keys(),
        ...host.list().map(({ files }) => files.manifest.name),
      ]);
      return [...names]
        .sort()
        .map((name) =>
          toPlugin({
            live: host.get(name),
            record: known.get(name),
            files: byName.get(name),
            isLoading: isLoading(known.get(name)),
          }),
        )
        .filter((plugin) => plugin !== undefined);
    },
    async get(name) {
      const record = await readRecord(name);
      const live = host.get(name);
      const files =
        live?.files ??
        (record?.manifestPath ? await readPlugin(record.manifestPath).catch(() => undefined) : undefined) ??
        (await readFolders()).find(({ manifest }) => manifest.name === name);
      return toPlugin({ live, record, files, isLoading: isLoading(record) });
    },
    async inspect(manifestPath) {
      const files = await readPlugin(manifestPath);
      const { name } = files.manifest;
      const record = await readRecord(name);
      return toPlugin({ record, files })!;
    },
    async load(manifestPath, { options = {}, grant, traceparent }) {
      const { files } = await load(manifestPath, { options, grant, traceparent });
      return view(files.manifest.name);
    },
    async reload(id, { traceparent } = {}) {
      const { files } = await reload(id, traceparent);
      return view(files.manifest.name);
    },
    unload: (id, { traceparent } = {}) => unload(id, traceparent),
    grant: (name, permissions, { traceparent } = {}) => grant(name, () => permissions, traceparent),
    grantMore: (name, capabilities, { traceparent } = {}) =>
      grant(name, (granted, requested) => addTo(granted, name, requested, capabilities), traceparent),
    async revoke(name, { capabilities, traceparent } = {}) {
      if (capabilities === undefined) return loader.revoke(name, traceparent);
      await view(name);
      await loader.takeBack(name, capabilities, traceparent);
      return true;
    },
    async execute(name, functionName, input, options) {
      if (host.get(name) === undefined) {
        const record = await readRecord(name);
        if (record?.isWanted !== true) throw unknown(name);
        // Another host may have one that was loaded, and what is being loaded is waited for.
        if (record.status !== 'LOADED' && !isLoading(record)) throw notLoaded(name, record);
      }
      return executeAsJob({ queues, clock }, name, functionName, input, options);
    },
    policy: () => policy,
  };

  const isLoading = (record: PluginRecord | undefined): boolean =>
    record !== undefined && [record.manifestPath, dirname(record.manifestPath)].some((path) => loading.has(path));

  const wanted = [...(await records())].filter(([, { isWanted }]) => isWanted);
  // Their jobs may be taken before they are loaded; then it must be known what they are.
  for (const [name, { manifest }] of wanted) {
    try {
      if (manifest !== null) types.learn(manifest);
    } catch (error) {
      log.warn('plugin.types_unknown', { plugin: name, error });
    }
  }
  const restore = async (): Promise<void> => {
    await Promise.all(
      wanted.map(([name, { manifestPath, options }]) =>
        load(manifestPath, { options, name }).catch((error: unknown) =>
          log.warn('plugin.not_restored', { plugin: name, error }),
        ),
      ),
    );
  };

  const worker = await queues.startWorker(PLUGINS_QUEUE, createPluginJobs({ load, reload, unload }), {
    concurrency: 2,
    ...CUT_OFF_OPTIONS,
  });
  const restored = restore();
  const watch = watchPlugins({
    clock,
    log,
    loaded: () => host.list().map(({ files, options }) => ({ files, options })),
    reload: async (replaces, options) =>
      void (await load(replaces.manifestPath, { options, name: replaces.manifest.name, replaces })),
  });

  return {
    host,
    service,
    restored,
    async [Symbol.asyncDispose]() {
      // First, and at once: where a plugin holds this up for too long, the next host takes over without waiting.
      types[Symbol.dispose]();
      watch[Symbol.dispose]();
      host.close();
      await Promise.all([worker[Symbol.asyncDispose](), workers[Symbol.asyncDispose]()]);
      await restored;
      await loader.ended();
      // Of loads that ended meanwhile.
      await workers[Symbol.asyncDispose]();
      await host[Symbol.asyncDispose]();
      denials[Symbol.dispose]();
    },
  };
}

function nameIn(id: string): string {
  return id.split('@')[0]!;
}

function unknown(id: string): AutoWeaveError {
  return new AutoWeaveError('AW_PLUGIN_UNKNOWN', `No plugin "${id}" is known here`, {
    hint: 'see which are with: npx autoweave plugin ls; load one with: npx autoweave plugin load FOLDER',
  });
}
