import type { Health } from '../../proto/generated/graphql.ts';
import { createInspector } from '../../runtime/actor/inspector.ts';
import { startBuiltInJobs } from '../../runtime/queue/built-in-jobs.ts';
import type { Worker } from '../../runtime/queue/queue-api.ts';
import { openQueues } from '../../runtime/queue/queues.ts';
import type { ScheduleService } from '../../runtime/queue/schedule-api.ts';
import { createSchedules } from '../../runtime/queue/schedules.ts';
import { processorOf, type WorkerDefinition } from '../../runtime/queue/worker-definition.ts';
import type { Child, ChildSpec } from '../../runtime/supervisor/child.ts';
import type { CoreParts } from './core.ts';
import type { DiskWatch } from './disk-watch.ts';

/** The child specs of the queues, and of the jobs that AutoWeave does about itself. */

export interface QueuesChildParts extends CoreParts {
  readonly disk: DiskWatch;
  readonly isSyncedAlways: () => boolean;
}

export function queuesChild(parts: QueuesChildParts): ChildSpec {
  const { bus, queues, config, contracts, clock, random, log, telemetry, disk, isSyncedAlways } = parts;
  return {
    id: 'queues',
    restart: 'permanent',
    shutdownMs: 15_000,
    async start(): Promise<Child> {
      const opened = await openQueues({
        bus: bus.get(),
        tenant: config.tenant,
        contracts,
        clock,
        random,
        log,
        instruments: telemetry.instruments,
        tracer: telemetry.tracer,
        admit: () => disk.check(),
        isSyncedAlways,
      });
      queues.set(opened);
      return asChild(async () => {
        queues.set(undefined);
        await opened[Symbol.asyncDispose]();
      });
    },
  };
}

/** Workers that users have written. */
export function workersChild(parts: CoreParts, definitions: readonly WorkerDefinition[]): ChildSpec {
  const { queues } = parts;
  return {
    id: 'workers',
    restart: 'permanent',
    shutdownMs: 15_000,
    async start(): Promise<Child> {
      const started: Worker[] = [];
      const stop = async () => void (await Promise.all(started.map((worker) => worker.stop())));
      try {
        for (const definition of definitions) {
          const { queue, settings, jobs: _jobs, schemas: _schemas, ...options } = definition;
          await queues.get().open(queue, settings);
          started.push(await queues.get().startWorker(queue, processorOf(definition), options));
        }
      } catch (error) {
        await stop();
        throw error;
      }
      return asChild(stop);
    },
  };
}

/** Schedules as the gateway and the built-in jobs use them. */
export function schedulesOf(parts: CoreParts): ScheduleService {
  const { bus, actors, contracts, config } = parts;
  return createSchedules({
    client: { call: (...call) => actors.get().call(...call) },
    inspector: createInspector(bus.get(), config.tenant),
    contracts,
    tenant: config.tenant,
  });
}

export function builtInJobsChild(parts: CoreParts, health: () => Health): ChildSpec {
  const { queues, actors, config, clock, log } = parts;
  return {
    id: 'jobs',
    restart: 'permanent',
    shutdownMs: 12_000,
    async start({ signal }): Promise<Child> {
      const stop = new AbortController();
      const starting = startBuiltInJobs({
        queues: queues.get(),
        schedules: schedulesOf(parts),
        client: { send: (...sent) => actors.get().send(...sent) },
        tenant: config.tenant,
        health,
        clock,
      });
      // Whether they are there yet is no reason for the rest to wait.
      const exited = starting.then(
        () =>
          new Promise<{ kind: 'normal' }>((resolve) =>
            stop.signal.addEventListener('abort', () => resolve({ kind: 'normal' })),
          ),
        (error: unknown) => {
          if (!signal.aborted && !stop.signal.aborted) log.warn('jobs.not_started', { error });
          return { kind: 'error' as const, error };
        },
      );
      return {
        exited,
        async [Symbol.asyncDispose]() {
          stop.abort();
          await starting.then(
            (worker) => worker[Symbol.asyncDispose](),
            () => undefined,
          );
        },
      };
    },
  };
}

function asChild(dispose: () => Promise<void>): Child {
  const { promise: exited, resolve } = Promise.withResolvers<{ kind: 'normal' }>();
  return {
    exited,
    async [Symbol.asyncDispose]() {
      await dispose();
      resolve({ kind: 'normal' });
    },
  };
}
