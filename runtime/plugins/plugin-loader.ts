import type { PluginPermissions } from '../../proto/generated/messages.ts';
import type { Clock } from '../clock/clock.ts';
import type { Contracts } from '../contracts/contracts.ts';
import { toFailure } from '../errors/errors.ts';
import type { Log } from '../telemetry/log.ts';
import type { Tracer } from '../telemetry/spans.ts';
import { unloaded } from './call-errors.ts';
import { consentTo, excessive, renamed, unsigned } from './consent.ts';
import type { LivePlugin, PluginFiles, PluginHost } from './host-api.ts';
import type { ChangeGrant } from './load-grant.ts';
import { createOrders } from './orders.ts';
import { exceeds, isSame } from './permissions.ts';
import type { PluginRecord } from './plugin-record.ts';
import type { PluginTypes } from './plugin-types.ts';
import type { PluginWorkers } from './plugin-workers.ts';
import { readPlugin } from './read-plugin.ts';
import { checkTakeBack, takeBack } from './take-back.ts';
import { createTakings, revoked } from './takings.ts';

/**
 * Loads and unloads as this deployment's policy and the operators' consent allow, and has it remembered. What concerns
 * one plugin is done one after the other: a grant that comes while it is being loaded holds when both are done.
 */
export interface PluginLoader {
  /** @throws what `PluginService.load` throws */
  load(manifestPath: string, options: LoaderOptions): Promise<LivePlugin>;
  unload(name: string, traceparent: string | undefined): Promise<boolean>;
  /**
   * Remembers what is granted, by what was granted to it before. One that is loaded is loaded anew with it; where its module
   * can't be linked so, nothing is changed, and where that fails otherwise it is unloaded.
   */
  grant(files: PluginFiles, change: ChangeGrant, traceparent: string | undefined): Promise<void>;
  /** Takes the consent back and unloads it. False when there was none. */
  revoke(name: string, traceparent: string | undefined): Promise<boolean>;
  /**
   * Takes some of what was granted back, at once, also from a load under way. It is loaded anew without it, unless it has
   * been since; where its module can't be linked so, the load that runs goes on, and is refused. Where the new one fails
   * otherwise it is unloaded.
   *
   * @throws AW_PLUGIN_NOT_GRANTED, AW_DATA_INVALID; AW_PLUGIN_ABORTED when the new load was given up
   */
  takeBack(name: string, capabilities: readonly string[], traceparent: string | undefined): Promise<void>;
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
  const takings = createTakings();

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
    const consented = grant ?? consentTo(files, await readRecord(name));
    // From here on to the host's load in one go: it is told what else is taken.
    const granted = takings.leftOf(name, consented);
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
    all: PluginPermissions,
    traceparent: string | undefined,
  ): Promise<void> => {
    const { name, version, permissions: requested } = manifest;
    const granted = takings.leftOf(name, all);
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

  /**
   * Refused from now on, in whatever runs or is being loaded; what has to be done besides is done in its turn. Where it
   * can't be recorded, what runs is refused all the same.
   *
   * @returns whether there was anything to take
   */
  const take = async (
    name: string,
    capabilities: readonly string[] | undefined,
    record: () => Promise<unknown>,
    finish: () => Promise<unknown>,
  ): Promise<boolean> => {
    const taking = takings.add(name, capabilities);
    host.regrant(name, (granted) => (capabilities === undefined ? {} : takeBack(granted, capabilities)));
    // A load under way may take long: this is known before, to devices and to the next start.
    const recorded = record();
    const finished = orders.run(name, async () => {
      let hadIt: boolean;
      try {
        // Once more where there was nothing yet: it may have been granted by what was at work until now.
        hadIt = (await recorded) === true || (await record()) === true;
      } finally {
        taking[Symbol.dispose]();
      }
      await finish();
      return hadIt;
    });
    const live = host.get(name);
    const [hadIt] = await Promise.all([finished, recorded, live && workers.trim(live)]);
    return hadIt;
  };

  return {
    async load(manifestPath, { options, grant, replaces, name: meant, traceparent }) {
      const span = tracer.startSpan('plugin.load', {
        parent: traceparent,
        file: 'runtime/plugins/plugin-loader.ts',
        startedAt: clock.now(),
      });
      const asked = takings.now();
      let files: PluginFiles | undefined;
      try {
        const read = await readPlugin(manifestPath);
        const { name, version } = read.manifest;
        if (meant !== undefined && meant !== name) throw renamed(meant, name, read.manifestPath);
        files = read;
        span.set({ plugin: name, version });
        return await orders.run(name, async () => {
          if (replaces !== undefined && host.get(name)?.files !== replaces) throw unloaded(name);
          // Granted before it was taken back, however long the files took to read.
          if (grant !== undefined && takings.hasTaken(name, asked)) throw revoked(name);
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

    grant(files, change, traceparent) {
      const { name } = files.manifest;
      return orders.run(name, async () => {
        const consent = (await readRecord(name))?.consent;
        const granted = change(consent?.source === files.manifestPath ? consent.granted : {});
        checkGrant(files, granted);
        const live = host.get(name);
        if (live !== undefined) await host.check(live.files, granted);
        await remember(files, granted, traceparent);
        if (live === undefined) return;
        // What was taken away is gone at once; what was added has to be linked.
        host.regrant(name, () => takings.leftOf(name, granted));
        await workers.match(live);
        try {
          await loadFiles(live.files, { options: live.options }, traceparent ?? '');
        } catch (error) {
          if (!isGivenUp(error)) await unload(name, traceparent);
          throw error;
        }
      });
    },

    revoke(name, traceparent) {
      host.cancelLoad(name);
      const record = async () =>
        (await readRecord(name)) !== undefined && callRecord(name, 'plugin.revoke', {}, traceparent);
      return take(name, undefined, record, () => unload(name, traceparent));
    },

    async takeBack(name, capabilities, traceparent) {
      const data = { capabilities: [...capabilities] };
      contracts.validate('plugin.revoke', data);
      const granted = (await readRecord(name))?.consent?.granted ?? {};
      // What runs may have more than what is recorded, where another process has recorded it or an answer was lost.
      checkTakeBack(name, [takings.leftOf(name, granted), host.get(name)?.granted ?? {}], capabilities);
      const finish = async (): Promise<void> => {
        const live = host.get(name);
        if (live === undefined) return;
        await workers.match(live);
        // It was loaded since.
        if (isSame(live.linked, live.effective)) return;
        try {
          await loadFiles(live.files, { options: live.options }, traceparent ?? '');
        } catch (error) {
          if (isGivenUp(error)) throw error;
          await recordFailure(name, live.files, error, traceparent ?? '');
          // How much memory it has can't be changed while it runs.
          const { linked, effective } = live;
          const canGoOn = isSame({ memory: linked.memory ?? {} }, { memory: effective.memory ?? {} });
          if (canGoOn && toFailure(error).code === 'AW_PLUGIN_IMPORT_DENIED') return;
          await unload(name, traceparent);
          throw error;
        }
      };
      await take(name, capabilities, () => callRecord(name, 'plugin.revoke', data, traceparent), finish);
    },

    ended: () => orders.ended(),
  };
}

/** Whoever gave the load up does the rest: the next in turn, or the next start. */
function isGivenUp(error: unknown): boolean {
  return toFailure(error).code === 'AW_PLUGIN_ABORTED';
}

const MAX_MESSAGE = 4_096;

function shortened({ code, message }: { readonly code: string; readonly message: string }) {
  return { code, message: message.slice(0, MAX_MESSAGE) };
}
