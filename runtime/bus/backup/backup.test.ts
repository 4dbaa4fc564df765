import assert from 'node:assert/strict';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { jetstream } from '@nats-io/jetstream';
import { startTestServer } from '../../../test/harness/nats-server.ts';
import { until } from '../../../test/harness/until.ts';
import { systemClock } from '../../clock/system-clock.ts';
import type { AutoWeaveError } from '../../errors/errors.ts';
import { STREAM_NAMES } from '../bus.ts';
import {
  assertSameContents,
  assertSameMessages,
  connectBus,
  connectServer,
  fillStreams,
  makeDirectory,
  message,
  readAll,
  readContents,
  save,
  storeNoise,
} from './backup-world.ts';
import type { FoundStream } from './found-streams.ts';
import { restoreStreams } from './restore.ts';

test('backupStreams and restoreStreams bring back every stream, message, sequence, header and time', async (t) => {
  await using source = await startTestServer();
  await using target = await startTestServer();
  const sourceBus = await connectBus(source.url, t);
  await fillStreams(sourceBus);
  const sourceServer = await connectServer(source.url, t);
  const directory = join(await makeDirectory(t), 'deep', 'backup');
  const { manifest } = await save(sourceServer, directory);
  const before = await readContents(sourceBus, sourceServer);
  assert.ok(before.messages.MAILBOX!.length > 1_000 && before.messages.EVENTS!.length > 2_500);
  assert.ok(before.messages.JOBS!.length > 390 && before.messages.FAILED!.length === 19);

  const targetServer = await connectServer(target.url, t);
  await restoreStreams({ server: targetServer, directory });
  const targetBus = await connectBus(target.url, t);
  const after = await readContents(targetBus, targetServer);
  assertSameContents(after, before);

  // Control: the comparison sees one message more.
  await targetBus.commit('DEAD', [message('aw.test.dead.counter.key-2', 'more')]);
  const more = await readContents(targetBus, targetServer);
  assert.throws(() => assertSameContents(more, before));
  assert.throws(() => assertSameMessages(more.messages.DEAD, before.messages.DEAD));

  assert.deepEqual(
    manifest.streams.map(({ name }) => name),
    ['STATE', 'DEAD', 'EVENTS', 'HISTORY', 'MAILBOX', 'JOBS', 'FAILED', 'JOBLOG', 'CONTROL'],
  );
  const states = Object.fromEntries(manifest.streams.map(({ name, state }) => [name, state.last_seq]));
  const sequences = Object.fromEntries(before.streams.map(({ config, state }) => [config.name, state.last_seq]));
  assert.deepEqual(states, sequences);
});

test('a backup lets nobody else read it', async (t) => {
  await using server = await startTestServer();
  await connectBus(server.url, t);
  const directory = join(await makeDirectory(t), 'backup');
  await save(await connectServer(server.url, t), directory);
  assert.equal((await stat(directory)).mode & 0o777, 0o700);
  const files = await readdir(directory);
  assert.deepEqual(files.toSorted(), [...STREAM_NAMES.map((name) => `${name}.snapshot`).toSorted(), 'manifest.json']);
  for (const file of files) assert.equal((await stat(join(directory, file))).mode & 0o777, 0o600, file);
  const manifest = JSON.parse(await readFile(join(directory, 'manifest.json'), 'utf8'));
  assert.equal(manifest.format, 1);
  assert.equal(manifest.autoweave, '1.2.3');
});

test('a mailbox that was trimmed to nothing keeps its last sequence', async (t) => {
  await using source = await startTestServer();
  await using target = await startTestServer();
  const bus = await connectBus(source.url, t);
  for (let at = 0; at < 300; at++) await bus.commit('MAILBOX', [message(`aw.test.cmd.counter.key-${at}`, '1')]);
  await bus.trim('MAILBOX', '>', 300);
  assert.deepEqual(await readAll(bus, 'MAILBOX'), []);
  const { lastSequence } = await bus.streamStatus('MAILBOX');
  assert.equal(lastSequence, 300);

  const directory = join(await makeDirectory(t), 'backup');
  await save(await connectServer(source.url, t), directory);
  await restoreStreams({ server: await connectServer(target.url, t), directory });
  const restored = await connectBus(target.url, t);
  assert.deepEqual(await restored.streamStatus('MAILBOX'), await bus.streamStatus('MAILBOX'));
  const { sequence } = await restored.publish(message('aw.test.cmd.counter.a', '1'), 'new', t.signal);
  assert.equal(sequence, 301);
});

test('a schedule that waits comes due on the other server, and an id is still known there', async (t) => {
  await using source = await startTestServer();
  await using target = await startTestServer();
  const bus = await connectBus(source.url, t);
  const first = await bus.publish(message('aw.test.cmd.counter.a', '1'), 'only-once', t.signal);
  const server = await connectServer(source.url, t);
  const parent = await makeDirectory(t);
  let waitMs = 1_500;
  // Where the backup takes longer than it waits, another one that waits longer.
  const { deliver, timer, directory, key } = await until(async () => {
    waitMs *= 2;
    const deliver = { at: systemClock.now() + waitMs, to: `aw.test.cmd.counter.soon${waitMs}` };
    const [timer, directory] = [`aw.test.timer.counter.soon.x.${waitMs}`, join(parent, String(waitMs))];
    await bus.commit('MAILBOX', [message(timer, '{"add":7}', { deliver })]);
    await save(server, directory);
    const isWaiting = (await bus.subjects('MAILBOX', timer)).size === 1;
    return isWaiting && { deliver, timer, directory, key: `soon${waitMs}` };
  }, 'a schedule that waits when the backup is done');
  await source.kill();

  await restoreStreams({ server: await connectServer(target.url, t), directory });
  // nats-server reads the ids from a restored stream when it starts.
  await target.kill();
  await target.restart();
  const restored = await connectBus(target.url, t);
  const again = await restored.publish(message('aw.test.cmd.counter.a', '1'), 'only-once', t.signal);
  assert.deepEqual(again, { sequence: first.sequence, isDuplicate: true });
  const due = await until(() => restored.last('MAILBOX', `aw.test.cmd.*.counter.${key}`), 'the timer');
  assert.equal(new TextDecoder().decode(due.body), '{"add":7}');
  assert.ok(due.storedAt >= deliver.at);
  await until(async () => (await restored.subjects('MAILBOX', timer)).size === 0, 'the timer to be gone');
});

test('a durable consumer of somebody else goes on where it was', async (t) => {
  await using source = await startTestServer();
  await using target = await startTestServer();
  const bus = await connectBus(source.url, t);
  for (const at of [1, 2, 3]) await bus.commit('EVENTS', [message('aw.test.evt.counter.added.a', `${at}`)]);
  const server = await connectServer(source.url, t);
  await server.api('CONSUMER.CREATE.EVENTS.mine', {
    stream_name: 'EVENTS',
    config: { durable_name: 'mine', ack_policy: 'explicit', deliver_policy: 'all' },
  });
  const next = async ({ connection }: typeof server) => {
    const consumer = await jetstream(connection).consumers.get('EVENTS', 'mine');
    const found = await consumer.next();
    await found!.ackAck();
    return found!.string();
  };
  assert.equal(await next(server), '1');

  const directory = join(await makeDirectory(t), 'backup');
  await save(server, directory);
  const restored = await connectServer(target.url, t);
  await restoreStreams({ server: restored, directory });
  assert.equal(await next(restored), '2');
});

test('what is appended to the mailbox meanwhile is no obstacle; a backup holds no command twice', async (t) => {
  await using source = await startTestServer();
  await using target = await startTestServer();
  const bus = await connectBus(source.url, t);
  await fillStreams(bus);
  const sent: Promise<unknown>[] = [];
  const directory = join(await makeDirectory(t), 'backup');
  const { manifest } = await save(await connectServer(source.url, t), directory, {
    onProgress: () => sent.push(bus.publish(message('aw.test.cmd.counter.a', '1'), `late-${sent.length}`, t.signal)),
  });
  await Promise.all(sent);
  assert.ok(sent.length >= 5);
  await restoreStreams({ server: await connectServer(target.url, t), directory });
  const restored = await readAll(await connectBus(target.url, t), 'MAILBOX');
  const original = await readAll(bus, 'MAILBOX');
  assertSameMessages(restored, original.slice(0, restored.length));
  assert.ok(restored.at(-1)!.sequence >= manifest.streams.find(({ name }) => name === 'MAILBOX')!.state.last_seq);
});

test('a stream that moves makes the cut be taken again; one that never rests is refused', async (t) => {
  await using source = await startTestServer();
  await using target = await startTestServer();
  const bus = await connectBus(source.url, t);
  const server = await connectServer(source.url, t);
  const parent = await makeDirectory(t);
  const write = () => bus.commit('STATE', [message('aw.test.state.1.counter.a', 'x')]);

  // The write is stored when the next stream's snapshot is asked for: the one connection keeps their order.
  let isFirst = true;
  const pending: Promise<unknown>[] = [];
  const { manifest } = await save(server, join(parent, 'once'), {
    onProgress({ stream, isDone }) {
      if (!isFirst || stream !== 'STATE' || !isDone) return;
      isFirst = false;
      pending.push(write());
    },
  });
  await Promise.all(pending);
  await restoreStreams({ server: await connectServer(target.url, t), directory: join(parent, 'once') });
  const restored = await connectBus(target.url, t);
  assert.equal((await restored.streamStatus('STATE')).lastSequence, (await bus.streamStatus('STATE')).lastSequence);
  assert.equal(manifest.streams[0]!.state.last_seq, 1);

  await assert.rejects(
    save(server, join(parent, 'never'), {
      onProgress: ({ stream }) => void (stream === 'STATE' && pending.push(write())),
    }),
    { code: 'AW_BACKUP_UNSTEADY' },
  );
  await Promise.all(pending);
  assert.deepEqual(await readdir(parent), ['once']);
});

test('a mailbox that messages leave during each snapshot is refused', async (t) => {
  await using source = await startTestServer();
  const bus = await connectBus(source.url, t);
  const server = await connectServer(source.url, t);
  for (let at = 0; at < 40; at++) await bus.commit('MAILBOX', [message('aw.test.cmd.counter.a', '1')]);
  let upTo = 0;
  const parent = await makeDirectory(t);
  // Like a schedule that comes due, it takes a message out of its place.
  const leaving = { ...server, api: withTrim } as typeof server;
  async function withTrim<Answer>(subject: string, ...rest: [object?, number?]): Promise<Answer> {
    if (subject === 'STREAM.SNAPSHOT.MAILBOX') await bus.trim('MAILBOX', 'aw.test.cmd.*.counter.a', ++upTo);
    return server.api<Answer>(subject, ...rest);
  }
  await assert.rejects(save(leaving, join(parent, 'backup')), (error: AutoWeaveError) => {
    assert.equal(error.code, 'AW_BACKUP_UNSTEADY');
    assert.match(error.message, /^MAILBOX/);
    return true;
  });
  assert.equal(upTo, 10, 'it was tried as often');
  assert.deepEqual(await readdir(parent), []);
});

test('a backup is taken between freeze and thaw, and there is none when the freeze did not hold', async (t) => {
  await using source = await startTestServer();
  await connectBus(source.url, t);
  const server = await connectServer(source.url, t);
  const parent = await makeDirectory(t);
  const steps: string[] = [];
  const freeze = (thaw: () => void) => async () => {
    steps.push('freeze');
    return {
      async [Symbol.asyncDispose]() {
        thaw();
        steps.push('thaw');
      },
    };
  };
  await save(server, join(parent, 'good'), {
    freeze: freeze(() => undefined),
    onProgress: ({ isDone, stream }) => void (isDone && steps.push(stream)),
  });
  assert.deepEqual([steps.at(0), steps.length, steps.at(-1)], ['freeze', STREAM_NAMES.length + 2, 'thaw']);

  const refusal = new Error('it went on');
  const throwing = () => {
    throw refusal;
  };
  await assert.rejects(save(server, join(parent, 'bad'), { freeze: freeze(throwing) }), refusal);
  await assert.rejects(save(server, join(parent, 'bad'), { freeze: async () => throwing() }), refusal);
  assert.deepEqual(await readdir(parent), ['good']);
});

test('a server that is killed during the backup, and an abort, leave no backup', async (t) => {
  await using source = await startTestServer();
  const bus = await connectBus(source.url, t);
  await storeNoise(bus, 30);
  const parent = await makeDirectory(t);
  const server = await connectServer(source.url, t);
  const abort = new AbortController();
  const reason = new Error('enough');
  await assert.rejects(
    save(server, join(parent, 'backup'), {
      signal: abort.signal,
      onProgress: ({ stream, bytes }) => void (stream === 'DEAD' && bytes > 1e6 && abort.abort(reason)),
    }),
    reason,
  );
  assert.deepEqual(await readdir(parent), []);

  let killed: Promise<void> | undefined;
  await assert.rejects(
    save(server, join(parent, 'backup'), {
      onProgress({ stream, bytes }) {
        if (stream === 'DEAD' && bytes > 1e6) killed ??= source.kill();
      },
    }),
    { code: 'AW_BROKER_UNAVAILABLE' },
  );
  await killed;
  assert.deepEqual(await readdir(parent), []);

  // Control: with the server up, it is there.
  await source.restart();
  await save(await connectServer(source.url, t), join(parent, 'backup'));
  assert.deepEqual(await readdir(parent), ['backup']);
});

test('backupStreams refuses a name that is taken, a place that cannot be, and a server without our streams', async (t) => {
  await using source = await startTestServer();
  const server = await connectServer(source.url, t);
  const parent = await makeDirectory(t);
  await server.api('STREAM.CREATE.OTHER', { name: 'OTHER', subjects: ['other'], storage: 'file' });
  await assert.rejects(save(server, join(parent, 'backup')), { code: 'AW_BACKUP_EMPTY' });
  const bus = await connectBus(source.url, t);
  await save(server, join(parent, 'backup'));
  await assert.rejects(save(server, join(parent, 'backup')), { code: 'AW_BACKUP_EXISTS' });
  await assert.rejects(save(server, join(parent, 'backup', 'manifest.json')), { code: 'AW_BACKUP_EXISTS' });
  await assert.rejects(save(server, join(parent, 'backup', 'manifest.json', 'x')), { code: 'AW_BACKUP_UNWRITABLE' });
  assert.equal((await readdir(join(parent, 'backup'))).length, STREAM_NAMES.length + 1, 'what is there stays');
  assert.ok((await server.api<FoundStream>('STREAM.INFO.OTHER')).config.name === 'OTHER' && bus.status.isConnected);
});
