import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { MemoryRecord } from '../../proto/generated/messages.ts';
import { type TriedActors, tryActors } from '../../runtime/testkit/try-actor.ts';
import { memory } from './memory.ts';

let world: TriedActors;

before(async () => {
  world = await tryActors([memory]);
});
after(() => world[Symbol.asyncDispose]());

const remember = (id: string, data: object) => world.call(memory, id, 'memory.remember', data) as Promise<MemoryRecord>;
const forget = (id: string) => world.call(memory, id, 'memory.forget');
const eventsOf = (id: string) => world.events().filter(({ subject }) => subject === id);

describe('memory', () => {
  test('keeps a text with what else is known, and tells of it without the text', async () => {
    const record = await remember('m1', {
      text: 'Die Tür klemmt 🎉',
      agentId: 'a1',
      metadata: { by: { name: 'Ann' } },
    });
    assert.equal(record.id, 'm1');
    assert.equal(record.createdAt, record.updatedAt);
    const { id: _id, ...state } = record;
    assert.deepEqual(world.state(memory, 'm1'), state);
    assert.deepEqual(
      eventsOf('m1').map(({ type, data }) => [type, data]),
      [['memory.remembered', { memoryId: 'm1', agentId: 'a1', characters: 16 }]],
    );
  });

  test('changes nothing when it is told the same again, in whatever order', async () => {
    const first = await remember('m2', { text: 'tea', metadata: { a: 1, b: [2] } });
    await world.advance(1_000);
    assert.deepEqual(await remember('m2', { metadata: { b: [2], a: 1 }, text: 'tea' }), first);
    assert.equal(eventsOf('m2').length, 1);
  });

  test('puts another text in the place of the one before, and all that belonged to it', async () => {
    const first = await remember('m3', { text: 'tea', agentId: 'a1', metadata: { a: 1 } });
    await world.advance(1_000);
    const second = await remember('m3', { text: 'coffee' });
    assert.deepEqual(second, { id: 'm3', text: 'coffee', createdAt: first.createdAt, updatedAt: second.updatedAt });
    assert.ok(second.updatedAt > first.updatedAt);
    assert.equal(eventsOf('m3').length, 2);
  });

  test('forgets, once, and begins anew afterwards', async () => {
    const first = await remember('m4', { text: 'tea', agentId: 'a1' });
    assert.equal(await forget('m4'), true);
    assert.equal(world.state(memory, 'm4'), undefined);
    assert.equal(await forget('m4'), false);
    assert.deepEqual(
      eventsOf('m4').map(({ type, data }) => [type, data]),
      [
        ['memory.remembered', { memoryId: 'm4', agentId: 'a1', characters: 3 }],
        ['memory.forgotten', { memoryId: 'm4', agentId: 'a1' }],
      ],
    );
    await world.advance(1_000);
    assert.notEqual((await remember('m4', { text: 'tea' })).createdAt, first.createdAt);
  });

  test('takes the longest text there may be, in letters that are the longest as JSON', async () => {
    const text = '\u0001'.repeat(100_000);
    assert.equal((await remember('m5', { text, metadata: { more: 'x'.repeat(60_000) } })).text, text);
  });

  test('refuses an id and metadata that are too long or too deep', async () => {
    await assert.rejects(remember('i'.repeat(201), { text: 'tea' }), { code: 'AW_MEMORY_INVALID' });
    const metadata = { more: 'x'.repeat(70_000) };
    await assert.rejects(remember('m6', { text: 'tea', metadata }), { code: 'AW_MEMORY_INVALID' });
    for (const depth of [64, 6_000]) {
      const deep = { in: JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`) };
      await assert.rejects(remember('m6', { text: 'tea', metadata: deep }), { code: 'AW_MEMORY_INVALID' });
    }
    assert.equal(world.state(memory, 'm6'), undefined);
    assert.equal(world.deadLetters().length, 0);
  });
});
