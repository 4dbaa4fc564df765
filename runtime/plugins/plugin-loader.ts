import type { PluginPermissions } from '../../proto/generated/messages.ts';
import type { Clock } from '../clock/clock.ts';
import type { Contracts } from '../contracts/contracts.ts';
import { AutoWeaveError, toFailure } from '../errors/errors.ts';
import type { Log } from '../telemetry/log.ts';
import type { Tracer } from '../telemetry/spans.ts';
import { unloaded } from './call-errors.ts';
import type { LivePlugin, PluginFiles, PluginHost } from './host-api.ts';
import { createOrders } from './orders.ts';
import { exceeds } from './permissions.ts';
import type { PluginRecord } from './plugin-record.ts';
import type { PluginTypes } from './plugin-types.ts';
import type { PluginWorkers } from './plugin-workers.ts';
import { readPlugin } from './read-plugin.ts';

/**
 * Loads and unloads as this deployment's policy and the operators' consent allow, and has it remembered. What concerns
 * one plugin is done one after the other: a grant that comes while it is being loaded holds when both are done.
 */
export interface PluginLoader {
  /** @throws what `PluginService.load` throws */
  load(manifestPath: string, options: LoaderOptions): Promise<LivePlugin>;
  unload(name: string, traceparent: string | undefined): Promise<boolean>;
  /** Remembers what was granted. One that is loaded is loaded anew with it; where that fails it is unloaded. */
  grant(files: PluginFiles, granted: PluginPermissions, traceparent: string | undefined): Promise<void>;
  /** Takes the consent back and unloads it. False when there was none. */
  revoke(name: string, traceparent: string | undefined): Promise<boolean>;
  /** Resolves when what was begun has ended. */
  ended(): Promise<void>;
}

export interface LoaderOptions {
  readonly options: Readonly<Record<string, unknown>>;
  /** Remembered once it is loaded with it. */
  readonly grant?: PluginPermissions | undefined;
  /** Only in the place of these: what was unloaded or loaded anew meanwhile is left alone. */
  readonly replaces?: PluginFiles;
  /** The plugin that is meant: one that calls itself otherwise is refused. */
  readonly name?: string;
  readonly traceparent?: string | undefined;
}

export interface PluginLoaderParts {
  readonly host: PluginHost;
  readonly workers: PluginWorkers;
  readonly types: PluginTypes;
  readonly contracts: Pick<Contracts, 'validate'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly tracer: Tracer;
  /** True where plugins run that nobody has signed. */
  readonly allowsUnsigned: boolean;
  readonly readRecord: (name: string) => Promise<PluginRecord | undefined>;
  /** A call of the actor `plugin`. */
  readonly callRecord: (name: string, type: string, data: unknown, traceparent?: string) => Promise<unknown>;
}

/** Refusals that are no failure of the plugin: nothing is recorded of them. */
const REFUSED = new Set([
  'AW_PLUGIN_ABORTED',
  'AW_PLUGIN_CONSENT_MISSING',
  'AW_PLUGIN_GRANT_EXCESSIVE',
  'AW_PLUGIN_UNKNOWN',
  'AW_PLUGIN_UNSIGNED',
]);

export function createPluginLoader(parts: PluginLoaderParts): PluginLoader {
  const { host, workers, types, contracts, clock, log, tracer, readRecord, callRecord } = parts;
  const orders = createOrders();

  /** @param grant what is to be granted with this load; else what was granted before holds */
  const loadFiles = async (
    files: PluginFiles,
    { options, grant }: Pick<LoaderOptions, 'options' | 'grant'>,
    traceparent: string,
  ): Promise<LivePlugin> => {
    const { manifest, manifestPath, sha256 } = files;
    const { name } = manifest;
    // A hash says that the files are whole, not who has made them.
    if (!parts.allowsUnsigned) throw unsigned(name);
    if (grant !== undefined) checkGrant(files, grant);
    const granted = grant ?? consentTo(files, await readRecord(name));
    types.check(manifest);
    const known = { status: 'LOADED', manifest, manifestPath, sha256, options } as const;
    // What can't be recorded is not to run.
    contracts.validate('plugin.record', known);
    const live = await host.load(files, { granted, options });
    try {
      types.learn(manifest);
      await workers.match(live);
      if (grant !== undefined) await remember(files, grant, traceparent);
      const durationMs = Math.round(live.loadDurationMs * 100) / 100;
      const record = { ...known, functions: [...live.functions], effective: live.effective, durationMs };
      await callRecord(name, 'plugin.record', record, traceparent);
    } catch (error) {
      // Nobody would know of it, and the next start would bring back another one.
      await workers.stop(name);
      await host.unload(name);
      throw error;
    }
    log.info('plugin.loaded', { plugin: name, version: manifest.version, sha256, ms: live.loadDurationMs });
    return live;
  };

  const unload = async (name: string, traceparent: string | undefined): Promise<boolean> => {
    await workers.stop(name);
    const wasLoaded = await host.unload(name);
    const record = await readRecord(name);
    if (!wasLoaded && record?.isWanted !== true) return false;
    await callRecord(name, 'plugin.record', { status: 'UNLOADED' }, traceparent);
    log.info('plugin.unloaded', { plugin: name });
    return true;
  };

  /** @throws AW_DATA_INVALID, AW_PLUGIN_GRANT_EXCESSIVE */
  const checkGrant = ({ manifest, manifestPath: source }: PluginFiles, granted: PluginPermissions): void => {
    const { name, version, permissions: requested } = manifest;
    contracts.validate('plugin.grant', { version, source, requested, granted });
    const beyond = exceeds(granted, requested);
    if (beyond.length > 0) throw excessive(name, beyond);
  };

  const remember = async (
    { manifest, manifestPath: source }: PluginFiles,
    granted: PluginPermissions,
    traceparent: string | undefined,
  ): Promise<void> => {
    const { name, version, permissions: requested } = manifest;
    await callRecord(name, 'plugin.grant', { version, source, requested, granted }, traceparent);
  };

  const recordFailure = async (name: string, files: PluginFiles | undefined, error: unknown, traceparent: string) => {
    const failure = toFailure(error);
    if (REFUSED.has(failure.code)) return;
    log.warn('plugin.load_failed', { plugin: name, error });
    const what = files === undefined ? {} : { manifest: files.manifest, manifestPath: files.manifestPath };
    const isStillLoaded = host.get(name) !== undefined;
    const record = { status: 'FAILED', ...what, isStillLoaded, error: shortened(failure) };
    await callRecord(name, 'plugin.record', record, traceparent).catch(() => undefined);
  };

  return {
    async load(manifestPath, { options, grant, replaces, name: meant, traceparent }) {
      const span = tracer.startSpan('plugin.load', {
        parent: traceparent,
        file: 'runtime/plugins/plugin-loader.ts',
        startedAt: clock.now(),
      });
      let files: PluginFiles | undefined;
      try {
        const read = await readPlugin(manifestPath);
        const { name, version } = read.manifest;
        if (meant !== undefined && meant !== name) throw renamed(meant, name, read.manifestPath);
        files = read;
        span.set({ plugin: name, version });
        return await orders.run(name, async () => {
          if (replaces !== undefined && host.get(name)?.files !== replaces) throw unloaded(name);
          return loadFiles(read, { options, grant }, span.traceparent);
        });
      } catch (error) {
        span.fail(error);
        const name = files?.manifest.name ?? meant;
        if (name !== undefined) await recordFailure(name, files, error, span.traceparent);
        throw error;
      } finally {
        span.end();
      }
    },

    unload(name, traceparent) {
      host.cancelLoad(name);
      return orders.run(name, () => unload(name, traceparent));
    },

    grant(files, granted, traceparent) {
      const { name } = files.manifest;
      return orders.run(name, async () => {
        checkGrant(files, granted);
        await remember(files, granted, traceparent);
        const live = host.get(name);
        if (live === undefined) return;
        // What was taken away is gone at once; what was added has to be linked.
        host.regrant(name, granted);
        await workers.match(live);
        try {
          await loadFiles(live.files, { options: live.options }, traceparent ?? '');
        } catch (error) {
          await unload(name, traceparent);
          throw error;
        }
      });
    },

    revoke(name, traceparent) {
      // Not even what is on its way waits for its turn.
      if (host.get(name) !== undefined) host.regrant(name, {});
      host.cancelLoad(name);
      return orders.run(name, async () => {
        const isKnown = (await readRecord(name)) !== undefined;
        const hadConsent = isKnown && (await callRecord(name, 'plugin.revoke', {}, traceparent)) === true;
        await unload(name, traceparent);
        return hadConsent;
      });
    },

    ended: () => orders.ended(),
  };
}

/** What was granted to it, where somebody was asked about all that it asks for now. */
function consentTo({ manifest, manifestPath }: PluginFiles, record: PluginRecord | undefined): PluginPermissions {
  const consent = record?.consent?.source === manifestPath ? record.consent : undefined;
  const missing = [...exceeds(manifest.permissions, consent?.requested ?? {})];
  // A name belongs to the folder that had it first: whoever calls it means that one.
  const isOther = consent === undefined && (record?.manifestPath ?? '') !== '' && record?.manifestPath !== manifestPath;
  if (isOther) missing.push(`the name of the plugin at ${record?.manifestPath}`);
  if (missing.length === 0) return consent?.granted ?? {};
  throw new AutoWeaveError(
    'AW_PLUGIN_CONSENT_MISSING',
    `Plugin "${manifest.name}" ${manifest.version} asks for what nobody was asked about: ${missing.join('; ')}`,
    { hint: 'load it with --grant, or grant it on the page of plugins' },
  );
}

function unsigned(name: string): AutoWeaveError {
  return new AutoWeaveError(
    'AW_PLUGIN_UNSIGNED',
    `Cannot load plugin "${name}": nobody has signed it, and AUTOWEAVE_PLUGIN_SIGNATURES is "require"`,
    { hint: 'for development on one machine, start with --plugin-signatures off (npm start does)' },
  );
}

function excessive(name: string, beyond: readonly string[]): AutoWeaveError {
  return new AutoWeaveError(
    'AW_PLUGIN_GRANT_EXCESSIVE',
    `Cannot grant plugin "${name}" what it does not ask for: ${beyond.join('; ')}`,
    { hint: 'grant some of what its manifest asks for' },
  );
}

export function renamed(meant: string, name: string, path: string): AutoWeaveError {
  return new AutoWeaveError('AW_PLUGIN_RENAMED', `${path} was plugin "${meant}", and calls itself "${name}" now`, {
    hint: `if that is meant, unload "${meant}" and load it again by its folder`,
  });
}

const MAX_MESSAGE = 4_096;

function shortened({ code, message }: { readonly code: string; readonly message: string }) {
  return { code, message: message.slice(0, MAX_MESSAGE) };
}
