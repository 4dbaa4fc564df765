import type { Clock } from '../clock/clock.ts';
import { AutoWeaveError } from '../errors/errors.ts';
import type { Queues } from '../queue/queue-api.ts';
import { pluginQueue } from './plugin-record.ts';
import type { ExecuteOptions } from './plugin-service.ts';

/**
 * Calls a plugin as a job of its queue, tried once, and waits for what became of it.
 *
 * @throws the job's failure with its code; AW_CALL_TIMEOUT, and the job is cancelled where it can be
 */
export async function executeAsJob(
  { queues, clock }: { readonly queues: Queues; readonly clock: Clock },
  name: string,
  functionName: string,
  input: unknown,
  { timeoutMs, traceparent, signal }: ExecuteOptions,
): Promise<unknown> {
  const queue = await queues.open(pluginQueue(name));
  const data = { function: functionName, ...(input === undefined ? {} : { input }) };
  const { id } = await queue.add('plugin.call', data, {
    attempts: 1,
    ...(traceparent === undefined ? {} : { traceparent }),
  });
  const until = clock.monotonic() + timeoutMs;
  for (let waitMs = FIRST_MS; ; waitMs = Math.min(waitMs * 2, MOST_MS)) {
    const job = await queue.get(id);
    if (job?.state === 'completed') return job.result?.data ?? null;
    if (job !== undefined && job.state !== 'waiting' && job.state !== 'active' && job.state !== 'delayed') {
      const failure = job.failures.at(-1);
      throw new AutoWeaveError(failure?.code ?? 'AW_JOB_FAILED', failure?.message ?? job.error ?? 'The call was ended');
    }
    const left = until - clock.monotonic();
    if (left <= 0) {
      await queue.cancel(id, 'Nobody waits for it any more').catch(() => undefined);
      throw new AutoWeaveError('AW_CALL_TIMEOUT', `Plugin "${name}" has not answered within ${timeoutMs} ms`, {
        hint: `see its queue with: npx autoweave queue show ${pluginQueue(name)}`,
      });
    }
    await clock.sleep(Math.min(waitMs, left), signal);
  }
}

const FIRST_MS = 4;
const MOST_MS = 100;
