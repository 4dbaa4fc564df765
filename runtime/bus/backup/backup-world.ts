import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemRandom } from '../../clock/random.ts';
import { systemClock } from '../../clock/system-clock.ts';
import { type Bus, type Outgoing, STREAM_NAMES, type Stored, type StreamName } from '../bus.ts';
import { connectNatsBus } from '../nats-bus.ts';
import { type BackupOptions, backupStreams } from './backup.ts';
import { type BackupServer, openBackupServer } from './backup-server.ts';
import { type FoundStream, listStreams } from './found-streams.ts';

/** What the tests of this folder share: streams as a runtime leaves them, and a look at all that is in them. */

export interface Disposables {
  after(dispose: () => unknown): void;
}

const PAGE = 1_000;
const BATCH = 500;

export async function makeDirectory(t: Disposables): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'autoweave-backup-'));
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

export async function connectBus(url: string, t: Disposables): Promise<Bus> {
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

/** Stores in batches of one stream. */
export async function storeAll(bus: Bus, stream: StreamName, messages: readonly Outgoing[]): Promise<void> {
  for (let at = 0; at < messages.length; at += BATCH) await bus.commit(stream, messages.slice(at, at + BATCH));
}

export function message(subject: string, text: string, rest: Partial<Outgoing> = {}): Outgoing {
  return { subject, body: new TextEncoder().encode(text), headers: { 'aw-note': `of ${subject}` }, ...rest };
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

/** Thousands of messages with all that makes a stream more than a list: gaps, cursors, one state per key, a timer. */
export async function fillStreams(bus: Bus): Promise<void> {
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
}

export interface Contents {
  readonly streams: readonly FoundStream[];
  readonly messages: Readonly<Partial<Record<StreamName, readonly Stored[]>>>;
}

/** All that can be seen of the streams. */
export async function readContents(bus: Bus, server: BackupServer): Promise<Contents> {
  const messages: Partial<Record<StreamName, readonly Stored[]>> = {};
  for (const stream of STREAM_NAMES) messages[stream] = await readAll(bus, stream);
  const streams = (await listStreams(server)).map(withoutTraces);
  return { streams: streams.toSorted((a, b) => a.config.name.localeCompare(b.config.name)), messages };
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
  for (const stream of STREAM_NAMES) assertSameMessages(actual.messages[stream], expected.messages[stream]);
}

/** Without what the server says of the page that a message came with. */
function withoutPage(stored: Stored): Stored {
  const { 'Nats-Num-Pending': _pending, 'Nats-Last-Sequence': _last, ...headers } = stored.headers;
  return { ...stored, headers, body: Uint8Array.from(stored.body) };
}

/**
 * Without what means the same and differs: the first sequence of a stream that never held anything (0, and 1 when it
 * came back), and the time of a last message that was removed.
 */
function withoutTraces({ config, state }: FoundStream): FoundStream {
  const first_seq = state.messages === 0 ? state.last_seq + 1 : state.first_seq;
  return { config, state: { ...state, first_seq, ...{ last_ts: undefined } } };
}
