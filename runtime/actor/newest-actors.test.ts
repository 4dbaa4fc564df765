import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { connectTestBus, TENANT } from '../../test/harness/actor-world.ts';
import { startTestServer, type TestServer } from '../../test/harness/nats-server.ts';
import type { Bus, Outgoing } from '../bus/bus.ts';
import { stateSubject } from '../message/subjects.ts';
import { encodeEntry } from './entry.ts';
import { createInspector, type Inspector } from './inspector.ts';

let server: TestServer;
let bus: Bus;
let inspector: Inspector;

before(async () => {
  server = await startTestServer();
  bus = await connectTestBus(server.url);
  inspector = createInspector(bus, TENANT);
});
after(async () => {
  await bus[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const entry = { version: 1, incarnation: 'i', lastSeq: 1, attempt: 0, outbox: [], writer: 'w', commit: 1, since: 0 };

function state(actor: string, key: string, more: object = {}, tenant = TENANT): Outgoing {
  const subject = stateSubject({ tenant, partition: key.length % 64, actor, key });
  return { subject, body: encodeEntry({ ...entry, stateText: JSON.stringify({ key, ...more }) }) };
}

async function keysOf(
  options: { name?: string; prefix?: string; first: number },
  inspect = inspector,
): Promise<readonly string[]> {
  const keys: string[] = [];
  let before: number | undefined;
  do {
    const page = await inspect.listNewestActors({ ...options, before });
    assert.ok(page.actors.length <= options.first);
    keys.push(...page.actors.map(({ key }) => key));
    before = page.next;
  } while (before !== undefined);
  return keys;
}

describe('listNewest', () => {
  test('gives the latest change first, page after page, each key once', async () => {
    const keys = Array.from({ length: 25 }, (_, n) => `k${n}`);
    for (const key of keys) await bus.commit('STATE', [state('order', key)]);
    // Far behind the others: what is between them was replaced.
    for (let n = 0; n < 300; n++) await bus.commit('STATE', [state('busy', 'one')]);
    await bus.commit('STATE', [state('order', 'k7')]);
    const newest = ['k7', ...keys.filter((key) => key !== 'k7').reverse()];
    for (const first of [1, 4, 100]) assert.deepEqual(await keysOf({ name: 'order', first }), newest, String(first));
    assert.deepEqual((await keysOf({ first: 3 })).slice(0, 3), ['k7', 'one', 'k24']);
  });

  test('reads more than a page of the bus where states stand close together', async () => {
    const all = Array.from({ length: 2_500 }, (_, n) => `d${n}`);
    for (let at = 0; at < all.length; at += 500) {
      await bus.commit(
        'STATE',
        all.slice(at, at + 500).map((key) => state('dense', key)),
      );
    }
    assert.deepEqual(await keysOf({ name: 'dense', first: 999 }), all.toReversed());
  });

  test('reads no more of large states at once than a page may have, and comes to all of them', async () => {
    const all = Array.from({ length: 24 }, (_, n) => `l${n}`);
    for (const key of all) await bus.commit('STATE', [state('large', key, { padding: 'x'.repeat(900_000) })]);
    const sizes: number[] = [];
    const watched: Bus = {
      ...bus,
      page: async (stream, options) => {
        const page = await bus.page(stream, options);
        sizes.push(page.reduce((bytes, { body }) => bytes + body.length, 0));
        return page;
      },
    };
    const inspect = createInspector(watched, TENANT);
    assert.deepEqual(await keysOf({ name: 'large', first: 500 }, inspect), all.toReversed());
    const listed: string[] = [];
    for (let after: string | undefined, isFirst = true; isFirst || after !== undefined; isFirst = false) {
      const page = await inspect.listActors({ name: 'large', first: 500, after });
      listed.push(...page.actors.map(({ key }) => key));
      after = page.next;
    }
    assert.deepEqual(listed, all);
    assert.ok(Math.max(...sizes) < 10 * 1024 * 1024, `${sizes}`);
    assert.deepEqual(await inspect.getState('large', 'none'), undefined);
    const { state: found, bytes } = (await inspect.getState('large', 'l3'))!;
    assert.deepEqual([(found as { readonly key: string }).key, bytes > 900_000], ['l3', true]);
  });

  test('finds keys by what they begin with, also where that is encoded in the subject', async () => {
    const keys = ['host/1209:0001', 'host/1209:0002', 'host2/1209:0001', 'Host/1', ''];
    await bus.commit(
      'STATE',
      keys.map((key) => state('prefix', key)),
    );
    const find = async (prefix: string) => (await keysOf({ name: 'prefix', prefix, first: 10 })).toSorted();
    assert.deepEqual(await find('host/'), ['host/1209:0001', 'host/1209:0002']);
    assert.deepEqual(await find('host'), ['host/1209:0001', 'host/1209:0002', 'host2/1209:0001']);
    assert.deepEqual(await find('none'), []);
    assert.equal((await find('')).length, 5);
  });

  test('shows neither other tenants nor notes of the system, nor a name that is none', async () => {
    await bus.commit('STATE', [
      state('alien', 'a', {}, 'others'),
      { subject: 'aw._sys.state.1.mark.owner', body: new Uint8Array() },
    ]);
    assert.deepEqual(await keysOf({ name: 'alien', first: 10 }), []);
    assert.deepEqual(await keysOf({ name: 'mark', first: 10 }), []);
    assert.deepEqual(await keysOf({ name: '*', first: 10 }), []);
  });
});
