import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { openProgramClient } from './open-program-client.ts';
import type { RunningJob } from './program-client.ts';
import { machineMs, say, type WorkerOrder } from './words.ts';

/**
 * A worker and nothing else: `worker-main.ts ORDER`. It lets jobs that hold go on when its standard input says `go`,
 * ends when that is closed, and by SIGTERM in order.
 */

const order = JSON.parse(process.argv[2] ?? '') as WorkerOrder;
const { promise: go, resolve: letGo } = Promise.withResolvers<void>();

async function work(job: RunningJob): Promise<void> {
  const { id, attempt, data } = job;
  const { by, n, sort, ms } = data;
  say({ kind: 'began', id, by, n, attempt, at: machineMs() });
  if (sort === 'poison') process.kill(process.pid, 'SIGKILL');
  if (sort === 'hold' || sort === 'waver') await go;
  if (sort === 'block') for (const end = performance.now() + ms; performance.now() < end; );
  else await pause(ms);
  if ((sort === 'flaky' || sort === 'waver') && attempt === 1) throw new Error('This one fails the first time');
  await job.effect();
  say({ kind: 'ran', id, by, n, attempt, at: machineMs() });
}

const client = await openProgramClient(order.target);
const worker = await client.startWorker(order, work);

createInterface(process.stdin)
  .on('line', () => letGo())
  .on('close', () => process.exit(3));

process.once('SIGTERM', async () => {
  await worker.stop();
  process.exit(0);
});

say({ kind: 'ready' });
