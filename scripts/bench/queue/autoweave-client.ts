import { hostname } from 'node:os';
import { connectNatsBus } from '../../../runtime/bus/nats-bus.ts';
import { systemRandom } from '../../../runtime/clock/random.ts';
import { systemClock } from '../../../runtime/clock/system-clock.ts';
import { createContracts } from '../../../runtime/contracts/contracts.ts';
import type { QueueSettings } from '../../../runtime/queue/job.ts';
import { openQueues } from '../../../runtime/queue/queues.ts';
import { noLog } from '../../../runtime/telemetry/log.ts';
import { formatTraceparent } from '../../../runtime/telemetry/spans.ts';
import { startTelemetry } from '../../../runtime/telemetry/telemetry.ts';
import type { JobData } from './job-data.ts';
import { type BenchWorker, JOB_TYPE, type QueueClient, SETTLE_MS, type Target } from './queue-client.ts';

const TENANT = 'bench';
const SCHEMA = {
  type: 'object',
  properties: {
    i: { type: 'integer', minimum: 0 },
    t: { type: 'number' },
    to: { type: 'string', maxLength: 254 },
    pad: { type: 'string' },
  },
  required: ['i', 't', 'to', 'pad'],
  additionalProperties: false,
};
/** Attempts, back-off and retention stay as they come, which is what BullMQ is told here; this one is off then. */
const SETTINGS: Partial<QueueSettings> = { attemptTimeoutMs: 30_000 };
const RESULT = { ok: true };
/**
 * Jobs have traces of their own, carried on and not recorded, as a sampler says of most. Made before: callers have
 * theirs from the request that they serve.
 */
const TRACES = Array.from({ length: 4_096 }, () =>
  formatTraceparent({ traceId: systemRandom.hex(16), spanId: systemRandom.hex(8), flags: 0 }),
);
const traceOf = ({ i }: JobData) => TRACES[i % TRACES.length]!;

/** Queues as any process uses them: over the broker, with what `runtime` offers, telemetry as `up` starts it. */
export async function openAutoweaveClient(target: Extract<Target, { kind: 'autoweave' }>): Promise<QueueClient> {
  await using stack = new AsyncDisposableStack();
  const { url, user, password, isSyncedAlways } = target;
  const parts = { clock: systemClock, random: systemRandom, log: noLog };
  const telemetry = stack.use(
    await startTelemetry({ serviceName: 'bench', version: '0', host: hostname(), env: {}, clock: systemClock }),
  );
  const bus = stack.use(await connectNatsBus({ url, user, password, name: 'bench driver', ...parts }));
  const queues = stack.use(
    await openQueues({
      bus,
      tenant: TENANT,
      contracts: createContracts({ [JOB_TYPE]: SCHEMA }),
      tracer: telemetry.tracer,
      instruments: telemetry.instruments,
      isSyncedAlways: () => isSyncedAlways,
      ...parts,
    }),
  );
  const owned = stack.move();

  return {
    async open(name) {
      const queue = await queues.open(name, SETTINGS);
      return {
        add: async (data) => (await queue.add(JOB_TYPE, data, { traceparent: traceOf(data) })).id,
        async addBulk(jobs, delayMs) {
          const delay = delayMs === undefined ? {} : { delayMs };
          const added = await queue.addBulk(
            jobs.map((data) => ({ type: JOB_TYPE, data, options: { traceparent: traceOf(data), ...delay } })),
          );
          return added.map(({ id }) => id);
        },
        counts: () => queue.counts(),
        has: async (id) => (await queue.get(id)) !== undefined,
        remove: () => queue.obliterate(name),
        [Symbol.asyncDispose]: () => queue[Symbol.asyncDispose](),
      };
    },

    async startWorker(name, concurrency, process): Promise<BenchWorker> {
      let processed = 0;
      const { promise: isDone, resolve } = Promise.withResolvers<void>();
      let waitedFor = Number.POSITIVE_INFINITY;
      const worker = await queues.startWorker(
        name,
        (job) => {
          process(job.data as JobData);
          if (++processed >= waitedFor) resolve();
          return RESULT;
        },
        { concurrency },
      );
      return {
        async finish(count) {
          waitedFor = count;
          if (processed >= count) resolve();
          const limit = setTimeout(resolve, SETTLE_MS);
          await isDone;
          clearTimeout(limit);
          // Stopping waits for the outcomes that are on their way: the worker tells of them in no other way.
          await worker.stop();
          const at = performance.now();
          if (processed < count)
            throw new Error(`AutoWeave processed ${processed} of ${count} jobs in ${SETTLE_MS} ms`);
          return at;
        },
      };
    },

    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
