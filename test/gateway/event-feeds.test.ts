import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Bus } from '../../runtime/bus/bus.ts';
import { createContracts } from '../../runtime/contracts/contracts.ts';
import { createEventFeeds } from '../../runtime/gateway/event-feeds.ts';
import { createFeedChecker } from './feed-checker.ts';
import { createMemoryBus, type MemoryBus } from './memory-bus.ts';
import { createSeeded } from './seeded.ts';
import { createTurnClock, nextTurn } from './turn-clock.ts';

const FILTER = { tenant: 'default', types: ['device.attached', 'device.detached'] };
const contracts = createContracts({
  'device.attached': { type: 'object', required: ['n'] },
  'device.detached': { type: 'object', required: ['n'] },
});

/** Turns until everyone must have seen the last event, once it is written. */
const PATIENCE = 200_000;

interface Story {
  readonly seed: number;
  readonly messages: number;
  readonly subscribers: number;
  /** What subscribers get instead of the true bus: how the controls break things. */
  readonly broken?: (bus: MemoryBus) => Bus;
}

/** A log that grows, is trimmed and becomes unreachable at random, under subscribers that are slow and reconnect. */
async function run({ seed, messages, subscribers, broken = (bus) => bus }: Story) {
  const random = createSeeded(seed);
  const turns = async (most: number) => {
    for (let left = random.below(most + 1); left > 0; left--) await nextTurn();
  };
  const bus = createMemoryBus({ turn: () => turns(2), isStale: () => random.chance(0.1) });
  const { clock, fire } = createTurnClock();
  const feeds = createEventFeeds({
    bus: broken(bus),
    contracts,
    clock,
    ring: { events: 1 + random.below(12), bytes: 10_000 },
  });
  const events: number[] = [];
  let isWritten = false;
  let isOver = false;

  const write = async () => {
    for (let n = 0; n < messages; n++) {
      const kind = random.fraction();
      if (kind < 0.6)
        events.push(bus.appendEvent(random.chance(0.5) ? 'device.attached' : 'device.detached', 'h/x', { n }));
      else if (kind < 0.7) bus.appendEvent('device.renamed', 'h/x', { n });
      else if (kind < 0.8) bus.appendEvent('device.attached', 'h/x', 'breaks the schema');
      else if (kind < 0.9) bus.append('aw.default.evt.device.attached.rubbish', {}, new Uint8Array([255]));
      else bus.append('aw._sys.cursor.events.p7');
      if (random.chance(0.02)) bus.forget(bus.lastSequence - random.below(40));
      if (random.chance(0.02)) bus.setConnected(false);
      else if (random.chance(0.3)) bus.setConnected(true);
      if (random.chance(0.05)) fire();
      if (random.chance(0.4)) await turns(3);
    }
    // The last word is an event: whoever has seen it has seen all.
    events.push(bus.appendEvent('device.detached', 'h/x', { n: messages }));
    bus.setConnected(true);
    isWritten = true;
  };

  const follow = async (name: number) => {
    const checker = createFeedChecker(events, () => bus.firstSequence - 1);
    const slowness = [0, 1, 3, 12][name % 4]!;
    await turns(name * 10);
    while (!isOver && (!isWritten || (checker.position ?? -1) < events.at(-1)!)) {
      const subscription = feeds.follow(FILTER, { after: checker.cursor });
      for (let wanted = 1 + random.below(60); wanted > 0; wanted--) {
        const update = await subscription.next();
        if (update.done) break;
        checker.see(update.value);
        if (isWritten && checker.position === events.at(-1)) break;
        await turns(slowness);
      }
      await subscription.return(undefined);
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
    const following = Promise.all(Array.from({ length: subscribers }, (_, name) => follow(name)));
    const [checkers] = await Promise.all([following, write(), Promise.race([following, watch()])]);
    return { checkers, events };
  } finally {
    isOver = true;
    feeds[Symbol.dispose]();
  }
}

test('event feeds show every subscriber the whole log in order, or say what is lost', async () => {
  let lagged = 0;
  let events = 0;
  for (let seed = 1; seed <= 60; seed++) {
    const { checkers } = await run({ seed, messages: 300, subscribers: 4 }).catch((error) => {
      throw new Error(`seed ${seed}: ${error.message}`, { cause: error });
    });
    for (const checker of checkers) {
      lagged += checker.lagged;
      events += checker.events;
    }
  }
  // The stories are worth something only when both happened.
  assert.ok(lagged > 20 && events > 10_000, `${lagged} lagged, ${events} events`);
});

const CONTROLS: Record<string, (bus: MemoryBus) => Bus> = {
  'a page that begins one too late': (bus) => ({
    ...bus,
    page: (stream, page) => bus.page(stream, { ...page, from: page.from + 1 }),
  }),
  'a page that begins one too early': (bus) => ({
    ...bus,
    page: (stream, page) => bus.page(stream, { ...page, from: Math.max(1, page.from - 1) }),
  }),
  'a live read that begins one too late': (bus) => ({
    ...bus,
    read: (stream, options) => bus.read(stream, { ...options, from: options.from + 2 }),
  }),
  'a live read that loses a message now and then': (bus) => ({
    ...bus,
    async *read(stream, options) {
      for await (const bunch of bus.read(stream, options)) yield bunch.filter(({ sequence }) => sequence % 50 !== 0);
    },
  }),
  'a log that hides where it begins': (bus) => ({
    ...bus,
    streamStatus: async (stream) => ({ ...(await bus.streamStatus(stream)), firstSequence: 1 }),
  }),
};

for (const [what, broken] of Object.entries(CONTROLS)) {
  test(`the checker of event feeds finds ${what}`, async () => {
    let found = 0;
    for (let seed = 1; seed <= 20; seed++) {
      await run({ seed, messages: 300, subscribers: 4, broken }).catch((error) => {
        assert.ok(error instanceof assert.AssertionError, error);
        found++;
      });
    }
    assert.ok(found > 0);
  });
}
