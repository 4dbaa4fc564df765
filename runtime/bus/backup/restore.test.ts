import assert from 'node:assert/strict';
import { cp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startTestServer } from '../../../test/harness/nats-server.ts';
import type { AutoWeaveError } from '../../errors/errors.ts';
import {
  assertSameContents,
  connectBus,
  connectServer,
  type Disposables,
  fillStreams,
  makeDirectory,
  message,
  readContents,
  save,
  storeNoise,
} from './backup-world.ts';
import { listStreams } from './found-streams.ts';
import { writeManifest } from './manifest.ts';
import { restoreStreams } from './restore.ts';

let backup: ReturnType<typeof makeBackup>;
const disposals: (() => unknown)[] = [];

before(async () => {
  backup = makeBackup({ after: (dispose) => disposals.push(dispose) });
  await backup;
});
after(async () => {
  for (const dispose of disposals.reverse()) await dispose();
});

async function makeBackup(t: Disposables, megabytes = 0) {
  await using source = await startTestServer();
  const bus = await connectBus(source.url, t);
  await fillStreams(bus);
  await storeNoise(bus, megabytes);
  const server = await connectServer(source.url, t);
  const directory = join(await makeDirectory(t), 'backup');
  const { manifest } = await save(server, directory);
  return { directory, manifest, contents: await readContents(bus, server) };
}

test('restoreStreams refuses a backup that is not whole, before it changes anything', async (t) => {
  const { directory: whole, manifest } = await backup;
  await using target = await startTestServer();
  const server = await connectServer(target.url, t);
  const faults: Record<string, readonly [code: string, what: RegExp, damage: (directory: string) => Promise<unknown>]> =
    {
      'a truncated file': [
        'AW_BACKUP_DAMAGED',
        /EVENTS.snapshot has \d+ bytes/,
        (at) => truncate(join(at, 'EVENTS.snapshot'), 100),
      ],
      'a flipped bit': [
        'AW_BACKUP_DAMAGED',
        /MAILBOX.snapshot has another SHA-256/,
        async (at) => {
          const bytes = await readFile(join(at, 'MAILBOX.snapshot'));
          bytes[bytes.length >> 1]! ^= 1;
          await writeFile(join(at, 'MAILBOX.snapshot'), bytes);
        },
      ],
      'a missing file': ['AW_BACKUP_DAMAGED', /STATE.snapshot is missing/, (at) => rm(join(at, 'STATE.snapshot'))],
      'a changed manifest': [
        'AW_BACKUP_DAMAGED',
        /manifest.json was changed/,
        async (at) => {
          const text = await readFile(join(at, 'manifest.json'), 'utf8');
          await writeFile(join(at, 'manifest.json'), text.replace('"num_replicas": 1', '"num_replicas": 3'));
        },
      ],
      'a manifest that is no JSON': ['AW_BACKUP_DAMAGED', /no JSON/, (at) => truncate(join(at, 'manifest.json'), 50)],
      'a manifest that names a file elsewhere': [
        'AW_BACKUP_DAMAGED',
        /names the file/,
        async (at) => {
          await rm(join(at, 'manifest.json'));
          const streams = manifest.streams.map((stream) => ({ ...stream, file: `../${stream.file}` }));
          await writeManifest(at, { ...manifest, streams });
        },
      ],
      'another version': [
        'AW_BACKUP_VERSION',
        /has format 2/,
        async (at) => {
          await rm(join(at, 'manifest.json'));
          await writeManifest(at, { ...manifest, format: 2 as 1 });
        },
      ],
      'no manifest': ['AW_BACKUP_NOT_FOUND', /no manifest.json/, (at) => rm(join(at, 'manifest.json'))],
    };
  for (const [name, [code, what, damage]] of Object.entries(faults)) {
    await t.test(name, async () => {
      const directory = join(await makeDirectory(t), 'copy');
      await cp(whole, directory, { recursive: true });
      await damage(directory);
      await assert.rejects(restoreStreams({ server, directory, isReplacing: true }), (error: AutoWeaveError) => {
        assert.equal(error.code, code);
        assert.match(error.message, what);
        assert.ok(error.hint);
        return true;
      });
      assert.deepEqual(await listStreams(server), []);
    });
  }
  await t.test('control: the whole one is restored', async () => {
    await restoreStreams({ server, directory: whole });
    assert.equal((await listStreams(server)).length, manifest.streams.length);
  });
});

test('restoreStreams refuses a server that has streams of ours; with replace they make room, and others stay', async (t) => {
  const { directory, contents } = await backup;
  await using target = await startTestServer();
  const server = await connectServer(target.url, t);
  await server.api('STREAM.CREATE.OTHER', { name: 'OTHER', subjects: ['other'], storage: 'file' });
  const bus = await connectBus(target.url, t);
  await bus.commit('EVENTS', [message('aw.test.evt.counter.added.a', 'of before')]);

  await assert.rejects(restoreStreams({ server, directory }), (error: AutoWeaveError) => {
    assert.equal(error.code, 'AW_RESTORE_NOT_EMPTY');
    assert.match(error.hint!, /--replace/);
    return true;
  });
  assert.equal((await bus.streamStatus('EVENTS')).lastSequence, 1, 'nothing was changed');

  await restoreStreams({ server, directory, isReplacing: true });
  const found = await readContents(bus, server);
  const isOther = ({ config }: (typeof found.streams)[number]) => config.name === 'OTHER';
  assert.ok(found.streams.some(isOther));
  assertSameContents({ ...found, streams: found.streams.filter((each) => !isOther(each)) }, contents);
});

test("restoreStreams leaves a stream alone that is not AutoWeave's, also with replace", async (t) => {
  const { directory } = await backup;
  await using target = await startTestServer();
  const server = await connectServer(target.url, t);
  await server.api('STREAM.CREATE.EVENTS', { name: 'EVENTS', subjects: ['mine'], storage: 'file' });
  await assert.rejects(restoreStreams({ server, directory, isReplacing: true }), { code: 'AW_STREAM_REFUSED' });
  assert.deepEqual(
    (await listStreams(server)).map(({ config }) => config.name),
    ['EVENTS'],
  );
});

test('restoreStreams refuses a server that is older than the one of the backup, and takes a newer one', async (t) => {
  const { directory, manifest } = await backup;
  await using target = await startTestServer();
  const server = await connectServer(target.url, t);
  await assert.rejects(restoreStreams({ server: { ...server, version: '2.9.9' }, directory }), {
    code: 'AW_NATS_TOO_OLD',
  });
  await restoreStreams({ server: { ...server, version: '99.0.0' }, directory });
  assert.equal((await listStreams(server)).length, manifest.streams.length);
});

test('a restore that is broken off halfway leaves nothing; one whose server dies says so, and can be repeated', async (t) => {
  const { directory, contents } = await makeBackup(t, 20);
  await using target = await startTestServer();
  const server = await connectServer(target.url, t);
  const abort = new AbortController();
  await assert.rejects(
    restoreStreams({
      server,
      directory,
      signal: abort.signal,
      onProgress: ({ stream }) => void (stream === 'DEAD' && abort.abort(new Error('enough'))),
    }),
    (error: AutoWeaveError) => {
      assert.equal(error.code, 'AW_RESTORE_FAILED');
      assert.match(error.message, /removed again/);
      return true;
    },
  );
  assert.deepEqual(await listStreams(server), []);

  let killed: Promise<void> | undefined;
  await assert.rejects(
    restoreStreams({
      server,
      directory,
      onProgress({ stream, bytes }) {
        if (stream === 'DEAD' && bytes > 1e6) killed ??= target.kill();
      },
    }),
    (error: AutoWeaveError) => {
      assert.equal(error.code, 'AW_RESTORE_FAILED');
      assert.match(error.message, /a part of STATE, DEAD may be there/);
      assert.match(error.hint!, /--replace/);
      return true;
    },
  );
  await killed;
  await target.restart();
  const again = await connectServer(target.url, t);
  // What a dead server left is in the way of a plain restore.
  await assert.rejects(restoreStreams({ server: again, directory }), { code: 'AW_RESTORE_NOT_EMPTY' });
  await restoreStreams({ server: again, directory, isReplacing: true });
  assertSameContents(await readContents(await connectBus(target.url, t), again), contents);
});

test('restoreStreams says what to do when the server is too slow to store a block', async (t) => {
  const { directory } = await backup;
  await using target = await startTestServer();
  const server = await connectServer(target.url, t);
  const error = { code: 500, err_code: 10062, description: 'restore failed: io: read/write on closed pipe' };
  const slow = { ...server, send: async () => new TextEncoder().encode(JSON.stringify({ error })) };
  await assert.rejects(restoreStreams({ server: slow, directory }), {
    code: 'AW_RESTORE_FAILED',
    message: /set sync_interval there to another value/,
  });
});
