import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { systemClock } from '../../runtime/clock/system-clock.ts';
import type { Log } from '../../runtime/telemetry/log.ts';
import { createLog, noLog } from '../../runtime/telemetry/log.ts';
import { overwriteTable } from '../../test/harness/damaged-sqlite.ts';
import { conformance } from './memory-index-conformance.ts';
import type { MemoryChange } from './memory-index-port.ts';
import { openSqliteIndex, type SqliteIndex } from './sqlite-index.ts';

let folder = '';
let count = 0;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'autoweave-memory-'));
});
after(() => rm(folder, { recursive: true, force: true }));

const newFile = () => join(folder, `${++count}.sqlite`);
const openIndex = (file = newFile(), log: Log = noLog) => openSqliteIndex({ file, clock: systemClock, log });

conformance('SQLite', async () => openIndex());

const T = 'test';

function remembered(id: string, text: string): MemoryChange {
  const time = '2026-01-01T00:00:00.000Z';
  return { id, at: 1, memory: { text, createdAt: time, updatedAt: time } };
}

async function filled(file: string, text = 'a secret word'): Promise<void> {
  await using index = openIndex(file);
  await index.clear(T, '0');
  await index.apply(T, [remembered('a', text)], { from: '0', to: '1' });
}

const idsOf = async (index: SqliteIndex, query: string) =>
  (await index.search({ tenant: T, query, first: 9 }))?.memories.map(({ id }) => id);

function loggedTo(lines: string[]): Log {
  return createLog({ level: 'warn', format: 'json', clock: systemClock, write: (line) => lines.push(line) });
}

describe('openSqliteIndex', () => {
  test('finds its content again, in a file that is ours alone', async () => {
    const file = newFile();
    await filled(file);
    await using index = openIndex(file);
    assert.deepEqual([await index.position(T), await idsOf(index, 'secret')], ['1', ['a']]);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    assert.equal((await stat(`${file}-wal`)).mode & 0o777, 0o600);
  });

  test('leaves nothing in its files of what is forgotten or replaced', async () => {
    const file = newFile();
    await filled(file, `xyzzy ${'plugh '.repeat(2_000)}`);
    await using index = openIndex(file);
    assert.equal(await index.position(T), '1');
    const bytes = async () => Buffer.concat([await readFile(file), await readFile(`${file}-wal`)]).toString('latin1');
    assert.match(await bytes(), /xyzzy/);
    await index.apply(T, [{ id: 'a', at: 2 }, remembered('b', 'another')], { from: '1', to: '2' });
    assert.doesNotMatch(await bytes(), /xyzzy|plugh/);
    await index.apply(T, [remembered('b', 'frobozz')], { from: '2', to: '3' });
    await index.apply(T, [remembered('b', 'harmless')], { from: '3', to: '4' });
    assert.doesNotMatch(await bytes(), /another|frobozz/);
  });

  test('says that it could not overwrite what is forgotten, and does so as soon as it can', async () => {
    const file = newFile();
    await using index = openIndex(file);
    await index.clear(T, '0');
    using reader = new DatabaseSync(file);
    reader.exec('BEGIN; SELECT count(*) FROM memories');
    await index.apply(T, [remembered('a', 'xyzzy')], { from: '0', to: '1' });
    const forgetting = index.apply(T, [{ id: 'a', at: 2 }], { from: '1', to: '2' });
    await assert.rejects(forgetting, { code: 'AW_MEMORY_INDEX_FAILED', message: /another program reads it/ });
    assert.match(await readFile(`${file}-wal`, 'latin1'), /xyzzy/);
    reader.exec('COMMIT');
    assert.equal(await index.position(T), '2');
    assert.equal((await stat(`${file}-wal`)).size, 0);
  });

  for (const [what, spoil] of [
    ['is no database', (file: string) => writeFile(file, 'x'.repeat(5_000))],
    [
      'is of a newer version',
      async (file: string) => {
        using db = new DatabaseSync(file);
        db.exec('PRAGMA user_version = 2');
      },
    ],
  ] as const) {
    test(`sets a file aside that ${what}, says so, and begins anew`, async () => {
      const file = newFile();
      await filled(file);
      await spoil(file);
      const lines: string[] = [];
      await using index = openIndex(file, loggedTo(lines));
      assert.deepEqual([await index.position(T), await idsOf(index, 'secret')], [undefined, undefined]);
      assert.equal(lines.length, 1);
      assert.match(lines[0]!, /"memory\.index_set_aside".*\.sqlite\.aside/);
      await stat(`${file}.aside`);
      await index.clear(T, '0');
      assert.equal(await index.apply(T, [remembered('a', 'tea')], { from: '0', to: '1' }), true);
      assert.deepEqual(await idsOf(index, 'tea'), ['a']);
    });
  }

  test('sets a file aside that turns out to be damaged while it is open', async () => {
    const file = newFile();
    await filled(file);
    await overwriteTable(file, 'words_data');
    const lines: string[] = [];
    await using index = openIndex(file, loggedTo(lines));
    assert.equal(await index.position(T), '1');
    assert.equal(await idsOf(index, 'secret'), undefined);
    assert.deepEqual([await index.position(T), lines.length], [undefined, 1]);
  });

  test('fails with a code where it cannot write, and goes on when it can', async () => {
    const parent = newFile();
    await using index = openIndex(join(parent, 'memory.sqlite'));
    await assert.rejects(index.position(T), { code: 'AW_MEMORY_INDEX_FAILED' });
    await mkdir(parent);
    assert.equal(await index.position(T), undefined);
  });

  test('refuses searches beyond a bound, and whatever comes after it was closed', async () => {
    const index = openIndex();
    const asked = Array.from({ length: 80 }, () => idsOf(index, 'tea'));
    const others = [index.counts(T, []), index.position(T)];
    const refused = (await Promise.allSettled(asked)).filter((result) => result.status === 'rejected');
    assert.equal(refused.length, 16);
    assert.ok(refused.every(({ reason }) => reason.code === 'AW_MEMORY_BUSY'));
    await Promise.all(others);
    await index[Symbol.asyncDispose]();
    await assert.rejects(index.counts(T, []), { code: 'AW_MEMORY_INDEX_FAILED' });
  });

  test('takes changes in between searches, however many wait', async () => {
    await using index = openIndex();
    await index.clear(T, '0');
    const order: string[] = [];
    const note = (what: string) => () => void order.push(what);
    const searches = Array.from({ length: 20 }, () => idsOf(index, 'tea').then(note('search')));
    const change = async (at: number) => {
      await index.apply(T, [], { from: `${at}`, to: `${at + 1}` });
      note('change')();
    };
    await Promise.all([...searches, change(0).then(() => change(1))]);
    assert.deepEqual(order.slice(0, 4), ['search', 'change', 'search', 'change']);
  });

  test('keeps no place for what cannot be handed over', async () => {
    await using index = openIndex();
    await index.clear(T, '0');
    const memory = { ...remembered('a', 'tea').memory!, text: (() => 'tea') as unknown as string };
    const search = { tenant: T, first: 1, query: memory.text };
    await assert.rejects(index.apply(T, [{ id: 'a', at: 1, memory }], { from: '0', to: '1' }), /could not be cloned/);
    for (let time = 0; time < 70; time++) await assert.rejects(index.search(search), /could not be cloned/);
    assert.deepEqual(await idsOf(index, 'tea'), []);
  });

  test('says that its thread has crashed, starts it again once, and loses nothing', async () => {
    const entry = join(folder, 'crashing.ts');
    const worker = new URL('./sqlite-worker.ts', import.meta.url);
    // Before the real one is told: it ends in the middle of its work.
    await writeFile(
      entry,
      `import { parentPort } from 'node:worker_threads';
       parentPort.on('message', (request) => {
         if (request?.values?.[0]?.query === 'crash') process.exit(7);
       });
       await import(${JSON.stringify(worker.href)});`,
    );
    const lines: string[] = [];
    const file = newFile();
    await filled(file);
    const options = { file, clock: systemClock, log: loggedTo(lines), entry: pathToFileURL(entry) };
    await using index = openSqliteIndex(options);
    const crash = () =>
      assert.rejects(idsOf(index, 'crash'), { code: 'AW_MEMORY_INDEX_FAILED', message: /ended with 7/ });
    await index.apply(T, [remembered('b', 'secret, too')], { from: '1', to: '2' });
    await crash();
    assert.deepEqual(await idsOf(index, 'secret'), ['b', 'a']);
    await crash();
    await assert.rejects(idsOf(index, 'secret'), { code: 'AW_MEMORY_INDEX_FAILED' });
    assert.match((await index.broken).message, /ended with 7/);
    assert.equal(lines.filter((line) => line.includes('memory.index_crashed')).length, 2);
  });
});
