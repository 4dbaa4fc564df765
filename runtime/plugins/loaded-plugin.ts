import type { PluginManifest, PluginPermissions } from '../../proto/generated/messages.ts';
import type { Clock } from '../clock/clock.ts';
import { AutoWeaveError } from '../errors/errors.ts';
import type { Instruments } from '../telemetry/instruments.ts';
import type { Log } from '../telemetry/log.ts';
import type { Span, Tracer } from '../telemetry/spans.ts';
import { type CallBroker, createCallBroker } from './call-broker.ts';
import { aborted, busy, endedInLoad, MAX_PENDING, unknownFunction, unloaded } from './call-errors.ts';
import { createCallStats } from './call-stats.ts';
import type { CallOptions, CallOutcome, Denial, LivePlugin, PluginEffect, PluginFiles } from './host-api.ts';
import { type Instance, type InstanceCall, loadInstance } from './instance.ts';
import { createInstancePool, type InstancePoolParts } from './instance-pool.ts';
import type { ChangeGrant, LoadGrant } from './load-grant.ts';
import type { PluginLimits } from './manifest.ts';
import { createPluginVoice } from './plugin-voice.ts';
import type { SpareThreads } from './spare-threads.ts';
import type { LoadMessage } from './thread-protocol.ts';

/** A plugin that was loaded: what it may do, its calls and what they came to, its hooks, and its end. */
export interface LoadedPlugin extends LivePlugin {
  call(functionName: string, input: Uint8Array, options?: CallOptions): Promise<CallOutcome>;
  /** What it may do from now on, also in calls at work. */
  regrant(change: ChangeGrant): void;
  /** Calls wait until then: of a plugin with one instance, two loads are not to work side by side. */
  holdUntil(ready: Promise<void>): void;
  /** Takes no more calls. Resolves when those at work and in wait have ended. */
  drain(): Promise<void>;
  /** Drains, runs `onUnload`, and ends its threads. */
  retire(): Promise<void>;
}

export interface LoadedPluginParts {
  readonly files: PluginFiles;
  readonly limits: PluginLimits;
  readonly grant: LoadGrant;
  /** Its `effective` when `load` and `limits` were made of it. */
  readonly linked: PluginPermissions;
  readonly options: Readonly<Record<string, unknown>>;
  /** Exported functions, those included that need arguments. */
  readonly exported: readonly string[];
  readonly load: LoadMessage;
  readonly threads: SpareThreads;
  readonly clock: Clock;
  readonly log: Log;
  readonly tracer: Tracer;
  readonly instruments: Pick<Instruments, 'pluginCalls' | 'pluginCallDuration' | 'pluginDenials' | 'pluginInstances'>;
  readonly readKey: (key: string) => Promise<string | undefined>;
  readonly checkData: (type: string, data: unknown) => void;
  readonly onDenied: (denial: Denial) => void;
  readonly startedAt: number;
  /** Ends the load, wherever it is. */
  readonly signal: AbortSignal;
  /** Aborts when the host is being stopped: then nobody waits long for an `onUnload`. */
  readonly closing: AbortSignal;
}

/** For the module's `start`, whatever its calls may take: with many instances at once that may take a moment. */
const START_MS = 1_000;
/** For an `onUnload` while the host is being stopped. */
const CLOSING_MS = 1_000;
const FILE = 'runtime/plugins/loaded-plugin.ts';
const NO_EFFECTS: readonly PluginEffect[] = [];
const utf8 = new TextEncoder();

/** Resolves when its first instance has run `onLoad`. @throws what that throws */
export async function openLoadedPlugin(parts: LoadedPluginParts): Promise<LoadedPlugin> {
  const { files, limits, grant, clock, instruments, tracer } = parts;
  const { manifest } = files;
  const plugin = manifest.name;
  const log = parts.log.child({ plugin });
  const stats = createCallStats();
  let pending = 0;
  let functions: readonly string[] = [];
  let isRetired = false;
  let isLoaded = false;
  let idle: (() => void)[] = [];

  const onDenied = (capability: Denial['capability'], subject: string, traceparent = ''): void => {
    const trace = traceparent === '' ? {} : { traceparent };
    const denial = { plugin, capability, subject, ...trace, at: clock.now() };
    stats.denied(denial);
    instruments.pluginDenials.add(1, { plugin, capability });
    parts.onDenied(denial);
  };

  const brokerFor = (canSend: boolean, span?: Span): CallBroker =>
    createCallBroker({
      requested: manifest.permissions,
      effective: () => grant.effective,
      readKey: parts.readKey,
      checkData: parts.checkData,
      onDenied: (capability, subject) => onDenied(capability, subject, span?.traceparent),
      now: () => clock.now(),
      canSend,
      ...(span?.isRecording
        ? {
            onAsked(name, startedAt, refusal) {
              const asked = tracer.continueSpan('plugin.host_call', {
                parent: span.traceparent,
                file: 'runtime/plugins/call-broker.ts',
                startedAt,
                attributes: { plugin, function: name },
              });
              // What comes of that is the plugin's to decide; a call that fails by it says so itself.
              if (refusal !== undefined) asked.set({ declined: refusal });
              asked.end();
            },
          }
        : {}),
    });

  const say = createPluginVoice(log, clock);

  const open: InstancePoolParts['open'] = async (held) => {
    const instance = await loadInstance(
      { plugin, clock, log: say, ...held },
      parts.load,
      Math.max(limits.callTimeoutMs, START_MS),
    );
    try {
      functions = parts.exported.filter((name) => instance.functions.includes(name));
      checkHooks(files.manifest, functions);
      if (manifest.hooks?.onLoad !== undefined) {
        await runHook(instance, manifest.hooks.onLoad, utf8.encode(JSON.stringify(parts.options)));
      }
      if (!instance.isUsable) throw endedInLoad(plugin);
    } catch (error) {
      await instance.end();
      throw error;
    }
    return instance;
  };

  const pool = createInstancePool({
    ...parts,
    plugin,
    log,
    maxWorkers: limits.maxWorkers,
    open,
    isLoaded: () => isLoaded,
    isRetired: () => isRetired,
    isNeeded: () => pending > 0,
  });

  const runHook = (instance: Instance, functionName: string, input: Uint8Array): Promise<void> =>
    new Promise((resolve, reject) => {
      const broker = brokerFor(false);
      instance.send({
        function: functionName,
        input,
        timeoutMs: parts.closing.aborted ? Math.min(limits.callTimeoutMs, CLOSING_MS) : limits.callTimeoutMs,
        broker: () => broker,
        succeed: () => resolve(),
        fail: reject,
      });
    });

  const call = (functionName: string, input: Uint8Array, options: CallOptions = {}): Promise<CallOutcome> => {
    if (!functions.includes(functionName)) return Promise.reject(unknownFunction(plugin, functionName));
    if (isRetired) return Promise.reject(unloaded(plugin));
    if (pending >= MAX_PENDING) return Promise.reject(busy(plugin));
    const { signal, traceparent } = options;
    if (signal?.aborted) return Promise.reject(aborted(plugin, functionName));
    pending++;
    const startedAt = clock.monotonic();
    const span = tracer.continueSpan('plugin.call', {
      parent: traceparent,
      file: FILE,
      attributes: { plugin, version: manifest.version, function: functionName },
    });
    return new Promise((resolve, reject) => {
      let broker: CallBroker | undefined;
      const settle = (outcome: string): void => {
        pending--;
        signal?.removeEventListener('abort', onAbort);
        const ms = clock.monotonic() - startedAt;
        stats.calls++;
        stats.lastCallAt = clock.now();
        stats.took(ms);
        instruments.pluginCalls.add(1, { plugin, outcome });
        instruments.pluginCallDuration.record(ms, { plugin });
        span.end();
        if (pending > 0) return;
        const resolvers = idle;
        idle = [];
        for (const resolve of resolvers) resolve();
      };
      const mine: InstanceCall = {
        function: functionName,
        input,
        timeoutMs: limits.callTimeoutMs,
        broker: () => {
          broker ??= brokerFor(true, span);
          return broker;
        },
        succeed(output) {
          settle('ok');
          resolve({ output, effects: broker?.effects ?? NO_EFFECTS });
        },
        fail(error) {
          stats.failures++;
          if (error.code === 'AW_PLUGIN_TIMEOUT') stats.timeouts++;
          span.fail(error);
          settle(error.code);
          reject(error);
        },
      };
      const onAbort = (): void => pool.abort(mine, aborted(plugin, functionName));
      signal?.addEventListener('abort', onAbort);
      pool.submit(mine);
    });
  };

  await pool.start();
  isLoaded = true;
  const loadedAt = clock.now();
  const drain = async (): Promise<void> => {
    isRetired = true;
    if (pending > 0) await new Promise<void>((resolve) => idle.push(resolve));
  };
  return {
    files,
    requested: manifest.permissions,
    get granted() {
      return grant.granted;
    },
    get effective() {
      return grant.effective;
    },
    linked: parts.linked,
    options: parts.options,
    functions,
    loadedAt,
    loadDurationMs: clock.monotonic() - parts.startedAt,
    get stats() {
      return {
        calls: stats.calls,
        failures: stats.failures,
        timeouts: stats.timeouts,
        denials: stats.denials,
        instances: pool.size,
        pending,
        lastCallAt: stats.lastCallAt,
        p50Ms: stats.percentile(0.5),
        p99Ms: stats.percentile(0.99),
        recentDenials: stats.recentDenials,
      };
    },
    call,
    regrant: (change) => grant.change(change),
    holdUntil: (ready) => pool.holdUntil(ready),
    drain,
    async retire() {
      await drain();
      const hook = manifest.hooks?.onUnload;
      const bid = async (instance: Instance): Promise<void> => {
        if (hook !== undefined && instance.isUsable) {
          await runHook(instance, hook, new Uint8Array(0)).catch((error: unknown) =>
            log.warn('plugin.unload_hook_failed', { error }),
          );
        }
        await instance.end();
      };
      await pool.end(bid);
    },
  };
}

/** @throws AW_PLUGIN_FUNCTION_UNKNOWN */
function checkHooks({ name, hooks = {} }: PluginManifest, functions: readonly string[]): void {
  for (const [hook, functionName] of Object.entries(hooks)) {
    if (functions.includes(functionName)) continue;
    throw new AutoWeaveError(
      'AW_PLUGIN_FUNCTION_UNKNOWN',
      `Cannot load plugin "${name}": hook ${hook} is "${functionName}", which it does not export without parameters`,
      { hint: 'export it, or correct `hooks` in plugin.json' },
    );
  }
}
