import type { Delivery, Pull } from '../bus/jobs/job-bus.ts';
import { toFailure } from '../errors/errors.ts';
import { type JobClass, parseJobSubject } from '../message/job-message.ts';
import { classesOf, consumerName, ensureConsumers, readyClassesOf } from './consumers.ts';
import { createFrontMover } from './front-mover.ts';
import type { Hand } from './hand.ts';
import { planPulls } from './pull-plan.ts';
import type { OneQueue } from './queue-parts.ts';

/** Asks for what a worker has room for, class by class. */
export interface Puller {
  /** @param room jobs that can begin, or are to be ready, beside those in the hand */
  refill(room: number): void;
  /** What was asked for and has not come is no longer wanted, until {@link refill}. */
  rest(): void;
  /** LIFO jobs have just come, which nobody is told of by a delivery. */
  noteLifo(): void;
  /** Asks for nothing any more. Resolves when all that was on its way has come. */
  withdraw(): Promise<void>;
}

interface Source {
  readonly pull: Pull;
  pending: number;
  jobsEach: number;
  heard: number;
}

/** Until it is known better, a message is taken for a full pack: too little is asked for, not too much. */
const FIRST_GUESS = 64;
/** What was asked for of a class that should have something, and has not come in this time, others may have taken. */
const DOUBT_MS = 20;

export function createPuller(
  parts: OneQueue,
  hand: Hand,
  onDelivery: (delivery: Delivery) => void,
  wake: () => void,
): Puller {
  const { jobs, tenant, queue, clock, directory, log } = parts;
  const sources = new Map<JobClass, Source>();
  const mover = createFrontMover(parts);
  let isWithdrawn = false;
  let isRestoring = false;
  /** False at first, and after a rest: what waits is to be asked first. */
  let isInformed = false;
  let isLearning = false;
  let cancelDoubt: (() => void) | undefined;

  const sourceOf = (jobClass: JobClass): Source => {
    const known = sources.get(jobClass);
    if (known) return known;
    const source: Source = {
      pull: jobs.openPull(consumerName(tenant, queue, jobClass), (delivery) => take(source, delivery), restore),
      pending: 0,
      jobsEach: FIRST_GUESS,
      heard: 0,
    };
    sources.set(jobClass, source);
    return source;
  };

  const take = (source: Source, delivery: Delivery): void => {
    source.pending = delivery.pending;
    source.heard++;
    const size = parseJobSubject(delivery.subject)?.size ?? 1;
    source.jobsEach = Math.max(1, (source.jobsEach + size) / 2);
    try {
      onDelivery(delivery);
    } catch (error) {
      // The client would take it for a fault of its own, and hear nothing any more.
      log.error('job.delivery_failed', { queue, subject: delivery.subject, ...toFailure(error) });
    }
  };

  /**
   * What waits is known before anything is asked for: else a low class might bring its jobs first. Where the broker
   * does not say, nothing is taken to wait, and they come as they like.
   */
  const learn = async (classes: readonly JobClass[]): Promise<void> => {
    await Promise.all(
      classes.map(async (jobClass) => {
        const source = sourceOf(jobClass);
        const { heard } = source;
        const status = await jobs.consumerStatus(consumerName(tenant, queue, jobClass)).catch((error: unknown) => {
          if (!isWithdrawn) log.warn('queue.look_failed', { queue, ...toFailure(error) });
          return undefined;
        });
        // A delivery that came meanwhile knows better.
        if (source.heard === heard) source.pending = status?.pending ?? 0;
      }),
    );
    isLearning = false;
    wake();
  };

  /** The consumer is gone: somebody has removed the queue, or the server has lost it. */
  const restore = (): void => {
    const record = directory.get(queue);
    if (isWithdrawn || record === undefined) return;
    log.warn('queue.consumer_gone', { queue });
    if (isRestoring) return;
    isRestoring = true;
    ensureConsumers(parts, queue, classesOf(record))
      .catch((error: unknown) => log.error('queue.restore_failed', { queue, ...toFailure(error) }))
      .finally(() => {
        isRestoring = false;
        wake();
      });
  };

  const refill = (room: number): void => {
    if (isWithdrawn) return;
    const record = directory.get(queue);
    if (record === undefined) return;
    if (record.isPaused) {
      // Requests would come to their end unheard, and what waits then is another matter.
      rest();
      return;
    }
    if (!isInformed) {
      if (room <= 0) return;
      isInformed = true;
      isLearning = true;
      void learn(readyClassesOf(record));
    }
    if (isLearning) return;
    const looks = readyClassesOf(record).map((jobClass) => {
      const { pull, pending, jobsEach } = sourceOf(jobClass);
      return { jobClass, asked: pull.asked, pending, jobsEach, held: hand.countUpTo(jobClass) };
    });
    for (const [jobClass, count] of planPulls(looks, room)) sources.get(jobClass)!.pull.ask(count);
    if (record.classes.includes('l')) mover.want(room - hand.countUpTo('f'));
    doubt();
  };

  const rest = (): void => {
    for (const { pull } of sources.values()) {
      // On a connection that is closed nothing is asked for anyway.
      if (pull.asked > 0) pull.withdraw().catch(() => undefined);
    }
    isInformed = false;
  };

  /** Two workers that both think that a class has something would leave lower ones waiting for nothing. */
  const doubt = (): void => {
    const suspects = [...sources].filter(([, { pull, pending }]) => pending > 0 && pull.asked > 0);
    if (suspects.length === 0 || cancelDoubt !== undefined) return;
    const heard = suspects.map(([, source]) => source.heard);
    cancelDoubt = clock.schedule(DOUBT_MS, () => {
      cancelDoubt = undefined;
      const silent = suspects.filter(([, source], index) => source.heard === heard[index]);
      if (silent.length > 0) void learn(silent.map(([jobClass]) => jobClass));
      else doubt();
    });
  };

  return {
    refill,
    rest,
    noteLifo: () => mover.noteNew(),
    async withdraw() {
      isWithdrawn = true;
      cancelDoubt?.();
      await Promise.all([...sources.values()].map(({ pull }) => pull[Symbol.asyncDispose]()));
    },
  };
}
