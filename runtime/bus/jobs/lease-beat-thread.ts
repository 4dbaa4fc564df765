import { parentPort, workerData } from 'node:worker_threads';
import { type ConnectionOptions, connect, credsAuthenticator } from '@nats-io/transport-node';
import { createLeaseTable, sharedNow } from './lease-table.ts';

/**
 * The thread behind `lease-beat.ts`. It has a connection of its own: the server takes a sign of life for a message from
 * any connection of the account.
 */

export interface BeatData {
  readonly connection: ConnectionOptions;
  readonly credentials: string | undefined;
  readonly buffer: SharedArrayBuffer;
  readonly beatMs: number;
  /** What the subjects of acknowledgements begin with, by the number of the consumer; grows by messages. */
  readonly prefixes: readonly string[];
}

const WORKING = new TextEncoder().encode('+WPI');

const data = workerData as BeatData;
const prefixes = [...data.prefixes];
const table = createLeaseTable(data.buffer);
const { credentials } = data;
const connection = await connect({
  ...data.connection,
  ...(credentials === undefined ? {} : { authenticator: credsAuthenticator(new TextEncoder().encode(credentials)) }),
});

parentPort!.on('message', (message: string | null) => {
  if (message === null) void connection.close().finally(() => process.exit(0));
  else prefixes.push(message);
});

// clock: the beat must go on whatever clock the rest of the program is given
setInterval(() => {
  const now = sharedNow();
  // What has just come is mostly done before it would need a sign of life.
  for (const held of table.due(now - data.beatMs / 2, now)) {
    const prefix = prefixes[held.consumer];
    if (prefix === undefined || connection.isClosed()) continue;
    connection.publish(`${prefix}.${held.deliveryCount}.${held.sequence}.${held.consumerSequence}.0.0`, WORKING);
  }
}, data.beatMs);

parentPort!.postMessage('ready');
