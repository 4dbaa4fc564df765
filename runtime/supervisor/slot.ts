import type { Clock } from '../clock/clock.ts';
import { toFailure } from '../errors/errors.ts';
import type { Log } from '../telemetry/log.ts';
import type { Child, ChildSpec, ChildState, ChildStatus } from './child.ts';

/** The place of one child: its spec, the child that fills it at the moment, and what became of those before. */
export interface Slot {
  readonly spec: ChildSpec;
  /** Position among the siblings. */
  readonly index: number;
  readonly child: Child | undefined;
  enter(state: ChildState): void;
  noteError(error: unknown): void;
  noteRestart(): void;
  /** Forgets a child that has ended. */
  vacate(): void;
  /**
   * Resolves with the child that runs now.
   *
   * @throws what its start threw, or the signal's reason.
   */
  start(signal: AbortSignal): Promise<Child>;
  /** Resolves when the child has stopped or its grace time is over; never rejects. */
  stop(): Promise<void>;
  status(): ChildStatus;
}

export function createSlot(spec: ChildSpec, index: number, clock: Clock, log: Log): Slot {
  let child: Child | undefined;
  let state: ChildState = 'stopped';
  let since = clock.now();
  let restarts = 0;
  let lastError: unknown;

  return {
    spec,
    index,
    get child() {
      return child;
    },
    enter(next) {
      if (next === state) return;
      state = next;
      since = clock.now();
    },
    noteError(error) {
      lastError = error;
    },
    noteRestart() {
      restarts++;
      log.info('child.restarted', { child: spec.id, restarts });
    },
    vacate() {
      child = undefined;
    },
    async start(signal) {
      child = await startChild(spec, signal, clock, log);
      this.enter('running');
      return child;
    },
    async stop() {
      const stopping = child;
      // Taken away first, so that the end which follows is not mistaken for one of its own.
      child = undefined;
      if (stopping !== undefined) await stopChild(stopping, spec, clock, log);
    },
    status: () => ({ id: spec.id, state, restarts, lastError, since }),
  };
}

/**
 * A start whose signal aborts gets the grace time to clean up after itself; then it is abandoned, and what it brings
 * later is stopped.
 */
async function startChild(spec: ChildSpec, signal: AbortSignal, clock: Clock, log: Log): Promise<Child> {
  signal.throwIfAborted();
  const starting = spec.start({ signal });
  const abandoned = Promise.withResolvers<'abandoned'>();
  let cancel = () => {};
  const onAbort = () => {
    cancel = clock.schedule(spec.shutdownMs, () => abandoned.resolve('abandoned'));
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const child = await Promise.race([starting, abandoned.promise]);
    if (child === 'abandoned') {
      log.warn('child.start-abandoned', { child: spec.id, shutdownMs: spec.shutdownMs });
      starting.then((late) => stopChild(late, spec, clock, log), ignoreLateFailure);
    } else if (signal.aborted) {
      await stopChild(child, spec, clock, log);
    } else {
      return child;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
    cancel();
  }
  throw signal.reason;
}

/** The start was given up before it failed: nobody waits for its reason. */
function ignoreLateFailure(): void {}

async function stopChild(child: Child, spec: ChildSpec, clock: Clock, log: Log): Promise<void> {
  const isOver = Promise.withResolvers<void>();
  const cancel = clock.schedule(spec.shutdownMs, () => {
    // A child that hangs must not keep the others from stopping.
    log.warn('child.stop-late', { child: spec.id, shutdownMs: spec.shutdownMs });
    isOver.resolve();
  });
  try {
    await Promise.race([child[Symbol.asyncDispose](), isOver.promise]);
  } catch (error) {
    log.warn('child.stop-failed', { child: spec.id, ...toFailure(error) });
  } finally {
    cancel();
  }
}
