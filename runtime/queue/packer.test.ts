import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { CommitResult, Outgoing } from '../bus/bus.ts';
import { unavailable } from '../bus/bus-errors.ts';
import { systemRandom } from '../clock/random.ts';
import { systemClock } from '../clock/system-clock.ts';
import { AutoWeaveError } from '../errors/errors.ts';
import { createPacker, MAX_PACK } from './packer.ts';
import type { OneQueue } from './queue-parts.ts';

/** A broker that answers when it is told to. */
function stage() {
  const sent: { readonly message: Outgoing; answer(result: CommitResult | Error): void }[] = [];
  const commit = (_stream: string, messages: readonly Outgoing[]) =>
    new Promise<CommitResult>((resolve, reject) => {
      const [message] = messages;
      assert.ok(message !== undefined && messages.length === 1);
      sent.push({ message, answer: (result) => (result instanceof Error ? reject(result) : resolve(result)) });
    });
  const bus = { commit };
  const parts = {
    bus,
    intake: bus,
    clock: systemClock,
    random: systemRandom,
    tenant: 'test',
    queue: 'q',
    signal: new AbortController().signal,
    freezing: { isFrozen: false },
  } as unknown as OneQueue;
  return { sent, packer: createPacker(parts, 'r0'), turn: () => systemClock.turn() };
}

const stored = (sequence: number): CommitResult => ({ outcome: 'stored', sequences: [sequence] });
const sizeOf = ({ subject }: Outgoing) => Number(subject.split('.').at(-1));

describe('packer', () => {
  test('sends one alone at once, and what comes meanwhile together', async () => {
    const { sent, packer, turn } = stage();
    const first = packer.add('{"t":"a"}');
    await turn();
    const others = ['b', 'c'].map((type) => packer.add(`{"t":"${type}"}`));
    await turn();
    assert.equal(sent.length, 1);
    sent[0]!.answer(stored(10));
    assert.equal(await first, 'a~0');
    await turn();
    await turn();
    assert.equal(Buffer.from(sent[1]!.message.body).toString(), '[{"t":"b"},{"t":"c"}]');
    sent[1]!.answer(stored(11));
    assert.deepEqual(await Promise.all(others), ['b~0', 'b~1']);
  });

  test('packs what is added in one turn, in order, up to a size, a few packs at once', async () => {
    const { sent, packer, turn } = stage();
    const added = Array.from({ length: 400 }, (_, n) => packer.add(`${n}`));
    await turn();
    assert.deepEqual(
      sent.map(({ message }) => sizeOf(message)),
      [MAX_PACK, MAX_PACK, MAX_PACK, MAX_PACK],
    );
    for (let at = 0; at < sent.length; at++) {
      sent[at]!.answer(stored(at + 1));
      await turn();
      await turn();
    }
    const ids = await Promise.all(added);
    assert.equal(new Set(ids).size, 400);
    const numbers = sent.flatMap(({ message }) => JSON.parse(Buffer.from(message.body).toString()));
    assert.deepEqual(
      numbers,
      Array.from({ length: 400 }, (_, n) => n),
    );
  });

  test('keeps packs within bytes, unless one job is larger', async () => {
    const { sent, packer, turn } = stage();
    const long = JSON.stringify('x'.repeat(100 * 1024));
    for (let n = 0; n < 3; n++) void packer.add(long);
    await turn();
    for (let at = 0; at < 3; at++) {
      sent[at]!.answer(stored(at + 1));
      await turn();
      await turn();
    }
    assert.deepEqual(
      sent.map(({ message }) => sizeOf(message)),
      [1, 1, 1],
    );
  });

  test('sends a pack again under the same id while the broker is away', async () => {
    const { sent, packer, turn } = stage();
    const added = packer.add('1');
    await turn();
    sent[0]!.answer(unavailable('gone'));
    while (sent.length < 2) await turn();
    assert.ok(sent[0]!.message.id);
    assert.equal(sent[1]!.message.id, sent[0]!.message.id);
    sent[1]!.answer(stored(7));
    assert.equal(await added, '7~0');
  });

  test('tells all of a pack what was refused, and goes on', async () => {
    const { sent, packer, turn } = stage();
    const added = [packer.add('1'), packer.add('2')];
    await turn();
    sent[0]!.answer(new AutoWeaveError('AW_BROKER_REFUSED', 'no'));
    for (const one of added) await assert.rejects(one, { code: 'AW_BROKER_REFUSED' });
    const next = packer.add('3');
    await turn();
    await turn();
    sent[1]!.answer(stored(1));
    assert.equal(await next, '1~0');
    await packer.settle();
  });

  test('refuses what is more than it keeps, and takes more once there is room', async () => {
    const { sent, packer, turn } = stage();
    const long = JSON.stringify('x'.repeat(64 * 1024 * 1024));
    const added = [packer.add('1')];
    await turn();
    for (let n = 0; n < 3; n++) added.push(packer.add(long));
    await assert.rejects(packer.add(long), { code: 'AW_QUEUE_FULL' });
    for (let at = 0; at < 4; at++) {
      sent[at]!.answer(stored(at + 1));
      await turn();
      await turn();
    }
    assert.equal((await Promise.all(added)).length, 4);
    const more = packer.add('2');
    await turn();
    sent[4]!.answer(stored(9));
    assert.equal(await more, '9~0');
  });
});
