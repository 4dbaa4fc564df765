import type { PluginManifest, PluginPermissions } from '../../proto/generated/messages.ts';
import type { Clock } from '../clock/clock.ts';
import { AutoWeaveError } from '../errors/errors.ts';
import type { Instruments } from '../telemetry/instruments.ts';
import type { Log } from '../telemetry/log.ts';
import type { Span, Tracer } from '../telemetry/spans.ts';
import { type CallBroker, createCallBroker } from './call-broker.ts';
import { aborted, asError, busy, MAX_PENDING, unknownFunction, unloaded } from './call-errors.ts';
import { createCallStats } from './call-stats.ts';
import type { CallOptions, CallOutcome, Denial, LivePlugin, PluginEffect, PluginFiles } from './host-api.ts';
import { type Instance, type InstanceCall, loadInstance } from './instance.ts';
import type { PluginLimits } from './manifest.ts';
import { intersect } from './permissions.ts';
import { createPluginVoice } from './plugin-voice.ts';
import type { SpareThreads } from './spare-threads.ts';
import type { Thread } from './thread.ts';
import type { LoadMessage } from './thread-protocol.ts';

/**
 * A plugin with its instances. A call goes to one that is idle; else another instance is made while there are fewer than
 * the plugin may have; else it is sent ahead to the one with the fewest calls. What an instance leaves behind when it is
 * ended goes to the others.
 *
 * Longer than most files: calls, instances and retirement change one state, and most faults found here were between them.
 */
export interface LoadedPlugin extends LivePlugin {
  call(functionName: string, input: Uint8Array, options?: CallOptions): Promise<CallOutcome>;
  /** What it may do from now on, also in calls at work. */
  regrant(granted: PluginPermissions): void;
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
  readonly granted: PluginPermissions;
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

/** Calls that are sent ahead to an instance. */
const AHEAD = 16;
/** For the module's `start`, whatever its calls may take: with many instances at once that may take a moment. */
const START_MS = 1_000;
/** After an instance that could not be made. */
const GROW_PAUSE_MS = 1_000;
/** For an `onUnload` while the host is being stopped. */
const CLOSING_MS = 1_000;
/** Until the spare that was taken is replaced. */
const WARM_MS = 20;
const FILE = 'runtime/plugins/loaded-plugin.ts';
const NO_EFFECTS: readonly PluginEffect[] = [];
const utf8 = new TextEncoder();

/** Resolves when its first instance has run `onLoad`. @throws what that throws */
export async function openLoadedPlugin(parts: LoadedPluginParts): Promise<LoadedPlugin> {
  const { files, limits, clock, instruments, threads, tracer } = parts;
  const { manifest } = files;
  const plugin = manifest.name;
  const log = parts.log.child({ plugin });
  const stats = createCallStats();
  const instances = new Set<Instance>();
  const waiting: InstanceCall[] = [];
  /** Instances that are being made. */
  const starting = new Set<Promise<void>>();
  let pending = 0;
  let granted = parts.granted;
  let effective = intersect(manifest.permissions, granted);
  let functions: readonly string[] = [];
  let isRetired = false;
  let isHeld = false;
  let isLoaded = false;
  let idle: (() => void)[] = [];
  /** While others serve, no further instance is tried before. */
  let growsAfter = Number.NEGATIVE_INFINITY;

  const onDenied = (capability: Denial['capability'], subject: string): void => {
    const denial = { plugin, capability, subject, at: clock.now() };
    stats.denied(denial);
    instruments.pluginDenials.add(1, { plugin, capability });
    parts.onDenied(denial);
  };

  const brokerFor = (canSend: boolean, span?: Span): CallBroker =>
    createCallBroker({
      effective: () => effective,
      readKey: parts.readKey,
      checkData: parts.checkData,
      onDenied,
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

  const pump = (): void => {
    if (isHeld) return;
    while (waiting.length > 0) {
      const instance = pick();
      if (instance === undefined) return;
      instance.send(waiting.shift()!);
    }
  };

  const pick = (): Instance | undefined => {
    let least: Instance | undefined;
    for (const instance of instances) {
      if (!instance.isUsable) continue;
      if (instance.load === 0) return instance;
      if (least === undefined || instance.load < least.load) least = instance;
    }
    const isPausing = instances.size > 0 && clock.monotonic() < growsAfter;
    if (instances.size + starting.size < limits.maxWorkers && !isPausing) {
      void grow();
      return undefined;
    }
    // The one that is being made is idle soon; behind a long call nobody knows how long it takes.
    if (starting.size > 0) return undefined;
    return least !== undefined && least.load < AHEAD ? least : undefined;
  };

  /** In the background: where it fails and nothing else is there, whoever waits hears of it. */
  const grow = async (reused?: Thread): Promise<void> => {
    try {
      await start(reused);
    } catch (error) {
      log.warn('plugin.instance_failed', { error });
      growsAfter = clock.monotonic() + GROW_PAUSE_MS;
      // Another one is coming; or those that are there, which may be idle, do what waits.
      if (instances.size === 0) {
        if (starting.size > 0) return;
        for (const call of waiting.splice(0)) call.fail(asError(plugin, error));
      }
    }
    pump();
  };

  const start = (reused?: Thread): Promise<void> => {
    const started = make(reused).finally(() => {
      starting.delete(started);
      // Not now: starting a thread holds this one up, and somebody waits for what was just made.
      clock.schedule(WARM_MS, () => void threads.warm());
    });
    starting.add(started);
    return started;
  };

  const make = async (reused?: Thread): Promise<void> => {
    const thread = reused ?? (await threads.take());
    // Once it is loaded, a further instance is ended with the plugin.
    const giveUp = (): void => void (isLoaded || thread.end());
    parts.signal.addEventListener('abort', giveUp);
    try {
      if (parts.signal.aborted) giveUp();
      await fill(thread);
    } finally {
      parts.signal.removeEventListener('abort', giveUp);
    }
  };

  const fill = async (thread: Thread): Promise<void> => {
    const instance = await loadInstance(
      { plugin, thread, clock, log: say, onFree: pump, onUnusable: (...lost) => replace(thread, ...lost) },
      parts.load,
      Math.max(limits.callTimeoutMs, START_MS),
    );
    try {
      functions = parts.exported.filter((name) => instance.functions.includes(name));
      checkHooks(files.manifest, functions);
      if (manifest.hooks?.onLoad !== undefined) {
        await runHook(instance, manifest.hooks.onLoad, utf8.encode(JSON.stringify(parts.options)));
      }
      if (!instance.isUsable) throw new AutoWeaveError('AW_PLUGIN_TRAPPED', `Plugin "${plugin}" ended in its onLoad`);
    } catch (error) {
      await instance.end();
      throw error;
    }
    instances.add(instance);
    // Differences: while a plugin is loaded anew, the instances of two loads are there.
    instruments.pluginInstances.add(1, { plugin });
  };

  const replace = (
    thread: Thread,
    instance: Instance,
    left: readonly InstanceCall[],
    why: 'broken' | 'ended',
  ): void => {
    const wasServing = instances.delete(instance);
    if (wasServing) instruments.pluginInstances.add(-1, { plugin });
    if (isRetired && pending === 0) {
      // What is left is its last hook: nobody else's instance is made for that.
      for (const call of left) call.fail(unloaded(plugin));
      return;
    }
    waiting.unshift(...left);
    // Calls that came before it was to retire are still done.
    if (!wasServing || (isRetired && waiting.length === 0)) return;
    // The thread of a broken instance is as good as any.
    void grow(why === 'broken' && !thread.isEnded ? thread : undefined);
  };

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
      const onAbort = (): void => {
        const error = aborted(plugin, functionName);
        const place = waiting.indexOf(mine);
        if (place !== -1) {
          waiting.splice(place, 1);
          mine.fail(error);
          return;
        }
        for (const instance of instances) if (instance.abort(mine, error)) return;
      };
      signal?.addEventListener('abort', onAbort);
      waiting.push(mine);
      pump();
    });
  };

  await start();
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
      return granted;
    },
    get effective() {
      return effective;
    },
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
        instances: instances.size,
        pending,
        lastCallAt: stats.lastCallAt,
        p50Ms: stats.percentile(0.5),
        p99Ms: stats.percentile(0.99),
        recentDenials: stats.recentDenials,
      };
    },
    call,
    regrant(next) {
      granted = next;
      effective = intersect(manifest.permissions, granted);
    },
    holdUntil(ready) {
      isHeld = true;
      void ready.finally(() => {
        isHeld = false;
        pump();
      });
    },
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
      // One that is being made, or takes the place of another meanwhile, would be nobody's.
      while (instances.size + starting.size > 0) {
        await Promise.allSettled(starting);
        await Promise.all([...instances].map(bid));
      }
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
