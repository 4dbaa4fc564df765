import type { Clock } from '../clock/clock.ts';
import { AutoWeaveError, toFailure } from '../errors/errors.ts';
import type { Log } from '../telemetry/log.ts';
import type { Child, ChildSpec, ChildStatus, ExitReason } from './child.ts';
import { backoffMs, countRestart, type RestartHistory } from './restart-intensity.ts';
import { affectedBy, isRestarted, type Strategy } from './restart-plan.ts';
import { createSlot, type Slot } from './slot.ts';

/**
 * A supervisor keeps its children running, in OTP's words: child specs, strategies, restart intensity in a window,
 * escalation, ordered shutdown.
 *
 * A child is `stopped` before its start, after an end that its restart type accepts, and after the supervisor's stop;
 * `running` from the moment its start resolves; `restarting` from an end that is not accepted until it runs again.
 * More restarts than the intensity allows stop all children, and the supervisor exits with an error: being a
 * {@link Child} itself, it is then its own supervisor's turn.
 */
export interface Supervisor extends Child {
  /** One for each child spec, in order of start. */
  children(): readonly ChildStatus[];
}

export interface SupervisorOptions {
  readonly strategy: Strategy;
  /** Restarts that are allowed within `periodMs`, of all children together. */
  readonly intensity: number;
  readonly periodMs: number;
  /** Started in this order, stopped in the reverse one. */
  readonly children: readonly ChildSpec[];
  readonly clock: Clock;
  readonly log: Log;
  /** Called once when the supervisor gave up and its children are stopped, before `exited` resolves. */
  readonly onEscalation?: (error: AutoWeaveError) => void;
}

/**
 * Resolves when all children run.
 *
 * @throws what kept the first child from starting, or ended one while others started; all are stopped again.
 */
export async function startSupervisor(options: SupervisorOptions): Promise<Supervisor> {
  const { strategy, intensity, periodMs, clock, log } = options;
  const slots = options.children.map((spec, index) => createSlot(spec, index, clock, log));
  // Children that restart together share a domain; under one_for_one nobody waits for a sibling's restart.
  const shared = createDomain();
  const domains = slots.map(() => (strategy === 'one_for_one' ? createDomain() : shared));
  const closing = new AbortController();
  const exit = Promise.withResolvers<ExitReason>();
  let history: RestartHistory = [];
  let escalation: AutoWeaveError | undefined;
  let shutDown: Promise<void> | undefined;

  const start = async (slot: Slot, signal: AbortSignal): Promise<void> => {
    const child = await slot.start(signal);
    child.exited.then(
      (reason) => onExit(slot, child, reason),
      (error: unknown) => onExit(slot, child, { kind: 'error', error }),
    );
  };

  const onExit = (slot: Slot, child: Child, reason: ExitReason): void => {
    if (slot.child !== child || closing.signal.aborted) return;
    slot.vacate();
    const error = reason.kind === 'error' ? reason.error : endedNormally(slot.spec.id);
    if (reason.kind === 'error') {
      slot.noteError(error);
      log.warn('child.exited', { child: slot.spec.id, ...toFailure(error) });
    } else {
      log.info('child.exited', { child: slot.spec.id });
    }
    if (!isRestarted(slot.spec.restart, reason)) {
      slot.enter('stopped');
      return;
    }
    slot.enter('restarting');
    const domain = domains[slot.index]!;
    domain.ended.set(slot, error);
    // A sibling that is just being started may wait for this very child: give its start up and plan anew.
    domain.interruption?.abort(error);
    if (!domain.isBusy) domain.isIdle = repair(domain);
  };

  /** Starts again what has ended in a domain, until all of it runs, or the supervisor stops or gives up. */
  const repair = async (domain: Domain): Promise<void> => {
    domain.isBusy = true;
    while (!closing.signal.aborted) {
      const first = slots.find((slot) => domain.ended.has(slot));
      if (first === undefined) break;
      const verdict = countRestart(history, clock.monotonic(), { intensity, periodMs });
      history = verdict.history;
      if (verdict.isExceeded) {
        escalate(first, domain.ended.get(first));
        break;
      }
      await restart(
        domain,
        affectedBy(strategy, first.index, slots.length).map((index) => slots[index]!),
      );
    }
    domain.isBusy = false;
  };

  const restart = async (domain: Domain, group: readonly Slot[]): Promise<void> => {
    for (const slot of group) slot.enter('restarting');
    for (const slot of group.toReversed()) await slot.stop();
    const restarted = group.filter(({ spec }) => spec.restart !== 'temporary');
    for (const slot of group) {
      domain.ended.delete(slot);
      if (!restarted.includes(slot)) slot.enter('stopped');
    }
    domain.interruption = new AbortController();
    const signal = AbortSignal.any([closing.signal, domain.interruption.signal]);
    // Rejects when the signal aborts, which each start below sees by itself.
    await clock.sleep(backoffMs(history), signal).catch(() => {});
    for (const slot of restarted) {
      try {
        await start(slot, signal);
        slot.noteRestart();
      } catch (error) {
        domain.ended.set(slot, error);
        // Given up, as all that follow it will be: the next round begins with the first that is missing.
        if (signal.aborted) continue;
        slot.noteError(error);
        log.warn('child.start-failed', { child: slot.spec.id, ...toFailure(error) });
        domain.interruption.abort(error);
      }
    }
    domain.interruption = undefined;
  };

  const escalate = (slot: Slot, cause: unknown): void => {
    const error = (escalation = new AutoWeaveError(
      'AW_RESTARTS_EXCEEDED',
      `Gave up on "${slot.spec.id}" after ${intensity} restarts in ${periodMs} ms: ${toFailure(cause).message}`,
      { cause },
    ));
    log.error('supervisor.escalated', { child: slot.spec.id, ...toFailure(cause) });
    // Not awaited: the stop waits for the repair that this is called from.
    void stopAll().then(() => {
      options.onEscalation?.(error);
      exit.resolve({ kind: 'error', error });
    });
  };

  const stopAll = (): Promise<void> => {
    shutDown ??= (async () => {
      closing.abort(new AutoWeaveError('AW_STOPPING', 'Supervisor is being stopped'));
      await Promise.all(domains.map((domain) => domain.isIdle));
      for (const slot of slots.toReversed()) {
        await slot.stop();
        slot.enter('stopped');
      }
    })();
    return shutDown;
  };

  shared.isBusy = true;
  shared.interruption = new AbortController();
  const startSignal = AbortSignal.any([closing.signal, shared.interruption.signal]);
  try {
    for (const slot of slots) await start(slot, startSignal);
    startSignal.throwIfAborted();
  } catch (error) {
    await stopAll();
    throw escalation ?? error;
  }
  shared.interruption = undefined;
  shared.isBusy = false;

  return {
    exited: exit.promise,
    children: () => slots.map((slot) => slot.status()),
    async [Symbol.asyncDispose]() {
      await stopAll();
      exit.resolve({ kind: 'normal' });
    },
  };
}

/** Children whose restarts must not overlap. */
interface Domain {
  /** Those that ended and are not yet started again, with why. */
  readonly ended: Map<Slot, unknown>;
  /** While something is started: aborts when another one ends. */
  interruption: AbortController | undefined;
  isBusy: boolean;
  /** Resolves when the last repair is done. */
  isIdle: Promise<void>;
}

function createDomain(): Domain {
  return { ended: new Map(), interruption: undefined, isBusy: false, isIdle: Promise.resolve() };
}

function endedNormally(id: string): AutoWeaveError {
  return new AutoWeaveError('AW_CHILD_ENDED', `Child "${id}" ended without being asked`);
}
