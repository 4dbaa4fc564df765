import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAnswerRoom } from './answer-room.ts';

test('an answer room lets in what fits, in order, and what is too large for it alone', async () => {
  const room = createAnswerRoom(10);
  const inside: number[] = [];
  const enter = async (bytes: number) => {
    const place = await room.take(bytes);
    inside.push(bytes);
    return place;
  };
  const entering = [6, 4, 30, 1].map(enter);
  const [six, four] = await Promise.all(entering.slice(0, 2));
  six![Symbol.dispose]();
  await Promise.resolve();
  assert.deepEqual(inside, [6, 4], 'the large one waits for the room, and the small one behind it for its turn');
  four![Symbol.dispose]();
  const large = await entering[2]!;
  assert.deepEqual(inside, [6, 4, 30]);
  large[Symbol.dispose]();
  await entering[3];
});
