import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { FoundMemories, FoundMemory, MemoryChange, MemoryIndex, MemorySearch } from './memory-index-port.ts';

/** What every index of memories does, whatever else it can find. `open` gives a new one without content. */
export function conformance(name: string, open: () => Promise<MemoryIndex>): void {
  describe(`${name} as an index of memories`, () => {
    let index: MemoryIndex;
    let tenants = 0;

    before(async () => {
      index = await open();
    });
    after(() => index[Symbol.asyncDispose]());

    /** A tenant that no other test has, with these memories; a later one is newer. */
    async function tenantWith(memories: Readonly<Record<string, string | Partial<FoundMemory>>>): Promise<string> {
      const tenant = `tenant-${++tenants}`;
      await index.clear(tenant, '0');
      const changes = Object.entries(memories).map(([id, more], at) =>
        remembered(id, at + 1, typeof more === 'string' ? { text: more } : more),
      );
      assert.equal(await index.apply(tenant, changes, { from: '0', to: '1' }), true);
      return tenant;
    }

    const idsOf = async (tenant: string, query?: string, more: Partial<MemorySearch> = {}) => {
      const search = { tenant, first: 100, ...(query === undefined ? {} : { query }), ...more };
      return (await index.search(search))!.memories.map(({ id }) => id);
    };
    const count = async (tenant: string, agentId?: string) => (await index.counts(tenant, [agentId]))?.[0];

    test('keeps its position with its content, and refuses what begins elsewhere', async () => {
      assert.equal(await index.position('nobody'), undefined);
      const tenant = await tenantWith({ a: 'tea' });
      assert.equal(await index.position(tenant), '1');
      assert.equal(await index.apply(tenant, [remembered('b', 2)], { from: '0', to: '2' }), false);
      assert.equal(await index.apply('nobody', [remembered('b', 2)], { from: '0', to: '2' }), false);
      assert.deepEqual([await idsOf(tenant), await index.position(tenant)], [['a'], '1']);
    });

    test('gives back what it was given', async () => {
      const memory = { agentId: 'a1', metadata: { deep: [{ er: null }] }, text: 'tea "for" two\n\ttomorrow 🎉' };
      const tenant = await tenantWith({ a: memory });
      const { memories, ...page } = (await index.search({ tenant, first: 1 }))!;
      assert.deepEqual(page, { total: 1 });
      assert.deepEqual(memories, [{ id: 'a', ...memory, createdAt: timeOf(0), updatedAt: timeOf(1) }]);
    });

    test('replaces, removes, and keeps what it has from later', async () => {
      const tenant = await tenantWith({ a: 'green tea', b: 'black tea', c: 'water' });
      const changes = [
        remembered('a', 10, { text: 'coffee' }),
        { id: 'b', at: 10 },
        remembered('c', 2, { text: 'stale' }),
        { id: 'c', at: 2 },
        { id: 'unknown', at: 10 },
      ];
      await index.apply(tenant, changes, { from: '1', to: '2' });
      assert.deepEqual(await idsOf(tenant), ['a', 'c']);
      assert.deepEqual([await idsOf(tenant, 'tea'), await idsOf(tenant, 'stale')], [[], []]);
      assert.deepEqual([await idsOf(tenant, 'coffee'), await idsOf(tenant, 'water')], [['a'], ['c']]);
      assert.equal(await count(tenant), 2);
    });

    test('clears one tenant and leaves the others', async () => {
      const [first, second] = [await tenantWith({ a: 'tea' }), await tenantWith({ a: 'tea', b: 'tea' })];
      await index.clear(first, '7');
      assert.deepEqual([await idsOf(first), await idsOf(first, 'tea'), await index.position(first)], [[], [], '7']);
      assert.deepEqual([await idsOf(second, 'tea'), await count(second)], [['b', 'a'], 2]);
    });

    test('shows a tenant nothing of another one', async () => {
      const [mine, other] = [await tenantWith({ a: 'tea for me' }), await tenantWith({ a: 'a secret', b: 'tea' })];
      assert.deepEqual([await idsOf(mine, 'secret'), await idsOf(mine, 'tea')], [[], ['a']]);
      await index.apply(mine, [{ id: 'b', at: 99 }], { from: '1', to: '2' });
      assert.deepEqual(await idsOf(other), ['b', 'a']);
      assert.deepEqual([await count(mine), await count(other), await count('nobody')], [1, 2, undefined]);
      assert.equal(await index.search({ tenant: 'nobody', first: 1 }), undefined);
    });

    test('finds by words, whatever their case, accents and place; the last one may be half typed', async () => {
      const tenant = await tenantWith({
        a: 'Die Tür der Küche klemmt',
        b: 'Serial SN-4711/B, ordered in Köln',
        c: 'Tor',
      });
      for (const query of ['tur', 'TÜR', 'kuche klem', 'klemmt "Tür', 'die tür der küche kl'])
        assert.deepEqual(await idsOf(tenant, query), ['a'], query);
      for (const query of ['4711', 'sn-4711/b', 'koln', 'SN 47'])
        assert.deepEqual(await idsOf(tenant, query), ['b'], query);
      assert.deepEqual(await idsOf(tenant, 'kuch die'), ['a'], 'by the other word');
      assert.deepEqual(await idsOf(tenant, 'kuch'), ['a']);
      assert.deepEqual(await idsOf(tenant, 'uche'), []);
    });

    test('puts those with all words first, then those with some, the best first', async () => {
      const tenant = await tenantWith({
        one: 'tea tea tea tea',
        all: `coffee, ${'and much else '.repeat(20)} tea`,
        none: 'water',
        other: `coffee ${'and much else '.repeat(20)}`,
      });
      const { memories, total } = (await index.search({ tenant, query: 'tea coffee', first: 10 }))!;
      assert.equal(memories[0]?.id, 'all');
      assert.deepEqual([memories.map(({ id }) => id).sort(), total], [['all', 'one', 'other'], 3]);
      const scores = memories.map(({ score }) => score!);
      assert.deepEqual(
        scores,
        scores.toSorted((a, b) => b - a),
      );
      assert.ok(scores[0]! > 1 && scores[1]! < 1 && scores[2]! > 0);
    });

    test('shows where it was found', async () => {
      const tenant = await tenantWith({
        a: `${'much '.repeat(200)} green tea ${'more '.repeat(200)}`,
        b: 'x'.repeat(100_000),
        c: '私は東京都に住んでいます',
      });
      const excerptOf = async (query: string) =>
        (await index.search({ tenant, query, first: 1 }))?.memories[0]?.excerpt;
      assert.match((await excerptOf('green te')) ?? '', /^….*\[green\] \[tea\].*…$/);
      assert.ok((await excerptOf('xxx'))!.length < 1_000);
      assert.match((await excerptOf('東京')) ?? '', /は\[東京\]都に/);
    });

    test('finds signs within a text without blanks', async () => {
      const tenant = await tenantWith({ a: '私は東京都に住んでいます', b: '京東', c: 'タワーの名前はTokyoタワー' });
      assert.deepEqual(await idsOf(tenant, '東京'), ['a']);
      assert.deepEqual(await idsOf(tenant, '京'), ['b', 'a']);
      assert.deepEqual(await idsOf(tenant, 'tokyo'), ['c']);
      assert.deepEqual(await idsOf(tenant, 'Tokyoタワー'), ['c']);
    });

    test('lists the newest first where nothing is looked for, page by page', async () => {
      const tenant = await tenantWith({ a: 'x', b: { text: 'x', updatedAt: timeOf(1) }, c: 'x', d: 'x', e: 'x' });
      for (const query of [undefined, '', ' \n']) assert.deepEqual(await pagesOf(tenant, query), ['ed', 'cb', 'a']);
    });

    test('pages through what was found without gap or repetition', async () => {
      const tenant = await tenantWith({ a: 'tea', b: 'tea tea', c: 'tea', d: 'water', e: 'tea cup', f: 'tea' });
      const pages = await pagesOf(tenant, 'tea');
      assert.deepEqual(
        pages.map(({ length }) => length),
        [2, 2, 1],
      );
      assert.deepEqual([...pages.join('')].sort().join(''), 'abcef');
    });

    async function pagesOf(tenant: string, query: string | undefined): Promise<readonly string[]> {
      const pages: string[] = [];
      let after: string | undefined;
      do {
        const page: FoundMemories = (await index.search({
          tenant,
          first: 2,
          ...(query === undefined ? {} : { query }),
          ...(after === undefined ? {} : { after }),
        }))!;
        assert.equal(page.total, 5);
        pages.push(page.memories.map(({ id }) => id).join(''));
        after = page.next;
      } while (after !== undefined);
      return pages;
    }

    test('refuses a place that is none', async () => {
      const tenant = await tenantWith({ a: 'tea', b: 'tea' });
      const { next } = (await index.search({ tenant, first: 1 }))!;
      for (const after of ['', 'nonsense', 'WzFd.', Buffer.from('[-1]').toString('base64url'), 'é'.repeat(500)])
        for (const query of ['', 'tea'])
          await assert.rejects(
            index.search({ tenant, query, first: 1, after }),
            { code: 'AW_ARGUMENT_INVALID' },
            after,
          );
      const ofOtherQuery = index.search({ tenant, query: 'tea', first: 1, after: next! });
      await assert.rejects(ofOtherQuery, { code: 'AW_ARGUMENT_INVALID' });
    });

    test('looks only into the memory of an agent where it is told to', async () => {
      const ofAgent = { text: 'tea', agentId: 'a1' };
      const tenant = await tenantWith({ a: ofAgent, b: 'tea', c: { ...ofAgent, agentId: 'a2' }, d: ofAgent });
      assert.deepEqual(await idsOf(tenant, '', { agentId: 'a1' }), ['d', 'a']);
      assert.deepEqual((await idsOf(tenant, 'tea', { agentId: 'a1' })).sort(), ['a', 'd']);
      assert.deepEqual(await index.counts(tenant, ['a1', 'nobody', undefined, 'a2']), [2, 0, 4, 1]);
      assert.equal((await index.search({ tenant, query: 'tea', agentId: 'a2', first: 1 }))?.total, 1);
    });

    test('takes whatever people and programs look for', async () => {
      const tenant = await tenantWith({ a: 'tea and near', b: 'text: tea*', c: 'half \ud83c and \0 nothing' });
      const queries = [
        '"',
        '""',
        "'; DROP TABLE memories; --",
        'tea"',
        'NEAR(tea near, 5)',
        'NEAR',
        'tea AND',
        'NOT tea',
        'text:tea',
        '-tea ^tea {a b} : (',
        '*',
        'tea*',
        '\0',
        'tea\0near',
        '\ud83c',
        '🎉👩‍👩‍👧',
        '\u0301',
        '\u{1e4d0}\u{1e4d1} tea',
        'é'.repeat(10_000),
        'tea '.repeat(2_500),
        Array.from({ length: 2_000 }, (_, at) => `w${at}`).join(' '),
        '東'.repeat(10_000),
        `${'"'.repeat(5_000)}${'*'.repeat(5_000)}`,
      ];
      const found = await Promise.all(queries.map((query) => idsOf(tenant, query)));
      const foundBy = Object.fromEntries(queries.map((query, at) => [query, found[at]?.toSorted().join('')]));
      assert.deepEqual(
        [foundBy['tea"'], foundBy['NEAR'], foundBy['tea*'], foundBy['text:tea'], foundBy['"'], foundBy['\0']],
        ['ab', 'a', 'ab', 'ab', '', ''],
      );
      assert.equal(foundBy['\u{1e4d0}\u{1e4d1} tea'], 'ab');
      await index.apply(tenant, [{ id: 'c', at: 9 }], { from: '1', to: '2' });
      assert.deepEqual(await idsOf(tenant, 'half'), []);
    });
  });
}

function remembered(id: string, at: number, more: Partial<FoundMemory> = {}): MemoryChange {
  const { text = 'tea', createdAt = timeOf(0), updatedAt = timeOf(at), ...rest } = more;
  return { id, at, memory: { text, ...rest, createdAt, updatedAt } };
}

function timeOf(second: number): string {
  return new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
}
