import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemRandom } from '../../clock/random.ts';
import { systemClock } from '../../clock/system-clock.ts';
import { type Bus, STREAM_NAMES, type Stored, type StreamName } from '../bus.ts';
import { connectNatsBus, type NatsBus } from '../nats-bus.ts';
import { type BackupOptions, backupStreams } from './backup.ts';
import { type BackupServer, openBackupServer } from './backup-server.ts';
import { fillQueue } from './fill-queue.ts';
import { type FoundStream, listStreams } from './found-streams.ts';
import { message, storeAll } from './test-messages.ts';

export { READY_CONSUMER, storeOutcome } from './fill-queue.ts';
export { message, storeAll } from './test-messages.ts';

/** What the tests of this folder share: streams as a runtime leaves them, and a look at all that is in them. */

export interface Disposables {
  after(dispose: () => unknown): void;
}

const PAGE = 1_000;

export async function makeDirectory(t: Disposables): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'autoweave-backup-'));
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

export async function connectBus(url: string, t: Disposables): Promise<NatsBus> {
  const bus = await connectNatsBus({ url, name: 'test', clock: systemClock, random: systemRandom });
  t.after(() => bus[Symbol.asyncDispose]());
  return bus;
}

export async function connectServer(url: string, t: Disposables): Promise<BackupServer> {
  const server = await openBackupServer({ url }, systemClock);
  t.after(() => server[Symbol.asyncDispose]());
  return server;
}

export function save(server: BackupServer, directory: string, options: Partial<BackupOptions> = {}) {
  return backupStreams({
    server,
    directory,
    autoweaveVersion: '1.2.3',
    freeze: noFreeze,
    clock: systemClock,
    ...options,
  });
}

export async function noFreeze(): Promise<AsyncDisposable> {
  return { async [Symbol.asyncDispose]() {} };
}

/** Some MB that no compression makes smaller. */
export async function storeNoise(bus: Bus, megabytes: number): Promise<void> {
  for (let batch = 0; batch < megabytes; batch++) {
    const body = () => Buffer.from(systemRandom.hex(50_000), 'hex');
    await bus.commit(
      'DEAD',
      Array.from({ length: 20 }, (_, index) => ({ subject: `aw.test.dead.noise.${batch}-${index}`, body: body() })),
    );
  }
}

/** Thousands of messages with all that makes a stream more than a list: gaps, cursors, one state per key, timers, consumers. */
export async function fillStreams(bus: NatsBus): Promise<void> {
  const numbers = Array.from({ length: 3_000 }, (_, index) => index);
  const commands = numbers.map((at) => message(`aw.test.cmd.counter.key-${at % 40}`, `{"add":${at}}`));
  await storeAll(bus, 'MAILBOX', commands);
  const partitions = [...(await bus.subjects('MAILBOX', 'aw.test.cmd.>')).keys()];
  // As the owners of partitions do it: each up to another place.
  for (const [index, subject] of partitions.entries()) await bus.trim('MAILBOX', subject, index * 70);
  const cursor = 'aw._sys.cursor.mailbox.events';
  for (const at of [1, 2, 3])
    await bus.commit('MAILBOX', [message(cursor, `${at}`, { replacesEarlier: true }), commands[at]!]);
  await bus.commit('MAILBOX', [
    message('aw.test.timer.counter.late.x.1', '{"add":7}', {
      deliver: { at: systemClock.now() + 3_600_000, to: 'aw.test.cmd.counter.late' },
    }),
  ]);

  await storeAll(
    bus,
    'EVENTS',
    numbers.map((at) => message(`aw.test.evt.counter.added.key-${at % 40}`, `${at}`)),
  );
  await bus.trim('EVENTS', 'aw.test.evt.counter.added.key-7', 2_000);
  // The newest go, too, so that the last sequence is that of no message.
  await bus.trim('EVENTS', 'aw.test.evt.counter.added.key-39', 3_000);
  await storeAll(
    bus,
    'STATE',
    numbers.map((at) => message(`aw.test.state.${at % 64}.counter.key-${at % 500}`, `{"total":${at}}`)),
  );
  await bus.commit('DEAD', [message('aw.test.dead.counter.key-1', 'why')]);
  await fillQueue(bus);
}

export interface Contents {
  readonly streams: readonly FoundStream[];
  readonly consumers: readonly FoundConsumer[];
  readonly messages: Readonly<Partial<Record<StreamName, readonly Stored[]>>>;
}

/** What the server says of a durable of JOBS; what is told of its past deliveries stands in `delivered` and `ack_floor`. */
export interface FoundConsumer {
  readonly name: string;
  readonly config: object;
  readonly delivered: { readonly consumer_seq: number; readonly stream_seq: number };
  readonly ack_floor: { readonly consumer_seq: number; readonly stream_seq: number };
  readonly num_ack_pending: number;
  readonly num_pending: number;
  readonly num_redelivered: number;
}

async function listConsumers(server: BackupServer): Promise<readonly FoundConsumer[]> {
  const { consumers } = await server.api<{ readonly consumers: readonly FoundConsumer[] }>('CONSUMER.LIST.JOBS', {});
  return consumers
    .map(({ name, config, delivered, ack_floor, num_ack_pending, num_pending, num_redelivered }) => ({
      name,
      config,
      delivered: placeOf(delivered),
      ack_floor: placeOf(ack_floor),
      num_ack_pending,
      num_pending,
      num_redelivered,
    }))
    .toSorted((a, b) => a.name.localeCompare(b.name));
}

/**
 * Without the time at which it was last active. One that has given out nothing stands before the first message that there
 * is, or at 0, which means the same.
 */
function placeOf({ consumer_seq, stream_seq }: FoundConsumer['delivered']): FoundConsumer['delivered'] {
  return { consumer_seq, stream_seq: consumer_seq === 0 ? 0 : stream_seq };
}

/** All that can be seen of the streams. */
export async function readContents(bus: Bus, server: BackupServer): Promise<Contents> {
  const messages: Partial<Record<StreamName, readonly Stored[]>> = {};
  for (const stream of STREAM_NAMES) messages[stream] = await readAll(bus, stream);
  const streams = (await listStreams(server)).map(withoutTraces);
  return {
    streams: streams.toSorted((a, b) => a.config.name.localeCompare(b.config.name)),
    consumers: await listConsumers(server),
    messages,
  };
}

export async function readAll(bus: Bus, stream: StreamName): Promise<readonly Stored[]> {
  const found: Stored[] = [];
  for (;;) {
    const page = await bus.page(stream, { from: (found.at(-1)?.sequence ?? 0) + 1, filter: '>', limit: PAGE });
    if (page.length === 0) return found;
    found.push(...page.map(withoutPage));
  }
}

/** One by one, so that what differs is shown and not thousands of messages. */
export function assertSameMessages(actual: readonly Stored[] = [], expected: readonly Stored[] = []): void {
  assert.equal(actual.length, expected.length);
  for (const [index, each] of expected.entries()) assert.deepEqual(actual[index], each);
}

export function assertSameContents(actual: Contents, expected: Contents): void {
  assert.deepEqual(actual.streams, expected.streams);
  assert.deepEqual(actual.consumers, expected.consumers);
  for (const stream of STREAM_NAMES) assertSameMessages(actual.messages[stream], expected.messages[stream]);
}

/** Without what the server says of the page that a message came with. */
function withoutPage(stored: Stored): Stored {
  const { 'Nats-Num-Pending': _pending, 'Nats-Last-Sequence': _last, ...headers } = stored.headers;
  return { ...stored, headers, body: Uint8Array.from(stored.body) };
}

/**
 * Without what means the same and differs: the first sequence of a stream that never held anything (0, and 1 when it
 * came back), the time of a last message that was removed, and where copying begins in a stream that was not copied
 * from before.
 */
function withoutTraces({ config, state }: FoundStream): FoundStream {
  const first_seq = state.messages === 0 ? state.last_seq + 1 : state.first_seq;
  const sources = config.sources?.map(({ opt_start_seq: _start, ...source }) => source);
  return {
    config: { ...config, ...(sources === undefined ? {} : { sources }) },
    state: { ...state, first_seq, ...{ last_ts: undefined } },
  };
}
