import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { noLog } from '../telemetry/log.ts';
import { createSpareThreads } from './spare-threads.ts';
import type { Thread } from './thread.ts';
import { openCells } from './thread-protocol.ts';

/** Threads that are started when a test says so. */
function open(count: number) {
  const begun: PromiseWithResolvers<Thread>[] = [];
  const ended: Thread[] = [];
  const start = () => {
    const starting = Promise.withResolvers<Thread>();
    begun.push(starting);
    return starting.promise;
  };
  const spares = createSpareThreads({ start, count, log: noLog });
  const fakeThread = (): Thread => {
    const thread: Thread = {
      cells: openCells(),
      post: () => undefined,
      onMessage: () => undefined,
      onHostCall: async () => ({}),
      onEnd: () => undefined,
      isEnded: false,
      hold: () => undefined,
      end: async () => void ended.push(thread),
    };
    return thread;
  };
  return {
    spares,
    begun,
    ended,
    /** Lets the oldest that is under way be ready. */
    ready(): Thread {
      const thread = fakeThread();
      begun.shift()!.resolve(thread);
      return thread;
    },
  };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
const UNAVAILABLE = { code: 'AW_PLUGIN_UNAVAILABLE' };

describe('spare threads', () => {
  test('are made when they are warmed, and again as many as were taken', async () => {
    const { spares, begun, ready } = open(2);
    const taking = spares.take();
    await turn();
    assert.equal(begun.length, 1, 'only the one that somebody waits for');
    const first = ready();
    assert.equal(await taking, first);
    assert.equal(begun.length, 0);
    const warming = spares.warm();
    assert.equal(begun.length, 2);
    const [second, third] = [ready(), ready()];
    await warming;
    const taken = [await spares.take(), await spares.take()];
    assert.deepEqual(new Set(taken), new Set([second, third]));
    void spares.warm();
    assert.equal(begun.length, 2);
    for (const _ of [...begun]) ready();
  });

  test('are as many as wait when more are taken than there are', async () => {
    const { spares, begun, ready } = open(0);
    const taking = [spares.take(), spares.take(), spares.take()];
    await turn();
    assert.equal(begun.length, 3);
    const threads = [ready(), ready(), ready()];
    assert.deepEqual(new Set(await Promise.all(taking)), new Set(threads));
    assert.equal(begun.length, 0);
  });

  test('are not those that have ended in wait', async () => {
    const { spares, begun, ready } = open(1);
    const warming = spares.warm();
    const dead = ready();
    await warming;
    dead.onEnd(new Error('gone'));
    const taking = spares.take();
    await turn();
    assert.equal(begun.length, 1);
    const thread = ready();
    assert.equal(await taking, thread);
    // One that is taken belongs to who has taken it.
    thread.onEnd(new Error('gone'));
  });

  test('that cannot be started fail who waits, and the next one tries again', async () => {
    const { spares, begun, ready } = open(0);
    const taking = spares.take();
    begun.shift()!.reject(new Error('out of memory'));
    await assert.rejects(taking, { ...UNAVAILABLE, message: /no thread can be started/ });
    const again = spares.take();
    await turn();
    const thread = ready();
    assert.equal(await again, thread);
  });

  test('end when they are closed, those that come later included', async () => {
    const { spares, begun, ended, ready } = open(1);
    const warming = spares.warm();
    const spare = ready();
    await warming;
    const taken = await spares.take();
    assert.equal(taken, spare);
    const taking = spares.take();
    const failing = assert.rejects(taking, UNAVAILABLE);
    await turn();
    const closing = spares[Symbol.asyncDispose]();
    const late = begun.map(() => ready());
    await closing;
    await failing;
    assert.deepEqual(new Set(ended), new Set(late));
    assert.ok(!ended.includes(taken));
    assert.equal(begun.length, 0);
  });
});
