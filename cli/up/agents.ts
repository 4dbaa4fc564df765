import { createAgentWorker } from '../../actors/agent/agent-jobs.ts';
import { type RunningMemory, startMemory } from '../../actors/memory/memory-child.ts';
import { createMemoryWorker } from '../../actors/memory/memory-jobs.ts';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import type { MemoryService } from '../../runtime/gateway/memory-service.ts';
import { CUT_OFF_OPTIONS } from '../../runtime/plugins/plugin-workers.ts';
import type { JobDetail } from '../../runtime/queue/job.ts';
import type { Queues, Worker } from '../../runtime/queue/queue-api.ts';
import { processorOf } from '../../runtime/queue/worker-definition.ts';
import type { Child, ChildSpec } from '../../runtime/supervisor/child.ts';
import type { CoreParts } from './core.ts';
import type { Current } from './current.ts';
import { schedulesOf } from './queues.ts';

/** The child specs of the memory's index, and of the jobs of agents and memories. */

export interface MemoryParts extends CoreParts {
  readonly memory: Current<RunningMemory>;
}

export function memoryChild(parts: MemoryParts): ChildSpec {
  const { config, bus, clock, log, telemetry, memory } = parts;
  return {
    id: 'memory',
    restart: 'permanent',
    shutdownMs: 5_000,
    async start(): Promise<Child> {
      const started = await startMemory({
        bus: bus.get(),
        tenant: config.tenant,
        dataDirectory: config.data,
        clock,
        log,
        instruments: telemetry.instruments,
      });
      memory.set(started);
      return {
        exited: started.exited,
        async [Symbol.asyncDispose]() {
          memory.set(undefined);
          await started[Symbol.asyncDispose]();
        },
      };
    },
  };
}

export function agentsChild(parts: MemoryParts): ChildSpec {
  const { actors, queues, config, memory } = parts;
  return {
    id: 'agents',
    restart: 'permanent',
    shutdownMs: 15_000,
    async start(): Promise<Child> {
      const { tenant } = config;
      const definitions = [
        createAgentWorker({
          call: (actor, key, type, data, options) =>
            actors.get().call({ tenant, actor, key }, type, data, { ...options, source: 'agents' }),
          jobOf: (queue, id) => findJob(queues.get(), queue, id),
          turnsOf: async (schedule) => (await schedulesOf(parts).get(schedule))?.lastJobs ?? [],
        }),
        createMemoryWorker(currentMemories(memory)),
      ];
      const workers: Worker[] = [];
      const { promise: exited, resolve } = Promise.withResolvers<{ kind: 'normal' }>();
      const stop = async () => {
        await Promise.all(workers.map((worker) => worker.stop()));
        resolve({ kind: 'normal' });
      };
      try {
        for (const definition of definitions) {
          const options = { concurrency: 20, ...CUT_OFF_OPTIONS };
          workers.push(await queues.get().startWorker(definition.queue, processorOf(definition), options));
        }
      } catch (error) {
        await stop();
        throw error;
      }
      return { exited, [Symbol.asyncDispose]: stop };
    },
  };
}

/** Undefined also where there is no such queue (any more). */
async function findJob(queues: Queues, name: string, id: string): Promise<JobDetail | undefined> {
  try {
    const queue = await queues.get(name);
    return await queue.get(id);
  } catch (error) {
    if (error instanceof AutoWeaveError && error.code === 'AW_QUEUE_UNKNOWN') return undefined;
    throw error;
  }
}

/** The memory that runs now; it is another one after each restart. */
export function currentMemories(memory: Current<RunningMemory>): MemoryService {
  return {
    search: async (request) => memory.get().service.search(request),
    count: async (agentId) => memory.get().service.count(agentId),
  };
}
