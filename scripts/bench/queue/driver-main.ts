import { serveDriver } from '../serve-driver.ts';
import type { Order, Result } from './order.ts';
import type { QueueClient, Target } from './queue-client.ts';
import { createOrders } from './run-order.ts';

/** The process that adds jobs to one system, or works on them. */

await serveDriver<Target, Order, Result>(async (target) => createOrders(await openClient(target)));

/** Each loads its own library only. */
async function openClient(target: Target): Promise<QueueClient> {
  if (target.kind === 'autoweave') return (await import('./autoweave-client.ts')).openAutoweaveClient(target);
  return (await import('./bullmq-client.ts')).openBullmqClient(target);
}
