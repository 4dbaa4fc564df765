import type { ActorDefinition } from '../runtime/actor/definition.ts';
import type { Child, ChildSpec } from '../runtime/supervisor/child.ts';
import { agent } from './agent/agent.ts';
import { agentRouter } from './agent/agent-router.ts';
import { agentRun } from './agent/agent-run.ts';
import { device } from './device/device.ts';
import { deviceWatcher } from './device-watcher/device-watcher.ts';
import { createReporter, type ReporterParts } from './device-watcher/reporter.ts';
import { startWatcher, type Watcher, type WatcherOptions } from './device-watcher/watcher.ts';
import { memory } from './memory/memory.ts';
import { plugin } from './plugin/plugin.ts';
import { pluginHooks } from './plugin/plugin-hooks.ts';
import { pluginKv } from './plugin/plugin-kv.ts';
import { scheduler } from './scheduler/scheduler.ts';

/** The actors that come with AutoWeave. */
export const ACTORS: readonly ActorDefinition[] = [
  deviceWatcher,
  device,
  scheduler,
  plugin,
  pluginHooks,
  pluginKv,
  agent,
  agentRun,
  agentRouter,
  memory,
];

export interface WatcherParts extends ReporterParts {
  readonly watcher: Omit<WatcherOptions, 'onSnapshot' | 'onExit' | 'signal' | 'clock'>;
}

/** The process that watches the USB bus: a crash in the native addon ends it alone, and it is started again. */
export function watcherChild(parts: WatcherParts): ChildSpec {
  return {
    id: 'watcher',
    restart: 'permanent',
    shutdownMs: 2_000,
    async start({ signal }): Promise<Child> {
      const reporter = createReporter(parts);
      const starting = startWatcher({
        ...parts.watcher,
        clock: parts.clock,
        signal,
        onSnapshot: (snapshot) => reporter.report(snapshot),
      });
      let watcher: Watcher;
      try {
        watcher = await starting;
      } catch (error) {
        reporter[Symbol.dispose]();
        if (signal.aborted) throw error;
        // No reason for the rest not to start: it counts as an end, and is tried again.
        return { exited: Promise.resolve({ kind: 'error', error }), [Symbol.asyncDispose]: () => Promise.resolve() };
      }
      return {
        exited: watcher.exited.then((exit) => {
          reporter[Symbol.dispose]();
          if (exit.isExpected) return { kind: 'normal' };
          return {
            kind: 'error',
            error: new Error(`Device watcher ended with ${exit.signal ?? exit.code}: ${exit.stderr}`),
          };
        }),
        async [Symbol.asyncDispose]() {
          reporter[Symbol.dispose]();
          await watcher[Symbol.asyncDispose]();
        },
      };
    },
  };
}
