import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Bus, Stored } from '../../runtime/bus/bus.ts';
import { createJobFeeds } from '../../runtime/gateway/job-feeds.ts';
import type { JobEvent } from '../../runtime/queue/job.ts';
import { createJobFeedChecker, type Place } from './job-feed-checker.ts';
import { createMemoryBus, type MemoryBus } from './memory-bus.ts';
import { createSeeded } from './seeded.ts';
import { createTurnClock, nextTurn } from './turn-clock.ts';

/** Turns until everyone must have seen the last event, once it is written. */
const PATIENCE = 200_000;

interface Story {
  readonly seed: number;
  /** How the controls break things. */
  readonly broken?: Broken;
}

interface Broken {
  readonly bus?: (bus: MemoryBus) => Bus;
  readonly cursor?: (cursor: string) => string;
  readonly decode?: (stored: Stored) => readonly JobEvent[];
}

const event = (type: JobEvent['type'], id: string, position?: Place): JobEvent => ({
  type,
  queue: 'mail',
  id,
  jobType: 'a.b',
  at: 0,
  ...(position === undefined ? {} : { position }),
});

/** The body is the number of events. */
const decodeCount = ({ sequence, body }: Stored): readonly JobEvent[] =>
  Array.from({ length: body[0] ?? 0 }, (_, index) => event('completed', `${sequence}~${index}`, { sequence, index }));

/** Messages of many events, trimmed and unreachable at random, under subscribers that leave in the middle of them. */
async function run({ seed, broken = {} }: Story) {
  const random = createSeeded(seed);
  const turns = async (most: number) => {
    for (let left = random.below(most + 1); left > 0; left--) await nextTurn();
  };
  const bus = createMemoryBus({ turn: () => turns(2), isStale: () => random.chance(0.1) });
  const { clock, fire } = createTurnClock();
  const listeners = new Set<(event: JobEvent) => void>();
  const feeds = createJobFeeds({
    bus: broken.bus?.(bus) ?? bus,
    clock,
    decode: broken.decode ?? decodeCount,
    listen(address, onEvent) {
      assert.deepEqual(address, { tenant: 'default', queue: 'mail' });
      listeners.add(onEvent);
      return { [Symbol.dispose]: () => void listeners.delete(onEvent) };
    },
    ring: { events: 1 + random.below(24), bytes: 10_000 },
  });
  const log: Place[] = [];
  let isWritten = false;
  let isOver = false;

  const append = (queue: string, count: number) => {
    const kind = random.chance(0.5) ? 'out' : 'jev';
    const sequence = bus.append(`aw.default.${kind}.${queue}.completed.n.home`, {}, new Uint8Array([count]));
    if (queue !== 'mail') return;
    for (let index = 0; index < count; index++) log.push({ sequence, index });
  };

  const write = async () => {
    for (let n = 0; n < 200; n++) {
      if (random.chance(0.2)) append('other', 3);
      // A message without events is one that only workers heed.
      else append('mail', random.below(6));
      if (random.chance(0.3)) for (const listener of listeners) listener(event('added', `told ${n}`));
      if (random.chance(0.02)) bus.forget(bus.lastSequence - random.below(40));
      if (random.chance(0.02)) bus.setConnected(false);
      else if (random.chance(0.3)) bus.setConnected(true);
      if (random.chance(0.05)) fire();
      if (random.chance(0.4)) await turns(3);
    }
    append('mail', 4);
    bus.setConnected(true);
    isWritten = true;
  };

  const follow = async (name: number) => {
    const checker = createJobFeedChecker(log, () => bus.firstSequence - 1);
    const slowness = [0, 1, 3, 12][name % 4]!;
    await turns(name * 10);
    while (!isOver && (!isWritten || checker.passed < log.length)) {
      checker.reconnect();
      const { cursor } = checker;
      const after = cursor === undefined ? undefined : (broken.cursor?.(cursor) ?? cursor);
      const updates = feeds.follow({ tenant: 'default', queue: 'mail' }, after);
      for (let wanted = 1 + random.below(60); wanted > 0; wanted--) {
        const update = await updates.next();
        if (update.done) break;
        checker.see(update.value);
        if (isWritten && checker.passed === log.length) break;
        await turns(slowness);
      }
      await updates.return(undefined);
    }
    return checker;
  };

  const watch = async () => {
    for (let left = PATIENCE; left > 0 && !isOver; left--) {
      await nextTurn();
      if (!isWritten) left++;
    }
    assert.ok(isOver, 'somebody is stuck');
  };

  try {
    const following = Promise.all(Array.from({ length: 4 }, (_, name) => follow(name)));
    const [checkers] = await Promise.all([following, write(), Promise.race([following, watch()])]);
    return checkers;
  } finally {
    isOver = true;
    feeds[Symbol.dispose]();
    assert.equal(listeners.size, 0, 'nobody listens any more');
  }
}

test('job feeds show every subscriber all of a queue in order, however often it leaves within a message', async () => {
  const sum = { events: 0, told: 0, lagged: 0 };
  for (let seed = 1; seed <= 60; seed++) {
    const checkers = await run({ seed }).catch((error) => {
      throw new Error(`seed ${seed}: ${error.message}`, { cause: error });
    });
    for (const { events, told, lagged } of checkers) {
      sum.events += events;
      sum.told += told;
      sum.lagged += lagged;
    }
  }
  // The stories are worth something only when all of it happened.
  assert.ok(sum.events > 10_000 && sum.told > 100 && sum.lagged > 20, JSON.stringify(sum));
});

const CONTROLS: Record<string, Broken> = {
  'a cursor that forgets its place within a message': { cursor: (cursor) => cursor.replace(/\.\d+$/, '') },
  'a message that loses its last event': { decode: (stored) => decodeCount(stored).slice(0, 4) },
  'a live read that loses a message now and then': {
    bus: (bus) => ({
      ...bus,
      async *read(stream, options) {
        for await (const bunch of bus.read(stream, options)) yield bunch.filter(({ sequence }) => sequence % 50 !== 0);
      },
    }),
  },
  'a page that begins one too late': {
    bus: (bus) => ({ ...bus, page: (stream, page) => bus.page(stream, { ...page, from: page.from + 1 }) }),
  },
};

for (const [what, broken] of Object.entries(CONTROLS)) {
  test(`the checker of job feeds finds ${what}`, async () => {
    let found = 0;
    for (let seed = 1; seed <= 10; seed++) {
      await run({ seed, broken }).catch((error) => {
        assert.ok(error instanceof assert.AssertionError, error);
        found++;
      });
    }
    assert.ok(found > 0);
  });
}
