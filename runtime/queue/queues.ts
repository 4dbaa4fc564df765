import type { PrepareJobs } from '../actor/outbox-sender.ts';
import { isPassing } from '../bus/bus-errors.ts';
import type { LeaseBeat } from '../bus/jobs/job-bus.ts';
import type { NatsBus } from '../bus/nats-bus.ts';
import type { Clock } from '../clock/clock.ts';
import type { Random } from '../clock/random.ts';
import type { Contracts } from '../contracts/contracts.ts';
import { AutoWeaveError } from '../errors/errors.ts';
import { checkQueueName } from '../message/job-message.ts';
import { type Instruments, noInstruments } from '../telemetry/instruments.ts';
import { type Log, noLog } from '../telemetry/log.ts';
import { noTracer, type Tracer } from '../telemetry/spans.ts';
import { ensureQueue, STALLED_INTERVAL_MS } from './consumers.ts';
import { openDirectory } from './directory.ts';
import { startEffectsForwarder } from './effects-forwarder.ts';
import type { QueueSettings } from './job.ts';
import { checkSettings, checkWorkerOptions } from './job-options.ts';
import { createJobQueue } from './job-queue.ts';
import { type LiveChannel, openLiveChannel } from './live-channel.ts';
import { createPrepareJobs } from './prepare-jobs.ts';
import type { JobQueue, Queues } from './queue-api.ts';
import { openQueueFreezing } from './queue-freezing.ts';
import type { OneQueue, QueueParts } from './queue-parts.ts';
import { changeRecord, EMPTY_RECORD, settingsOf } from './queue-record.ts';
import { startStalledInterval } from './stalled-interval.ts';
import { startSweeping } from './sweeping.ts';
import { type RunningWorker, runWorker } from './worker.ts';

export interface QueuesOptions {
  readonly bus: NatsBus;
  readonly tenant: string;
  /** Schemas of the data of jobs, by type. */
  readonly contracts: Contracts;
  readonly clock: Clock;
  readonly random: Random;
  readonly log?: Log;
  readonly instruments?: Instruments;
  readonly tracer?: Tracer;
  /** Throws when nothing new may be stored. */
  readonly admit?: () => void;
  /** True when the broker syncs each message; asked again and again. */
  readonly isSyncedAlways?: () => boolean;
}

export interface OpenQueues extends Queues {
  /** Makes what jobs need that actors have enqueued; for `startActorSystem`. */
  readonly prepareJobs: PrepareJobs;
}

/** A worker is never silent for longer than a part of this. */
const MOST_SILENT_MS = 3_000;

/**
 * Opens all queues of a tenant for this process. It also takes part in sending on what jobs have left with their
 * outcomes; one process at a time does so.
 */
export async function openQueues(options: QueuesOptions): Promise<OpenQueues> {
  const { tenant, clock, random, log = noLog, instruments = noInstruments, tracer = noTracer } = options;
  const closing = new AbortController();
  const self = random.hex(6);
  const freezing = openQueueFreezing({ bus: options.bus, clock, random, log, self });
  const { bus, jobs } = freezing;
  const directory = await openDirectory({ bus, clock, log, tenant });
  const parts: QueueParts = {
    bus,
    jobs,
    intake: options.bus,
    freezing,
    tenant,
    contracts: options.contracts,
    clock,
    random,
    log,
    instruments,
    tracer,
    self,
    directory,
    admit: options.admit ?? (() => undefined),
    isSyncedAlways: options.isSyncedAlways ?? (() => true),
    signal: closing.signal,
  };
  const forwarder = startEffectsForwarder({ bus, clock, log, self, prepareJobs: createPrepareJobs(parts) });
  // Actors stand still by themselves, once all is sent that they have committed.
  const prepareJobs = createPrepareJobs({ ...parts, bus: options.bus, jobs: options.bus.jobs });
  const queues = new Map<string, { readonly one: OneQueue; readonly live: LiveChannel; readonly queue: JobQueue }>();
  const workers = new Set<RunningWorker>();
  const beats = new Map<number, Promise<LeaseBeat>>();
  const isHeld = (sequence: number) => [...workers].some((worker) => worker.holds(sequence));
  const sweeping = startSweeping({ ...parts, isHeld });

  const enter = (name: string) => {
    const known = queues.get(name);
    if (known) return known;
    const live = openLiveChannel({ bus, clock, tenant }, name);
    let settings: QueueSettings | undefined;
    let of: unknown;
    const one: OneQueue = {
      ...parts,
      queue: name,
      live,
      settings: () => {
        const record = directory.get(name) ?? EMPTY_RECORD;
        // Worked out once for each change: jobs ask for it again and again.
        if (settings === undefined || of !== record) settings = settingsOf(record);
        of = record;
        return settings;
      },
    };
    const made = { one, live, queue: createJobQueue(one) };
    queues.set(name, made);
    directory.onChange(name, () => {
      if (!closing.signal.aborted) live.tellHeard(self, directory.sequenceOf(name));
    });
    return made;
  };

  const open = async (name: string, settings: Partial<QueueSettings> = {}): Promise<JobQueue> => {
    checkQueueName(tenant, name);
    checkSettings(settings);
    await ensureQueue(parts, name, settings);
    const { queue } = enter(name);
    const present = directory.get(name)?.settings ?? {};
    const isDifferent = Object.entries(settings).some(
      ([key, value]) => JSON.stringify(value) !== JSON.stringify(present[key as keyof QueueSettings]),
    );
    if (isDifferent) await queue.configure(settings);
    return queue;
  };

  const lookAfresh = async (name: string): Promise<void> => {
    const { record, sequence } = await changeRecord(bus, tenant, name, () => undefined);
    directory.note(name, record, sequence);
  };

  const beatOf = (intervalMs: number): Promise<LeaseBeat> => {
    const known = beats.get(intervalMs);
    if (known) return known;
    const made = jobs.openLeaseBeat(intervalMs);
    beats.set(intervalMs, made);
    // The next worker tries again.
    made.catch(() => beats.delete(intervalMs));
    return made;
  };

  return {
    open,
    async get(name) {
      checkQueueName(tenant, name);
      if (directory.get(name) === undefined) {
        // Somebody may have made it a moment ago.
        await lookAfresh(name);
      }
      if (directory.get(name) === undefined) {
        throw new AutoWeaveError('AW_QUEUE_UNKNOWN', `Queue "${name}" is unknown`, {
          hint: 'autoweave queue ls shows those that there are; adding a job makes one',
        });
      }
      return enter(name).queue;
    },
    list: () => Promise.resolve(directory.names()),
    async startWorker(name, process, workerOptions = {}) {
      checkWorkerOptions(workerOptions);
      await open(name);
      // From here on it hears orders; what operators did before stands in the record, which may not have come here yet.
      await lookAfresh(name).catch((error) => {
        // Of a queue that is known a worker starts all the same: this comes, too, once the broker is back.
        if (!isPassing(error)) throw error;
      });
      const { stalledIntervalMs } = workerOptions;
      const onChange =
        stalledIntervalMs === undefined ? undefined : await startStalledInterval(parts, name, stalledIntervalMs);
      // Another worker may want a shorter interval for the same queue, which then holds for what this one has, too.
      const beat = await beatOf(Math.min(stalledIntervalMs ?? STALLED_INTERVAL_MS, MOST_SILENT_MS));
      const running = runWorker({ ...enter(name).one, beat, onChange }, process, workerOptions);
      workers.add(running);
      const stop = (graceMs?: number) => running.stop(graceMs).finally(() => workers.delete(running));
      return {
        id: running.id,
        queue: name,
        get running() {
          return running.running;
        },
        stop,
        [Symbol.asyncDispose]: async () => void (await stop()),
      };
    },
    prepareJobs,
    async [Symbol.asyncDispose]() {
      // Whoever ends does not wait for a backup, which sees what is written now.
      freezing[Symbol.dispose]();
      sweeping[Symbol.dispose]();
      await Promise.all([...workers].map((worker) => worker.stop()));
      await Promise.all([...queues.values()].map(({ queue }) => queue[Symbol.asyncDispose]()));
      await forwarder[Symbol.asyncDispose]();
      closing.abort();
      await Promise.all([...queues.values()].map(({ live }) => live[Symbol.asyncDispose]()));
      await directory[Symbol.asyncDispose]();
      await Promise.all([...beats.values()].map(async (beat) => (await beat)[Symbol.asyncDispose]()));
    },
  };
}
