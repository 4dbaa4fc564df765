import assert from 'node:assert/strict';
import { statfs } from 'node:fs/promises';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { Clock } from '../../clock/clock.ts';
import { systemRandom } from '../../clock/random.ts';
import { systemClock } from '../../clock/system-clock.ts';
import { noLog } from '../../telemetry/log.ts';
import { type Broker, startBroker } from './broker.ts';

/**
 * A program for tests: fills the small disk under a broker until nothing is stored any more, gives it room again (by
 * the command `room` from its parent) and reports what became of what was acknowledged.
 *
 *     node fill-disk.ts <data directory> <nats-server> <nats.conf>
 */
const [dataDirectory = '', serverPath = '', configFile = ''] = process.argv.slice(2);
const BODY = new Uint8Array(60_000).fill(65);
const ANSWER_MS = 60_000;
/** Less than what is free after the parent gave room, and more than before. */
const MIN_FREE_BYTES = 8 * 1024 * 1024;
/** Ten times as fast as it is: what looks every two seconds should not make the test wait so long. */
const fastClock: Clock = {
  ...systemClock,
  schedule: (delayMs, callback) => systemClock.schedule(delayMs / 10, callback),
};

const start = () =>
  startBroker({
    dataDirectory,
    serverPath,
    configFile,
    clock: fastClock,
    random: systemRandom,
    log: noLog,
    minFreeBytes: MIN_FREE_BYTES,
  });

await using full = await start();
let acknowledged = 0;
await using connection = await open(full);
await ask(connection, '$JS.API.STREAM.CREATE.LOG', { name: 'LOG', subjects: ['log'], storage: 'file' });
// nats-server does not answer at all when it cannot write: then only the broker's own look says so.
while (await Promise.race([isStored(connection), isFull()])) acknowledged++;
while (full.writeError === undefined) await systemClock.sleep(10);

// What is there can be read, and the server stays as it is as long as there is no room.
assert.equal(await countMessages(connection), acknowledged);
const { bavail, bsize } = await statfs(dataDirectory);
assert.ok(bavail * bsize < MIN_FREE_BYTES);
assert.equal(await Promise.race([full.exited, systemClock.sleep(1_000)]), undefined);

process.send?.('full');
await new Promise((resolve) => process.once('message', resolve));
const reason = await full.exited;
assert.equal(reason.kind, 'error');
assert.match(String(reason.error), /no space left/);

await using roomy = await start();
await using again = await open(roomy);
assert.equal(await countMessages(again), acknowledged);
assert.ok(await isStored(again));
process.send?.({ acknowledged });
process.disconnect?.();

async function open({ url, user, password }: Broker): Promise<NatsConnection & AsyncDisposable> {
  const opened = await connect({ servers: url, user, pass: password });
  return Object.assign(opened, { [Symbol.asyncDispose]: () => opened.close() });
}

async function isFull(): Promise<false> {
  while (full.writeError === undefined) await systemClock.sleep(10);
  return false;
}

async function isStored(to: NatsConnection): Promise<boolean> {
  try {
    const answer: Record<string, unknown> = (await to.request('log', BODY, { timeout: ANSWER_MS })).json();
    return typeof answer['seq'] === 'number' && answer['error'] === undefined;
  } catch {
    return false;
  }
}

async function countMessages(from: NatsConnection): Promise<number> {
  const { state } = (await ask(from, '$JS.API.STREAM.INFO.LOG')) as { state: { messages: number } };
  return state.messages;
}

async function ask(of: NatsConnection, subject: string, body?: unknown): Promise<unknown> {
  const text = body === undefined ? '' : JSON.stringify(body);
  return (await of.request(subject, text, { timeout: ANSWER_MS })).json();
}
