import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { findProcess } from '../../runtime/bus/broker/server-process.ts';

/** The nats-server that still runs for a data directory, by its process id. Asked where no AutoWeave runs on it. */
export async function findLeftOverBroker(data: string): Promise<number | undefined> {
  const directory = await realpath(data).catch(() => undefined);
  return directory === undefined ? undefined : findProcess(join(directory, 'nats'), directory, undefined);
}
