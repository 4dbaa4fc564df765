import type { Clock } from '../clock/clock.ts';
import type { AutoWeaveError } from '../errors/errors.ts';
import type { Instruments } from '../telemetry/instruments.ts';
import type { Log } from '../telemetry/log.ts';
import { asError, endedInLoad, unloaded } from './call-errors.ts';
import type { Instance, InstanceCall, InstanceParts } from './instance.ts';
import type { SpareThreads } from './spare-threads.ts';
import type { Thread } from './thread.ts';

/**
 * The instances of a plugin, and the calls that wait for one. A call goes to one that is idle; else another instance is
 * made while there are fewer than there may be; else it is sent ahead to the one with the fewest calls. What an instance
 * leaves behind when it is ended goes to the others.
 */
export interface InstancePool {
  /** Of those that serve. */
  readonly size: number;
  /** Makes one. @throws why it can't be made */
  start(): Promise<void>;
  submit(call: InstanceCall): void;
  /** Fails a call wherever it is; one that runs ends with its instance. */
  abort(call: InstanceCall, error: AutoWeaveError): void;
  /** Nothing is sent until then. */
  holdUntil(ready: Promise<void>): void;
  /** @param bid ends one; also one that is being made, or takes the place of another meanwhile */
  end(bid: (instance: Instance) => Promise<void>): Promise<void>;
}

export interface InstancePoolParts {
  readonly plugin: string;
  readonly maxWorkers: number;
  readonly threads: SpareThreads;
  readonly clock: Clock;
  readonly log: Log;
  readonly instruments: Pick<Instruments, 'pluginInstances'>;
  /** Ends the instances that are being made before {@link InstancePoolParts.isLoaded}. */
  readonly signal: AbortSignal;
  /** Makes an instance that can serve. Where it can't it has ended it. */
  readonly open: (parts: Pick<InstanceParts, 'thread' | 'onFree' | 'onUnusable'>) => Promise<Instance>;
  /** True once the first one serves: a further one is ended with the plugin. */
  readonly isLoaded: () => boolean;
  /** True when no more calls come. */
  readonly isRetired: () => boolean;
  /** True while somebody waits for a call. */
  readonly isNeeded: () => boolean;
}

/** Calls that are sent ahead to an instance. */
const AHEAD = 16;
/** After an instance that could not be made. */
const GROW_PAUSE_MS = 1_000;
/** Until the spare that was taken is replaced. */
const WARM_MS = 20;

export function createInstancePool(parts: InstancePoolParts): InstancePool {
  const { plugin, maxWorkers, threads, clock, log, instruments, signal } = parts;
  const instances = new Set<Instance>();
  const waiting: InstanceCall[] = [];
  /** Instances that are being made. */
  const starting = new Set<Promise<void>>();
  let isHeld = false;
  /** While others serve, no further instance is tried before. */
  let growsAfter = Number.NEGATIVE_INFINITY;

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
    if (instances.size + starting.size < maxWorkers && !isPausing) {
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
    const giveUp = (): void => void (parts.isLoaded() || thread.end());
    signal.addEventListener('abort', giveUp);
    try {
      if (signal.aborted) giveUp();
      const onUnusable: InstanceParts['onUnusable'] = (...lost) => replace(thread, ...lost);
      instances.add(await parts.open({ thread, onFree: pump, onUnusable }));
      // Differences: while a plugin is loaded anew, the instances of two loads are there.
      instruments.pluginInstances.add(1, { plugin });
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  };

  const replace = (
    thread: Thread,
    instance: Instance,
    left: readonly InstanceCall[],
    why: 'broken' | 'ended',
  ): void => {
    if (!instances.delete(instance)) {
      // Of one that was being made it is its onLoad, which had not begun, and which nobody else does.
      for (const call of left) call.fail(endedInLoad(plugin));
      return;
    }
    instruments.pluginInstances.add(-1, { plugin });
    if (parts.isRetired() && !parts.isNeeded()) {
      // What is left is its last hook: nobody else's instance is made for that.
      for (const call of left) call.fail(unloaded(plugin));
      return;
    }
    waiting.unshift(...left);
    // Calls that came before it was to retire are still done.
    if (parts.isRetired() && waiting.length === 0) return;
    // The thread of a broken instance is as good as any.
    void grow(why === 'broken' && !thread.isEnded ? thread : undefined);
  };

  return {
    get size() {
      return instances.size;
    },
    start,
    submit(call) {
      waiting.push(call);
      pump();
    },
    abort(call, error) {
      const place = waiting.indexOf(call);
      if (place !== -1) {
        waiting.splice(place, 1);
        call.fail(error);
        return;
      }
      for (const instance of instances) if (instance.abort(call, error)) return;
    },
    holdUntil(ready) {
      isHeld = true;
      void ready.finally(() => {
        isHeld = false;
        pump();
      });
    },
    async end(bid) {
      while (instances.size + starting.size > 0) {
        await Promise.allSettled(starting);
        await Promise.all([...instances].map(bid));
      }
    },
  };
}
