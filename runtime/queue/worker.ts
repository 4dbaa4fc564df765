import type { LeaseBeat } from '../bus/jobs/job-bus.ts';
import { AutoWeaveError, toFailure } from '../errors/errors.ts';
import { isSampled } from '../telemetry/spans.ts';
import { Attempt } from './attempt.ts';
import { createEndings } from './endings.ts';
import { createFacts } from './facts.ts';
import { goneSubject } from './gone-notes.ts';
import { createHand } from './hand.ts';
import { addedAtIn, type Home, idIn, settle } from './home.ts';
import type { Job } from './job.ts';
import { cancelledError, expiredError, timeoutError } from './job-failure.ts';
import { rulesOf } from './job-options.ts';
import { openStartGate } from './limits/start-gate.ts';
import type { Order } from './live-channel.ts';
import { dataToKeep } from './outcome-json.ts';
import { createOutcomeWriter } from './outcome-writer.ts';
import { createPace } from './pace.ts';
import { createProbation } from './probation.ts';
import { createPuller } from './puller.ts';
import type { Processor, Worker, WorkerOptions } from './queue-api.ts';
import type { OneQueue } from './queue-parts.ts';
import { guardStrategies } from './retry-plan.ts';
import { createTaking } from './taking.ts';
import { createWorkerStatus } from './worker-status.ts';

/**
 * Takes jobs of one queue and runs them.
 *
 * A message (pack or single) is *held* from its delivery until all of its jobs have ended or left it; then it is
 * acknowledged. A job of it is *in the hand* until it begins, *running* until its processor has returned or was given
 * up, and *settled* when its outcome is stored, it has a message of its own, or an operator has ended it. A slot is
 * free when the processor returns, not when the outcome is stored; at most {@link MAX_ON_THE_WAY} outcomes wait.
 *
 * Longer than other files, since slots, time-outs, orders and stopping are one state machine; what it takes (`taking.ts`)
 * and what becomes of it (`endings.ts`) stand apart.
 */

const CONCURRENCY = 10;
const MAX_STALLED = 1;
/** Outcomes that are not stored yet; nothing begins beyond. */
const MAX_ON_THE_WAY = 200;
/** A job in the hand that no slot is free for is given to all after so long. */
const SHED_MS = 1_000;
const SHED_CHECK_MS = 250;
/** Precision of time-outs. */
const SWEEP_MS = 20;
/** A processor that was told to stop and has not returned in this time is given up. */
const GIVE_UP_MS = 1_000;
const GRACE_MS = 10_000;
/** Beyond the grace, for outcomes and what is given back. */
const STORE_MS = 5_000;
const FILE = 'runtime/queue/worker.ts';

export interface StartWorkerParts extends OneQueue {
  readonly beat: LeaseBeat;
  /** Calls when the queue has changed. */
  readonly onChange?: (() => void) | undefined;
}

export interface RunningWorker extends Worker {
  /** True for a message in JOBS that is held. */
  holds(sequence: number): boolean;
}

export function runWorker(shared: StartWorkerParts, process: Processor, options: WorkerOptions = {}): RunningWorker {
  const { concurrency = CONCURRENCY, maxStalledCount = MAX_STALLED, backoffStrategies = {} } = options;
  const { bus, jobs, clock, log, random, tenant, queue, instruments, tracer, contracts, live, directory, beat } =
    shared;
  const id = `${shared.self}-${random.hex(4)}`;
  const ending = new AbortController();
  const signal = AbortSignal.any([shared.signal, ending.signal]);
  const parts = { ...shared, signal, worker: id };
  const homes = new Map<number, Home>();
  const running = new Set<Attempt>();
  const looking = new Set<Promise<void>>();
  const hand = createHand(() => clock.monotonic());
  const facts = createFacts(parts);
  const attemptParts = { ...parts, facts };
  let isStopping = false;
  let isPumping = false;
  let isGated = false;
  let timed = 0;
  let cancelSweep: (() => void) | undefined;
  const pace = createPace(clock);

  const writer = createOutcomeWriter({
    ...parts,
    onSettled: (home, places, by) => {
      if (by === 'operator') for (const place of places) drop(home, place, cancelledError('An operator has ended it'));
      closeIfDone(home);
      pump();
    },
    onLost: (home) => {
      instruments.jobsFinished.add(home.open, { queue, outcome: 'lost' });
      hand.drop(home);
      const error = new AutoWeaveError('AW_JOB_LOST', 'Another worker has taken this job over');
      for (const attempt of [...running]) if (attempt.home === home) giveUp(attempt, error);
      release(home);
      pump();
    },
  });
  const puller = createPuller(parts, hand, (delivery) => taking.receive(delivery), pump);
  const probation = createProbation({
    ...parts,
    onChange: pump,
    onRefused: (home) => track(taking.lookAgain(home), home),
    onFailed: (home) => writer.lose(home),
  });
  const gate = openStartGate({
    bus,
    clock,
    log,
    tenant,
    queue,
    self: shared.self,
    onOpen: pump,
    signal,
  });
  const endings = createEndings({
    ...parts,
    writer,
    facts,
    strategies: guardStrategies(backoffStrategies, log),
    free,
    track,
    closeIfDone,
  });
  const taking = createTaking({
    ...parts,
    homes,
    hand,
    probation,
    writer,
    facts,
    concurrency,
    maxStalledCount,
    isStopping: () => isStopping,
    track,
    fail: (home, failure) => endings.fail(home, 0, failure),
    giveBack: endings.giveBack,
    closeIfDone,
    pump,
  });
  const status = createWorkerStatus({ ...parts, homes, running, onTick: pump });

  /** @param home what is let go of where the work fails: no longer kept alive, it comes again */
  function track(work: Promise<void>, home?: Home): void {
    const tracked = work
      .catch((error: unknown) => {
        if (!signal.aborted) log.error('job.work_failed', { queue, ...toFailure(error) });
        if (home !== undefined) writer.lose(home);
      })
      .finally(() => looking.delete(tracked));
    looking.add(tracked);
  }

  function pump(): void {
    if (isPumping || isStopping || shared.freezing.isFrozen) return;
    isPumping = true;
    isGated = false;
    try {
      beginAll();
    } finally {
      isPumping = false;
    }
    if (!isGated || hand.size === 0) puller.refill(concurrency - running.size + pace.ahead() - probation.size);
    status.tellSoon();
  }

  /** As many as there are slots for. */
  function beginAll(): void {
    const { globalConcurrency } = shared.settings();
    const maxOnTheWay = globalConcurrency === 1 ? 1 : MAX_ON_THE_WAY;
    const isPaused = directory.get(queue)?.isPaused !== false;
    if (!isPaused && running.size < concurrency) probation.next();
    while (!isPaused && running.size < concurrency && writer.onTheWay < maxOnTheWay) {
      const suspect = probation.take();
      const held = suspect ?? (probation.isOn ? undefined : hand.next());
      if (held === undefined) break;
      if (gate.take(1) === 0) {
        (suspect === undefined ? hand : probation).putBack(held);
        isGated = true;
        break;
      }
      begin(held.home, held.place);
    }
  }

  function begin(home: Home, place: number): void {
    const entry = home.entries[place]!;
    const settings = shared.settings();
    const rules = rulesOf(entry, settings);
    const now = clock.now();
    const monotonic = clock.monotonic();
    const addedAt = addedAtIn(home, place);
    const job: Job = {
      id: idIn(home, place),
      queue,
      type: entry.t,
      data: entry.d,
      attempt: (entry.n ?? 0) + 1,
      attempts: rules.attempts,
      addedAt,
      stalledCount: entry.s ?? 0,
      ...(entry.p === undefined ? {} : { traceparent: entry.p }),
    };
    const leftMs = rules.totalTimeoutMs > 0 ? addedAt + rules.totalTimeoutMs - now : Number.POSITIVE_INFINITY;
    const forMs = Math.min(rules.attemptTimeoutMs > 0 ? rules.attemptTimeoutMs : Number.POSITIVE_INFINITY, leftMs);
    const span = isSampled(entry.p)
      ? tracer.continueSpan('job.process', {
          parent: entry.p,
          file: FILE,
          attributes: { queue, id: job.id, type: job.type, attempt: job.attempt },
        })
      : undefined;
    const attempt = new Attempt(
      attemptParts,
      job,
      home,
      place,
      { startedAt: monotonic, until: monotonic + forMs },
      span,
    );
    // Before the processor may change it.
    attempt.dataToKeep = dataToKeep(home, entry, settings.completed.count > 0);
    running.add(attempt);
    instruments.jobsRunning.add(1, { queue });
    if (job.attempt === 1) instruments.jobWait.record(Math.max(0, now - addedAt), { queue });
    status.noteBegun(job);
    if (forMs !== Number.POSITIVE_INFINITY) {
      timed++;
      cancelSweep ??= clock.schedule(SWEEP_MS, sweep);
    }
    // A processor that blocks the thread for longer than it may is not kept alive by the one that beats.
    beat.limit(home.lease, forMs + GIVE_UP_MS);
    try {
      if (leftMs <= 0) throw expiredError(job);
      contracts.validate(job.type, job.data);
    } catch (error) {
      // What can't become right by itself.
      ended(attempt, () => endings.failAttempt(attempt, error, true));
      return;
    }
    try {
      const given = process(job, attempt);
      if (isThenable(given)) {
        // Its own `then` may do what it likes, also throw.
        Promise.resolve(given).then(
          (value) => ended(attempt, () => endings.succeed(attempt, value)),
          (error: unknown) => ended(attempt, () => endings.failAttempt(attempt, error, false)),
        );
      } else ended(attempt, () => endings.succeed(attempt, given));
    } catch (error) {
      ended(attempt, () => endings.failAttempt(attempt, error, false));
    }
  }

  /** A slot may be free. A job that can't be ended is let go of, as by a worker that is gone: others go on. */
  function ended(attempt: Attempt, end: () => void): void {
    try {
      end();
    } catch (error) {
      log.error('job.end_failed', { queue, id: attempt.job.id, ...toFailure(error) });
      free(attempt);
      writer.lose(attempt.home);
    }
    if (!isPumping) pump();
  }

  /** The slot is free, whatever becomes of the outcome. */
  function free(attempt: Attempt): void {
    if (attempt.isFreed) return;
    attempt.isFreed = true;
    attempt.close();
    running.delete(attempt);
    gate.release(1);
    pace.note();
    freed++;
    if (attempt.until !== Number.POSITIVE_INFINITY) timed--;
    instruments.jobsRunning.add(-1, { queue });
    const durationMs = clock.monotonic() - attempt.startedAt;
    instruments.jobDuration.record(durationMs, { queue, type: attempt.job.type });
  }

  function closeIfDone(home: Home): void {
    if (home.open > 0 || home.isLost || !homes.has(home.delivery.sequence)) return;
    jobs.acknowledge(home.delivery);
    // What was noted about the pack goes with it.
    if (home.isPack && home.delivery.sequence <= (directory.get(queue)?.touchedUpTo ?? 0)) {
      const note = goneSubject(tenant, queue, home.delivery.sequence);
      track(jobs.purge('CONTROL', note).then(() => undefined));
    }
    release(home);
  }

  function release(home: Home): void {
    homes.delete(home.delivery.sequence);
    probation.leave(home);
    beat.release(home.lease);
    home.lease = -1;
  }

  function sweep(): void {
    cancelSweep = undefined;
    const now = clock.monotonic();
    for (const attempt of [...running]) {
      if (attempt.until <= now && !attempt.isAborted) {
        const error = timeoutError(attempt.job, now - attempt.startedAt);
        attempt.abort(error);
        ended(attempt, () => endings.failAttempt(attempt, error, false));
      }
    }
    if (timed > 0) cancelSweep = clock.schedule(SWEEP_MS, sweep);
  }

  /** What comes of it counts for nothing; its slot is free when it returns, or was given time to. */
  function giveUp(attempt: Attempt, error: AutoWeaveError): void {
    attempt.close();
    attempt.abort(error);
    attempt.span?.fail(error);
    attempt.span?.end();
    clock.schedule(GIVE_UP_MS, () => {
      if (attempt.isFreed) return;
      free(attempt);
      pump();
    });
  }

  function drop(home: Home, place: number, error: AutoWeaveError): void {
    hand.drop(home, place);
    for (const attempt of [...running]) if (attempt.home === home && attempt.place === place) giveUp(attempt, error);
  }

  function obey({ id: jobId, kind, reason }: Order): void {
    for (const home of homes.values()) {
      const place = home.entries.findIndex((_, at) => idIn(home, at) === jobId);
      if (place < 0 || home.settled[place]) continue;
      settle(home, place);
      writer.forget(home, place);
      instruments.jobsFinished.add(1, { queue, outcome: kind });
      drop(home, place, cancelledError(reason));
      closeIfDone(home);
      pump();
      return;
    }
  }

  let freed = 0;
  let freedBefore = 0;
  let cancelShed = clock.schedule(SHED_CHECK_MS, shedOld);
  function shedOld(): void {
    if (isStopping) return;
    cancelShed = clock.schedule(SHED_CHECK_MS, shedOld);
    // What it still asks for would be sent to it rather than to one that has room.
    if (running.size >= concurrency && freed === freedBefore) puller.rest();
    freedBefore = freed;
    if (isGated || hand.size === 0 || (running.size < concurrency && !probation.isOn)) return;
    for (const { home, places } of hand.takeOlder(clock.monotonic() - SHED_MS)) endings.give(home, places);
  }

  function configure(): void {
    const { globalConcurrency, rateLimit } = shared.settings();
    gate.configure({ globalConcurrency, rateLimit });
    shared.onChange?.();
    pump();
  }

  const watching = directory.onChange(queue, configure);
  const ordering = live.onOrder(obey);
  const thawing = shared.freezing.onThaw(pump);
  const hearingOfLifo = live.onLifo(() => {
    puller.noteLifo();
    pump();
  });
  const reconnecting = jobs.onReconnect(() => {
    taking.noteReconnected();
    pump();
  });
  configure();
  log.info('worker.started', { queue, worker: id, concurrency });

  let stopping: Promise<{ readonly returned: number }> | undefined;
  const stop = (graceMs = GRACE_MS): Promise<{ readonly returned: number }> => {
    stopping ??= end(graceMs);
    return stopping;
  };

  async function end(graceMs: number): Promise<{ readonly returned: number }> {
    isStopping = true;
    const givenBefore = endings.given;
    const error = new AutoWeaveError('AW_WORKER_STOPPING', 'The worker stops');
    // A broker that stays away is not waited for: what could not be stored comes again by itself.
    const cancelEnd = clock.schedule(graceMs + GIVE_UP_MS + STORE_MS, () => ending.abort(error));
    const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    const withdrawing = puller.withdraw().catch(() => undefined);
    const waiting = [...hand.takeOlder(Number.POSITIVE_INFINITY)];
    for (const home of probation.takeAll()) waiting.push({ home, places: [0] });
    for (const { home, places } of waiting) endings.give(home, places);
    await untilReturned(graceMs);
    const late = [...running].filter((attempt) => !attempt.isOver);
    for (const attempt of late) {
      attempt.close();
      attempt.abort(error);
      endings.give(attempt.home, [attempt.place]);
    }
    await untilReturned(late.length > 0 ? GIVE_UP_MS : 0);
    await Promise.race([withdrawing, aborted]);
    while (looking.size > 0) await Promise.all(looking);
    await writer.settle();
    await facts.settle();
    status.end();
    watching[Symbol.dispose]();
    ordering[Symbol.dispose]();
    thawing[Symbol.dispose]();
    hearingOfLifo[Symbol.dispose]();
    reconnecting[Symbol.dispose]();
    for (const cancel of [cancelShed, cancelSweep]) cancel?.();
    await Promise.race([gate[Symbol.asyncDispose](), aborted]);
    cancelEnd();
    ending.abort(error);
    for (const home of [...homes.values()]) release(home);
    const returned = endings.given - givenBefore;
    log.info('worker.stopped', { queue, worker: id, returned });
    return { returned };
  }

  async function untilReturned(graceMs: number): Promise<void> {
    const until = clock.monotonic() + graceMs;
    while (running.size > 0 && clock.monotonic() < until && !shared.signal.aborted) {
      await clock.sleep(Math.min(SWEEP_MS, graceMs), shared.signal).catch(() => undefined);
    }
  }

  return {
    id,
    queue,
    get running() {
      return running.size;
    },
    holds: (sequence) => homes.has(sequence),
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
    },
  };
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { readonly then?: unknown } | null | undefined)?.then === 'function';
}
