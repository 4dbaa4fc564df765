import { watchDisk } from '../../../cli/up/disk-watch.ts';
import { connectNatsBus } from '../../../runtime/bus/nats-bus.ts';
import { systemRandom } from '../../../runtime/clock/random.ts';
import { systemClock } from '../../../runtime/clock/system-clock.ts';
import { createContracts } from '../../../runtime/contracts/contracts.ts';
import type { QueueSettings } from '../../../runtime/queue/job.ts';
import { type OpenQueues, openQueues } from '../../../runtime/queue/queues.ts';
import { createLog } from '../../../runtime/telemetry/log.ts';
import { withFlaw } from './flaws.ts';
import type { ProgramClient } from './program-client.ts';
import type { AdderOrder, ChaosData, Flaw, Target } from './words.ts';

export const TENANT = 'chaos';
export const JOB_TYPE = 'chaos.work';
/** The second attempt comes soon. */
const SETTINGS: Partial<QueueSettings> = { backoff: { type: 'fixed', delayMs: 100 } };
/** What jobs send when they have done what they are for. */
export const EFFECT_TYPE = 'chaos.done';

const SCHEMAS = { [JOB_TYPE]: { type: 'object' }, [EFFECT_TYPE]: { type: 'object' } };

export function openAutoweaveClient({ url, isSyncedAlways }: Extract<Target, { kind: 'autoweave' }>): ProgramClient {
  const log = createLog({
    level: 'info',
    format: 'json',
    clock: systemClock,
    write: (line) => void process.stderr.write(line),
  });
  const parts = { clock: systemClock, random: systemRandom, log };

  const open = async (flaw: Flaw | undefined, admit: () => void): Promise<OpenQueues> => {
    const bus = await connectNatsBus({ url, name: 'chaos', ...parts });
    return openQueues({
      bus: flaw === undefined ? bus : withFlaw(bus, flaw),
      tenant: TENANT,
      contracts: createContracts(SCHEMAS),
      isSyncedAlways: () => isSyncedAlways,
      admit,
      ...parts,
    });
  };

  return {
    async openAdder({ queue: name, disk }) {
      const queues = await open(undefined, await admission(disk));
      const queue = await queues.open(name, SETTINGS);
      return {
        add: ({ data, ...options }) => queue.add(JOB_TYPE, data, options),
      };
    },
    async startWorker({ queue, flaw, concurrency, stalledIntervalMs, maxStalledCount }, work) {
      const queues = await open(flaw, () => undefined);
      await queues.open(queue, SETTINGS);
      const worker = await queues.startWorker(
        queue,
        (job, ctx) =>
          work({
            id: job.id,
            data: job.data as ChaosData,
            attempt: job.attempt,
            effect: () => ctx.emit(EFFECT_TYPE, { id: job.id }, { key: `k${(job.data as ChaosData).n % 10}` }),
          }),
        { concurrency, stalledIntervalMs, maxStalledCount },
      );
      return { stop: async () => void (await worker.stop()) };
    },
  };
}

async function admission(disk: AdderOrder['disk']): Promise<() => void> {
  if (disk === undefined) return () => undefined;
  const watch = await watchDisk(disk.path, disk.minFreeBytes, systemClock, () => undefined);
  return () => watch.check();
}
