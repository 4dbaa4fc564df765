import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Bus } from '../../runtime/bus/bus.ts';
import { systemClock } from '../../runtime/clock/system-clock.ts';
import { createContracts } from '../../runtime/contracts/contracts.ts';
import { createEventFeeds, type EventFeeds } from '../../runtime/gateway/event-feeds.ts';
import { lastEvents } from '../../runtime/gateway/event-history.ts';
import type { FeedUpdate } from '../../runtime/gateway/event-subscription.ts';
import { parseCursor } from '../../runtime/gateway/feed-cursor.ts';
import { encodeData, encodeHeaders } from '../../runtime/message/message.ts';
import { eventSubject } from '../../runtime/message/subjects.ts';
import { connectTestBus } from '../harness/actor-world.ts';
import { startTestServer, type TestServer } from '../harness/nats-server.ts';
import { until } from '../harness/until.ts';
import { createFeedChecker } from './feed-checker.ts';

const FILTER = { tenant: 'test', types: ['lamp.lit', 'lamp.out'] };
const contracts = createContracts({ 'lamp.lit': { type: 'object' }, 'lamp.out': { type: 'object' } });

let server: TestServer;
let bus: Bus;

before(async () => {
  server = await startTestServer();
  bus = await connectTestBus(server.url);
});
after(async () => {
  await bus[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const patience = new AbortController();
let ids = 0;

async function publish(type: string, n: number): Promise<number> {
  const id = `lamp-${ids++}`;
  const message = {
    id,
    type,
    source: 'test',
    subject: 'hall',
    time: new Date(systemClock.now()).toISOString(),
    data: { n },
  };
  const subject = eventSubject('test', type, 'hall');
  const outgoing = { subject, headers: encodeHeaders(message), body: encodeData(message.data) };
  return (await bus.publish(outgoing, id, patience.signal)).sequence;
}

/** Follows until it is done; each connection takes so many updates. */
async function follow(feeds: EventFeeds, seen: FeedUpdate[], isDone: () => boolean, perConnection: number) {
  while (!isDone()) {
    const updates = feeds.follow(FILTER, { after: seen.at(-1)?.cursor });
    for (let taken = 0; taken < perConnection && !isDone(); taken++) {
      const { value, done } = await updates.next();
      if (done) break;
      seen.push(value);
    }
    await updates.return(undefined);
  }
}

test('feeds on a real server lose nothing and repeat nothing while it is killed and the log is trimmed', async () => {
  const feeds = createEventFeeds({ bus, contracts, clock: systemClock, ring: { events: 16, bytes: 1_000_000 } });
  const events: number[] = [];
  let lostUpTo = 0;
  let isWritten = false;
  const subscribers = [5, 40, 100_000].map((perConnection) => ({ perConnection, seen: [] as FeedUpdate[] }));
  const following = subscribers.map(({ perConnection, seen }) => {
    const isDone = () => isWritten && parseCursor(seen.at(-1)!.cursor).sequence >= events.at(-1)!;
    return follow(feeds, seen, isDone, perConnection);
  });
  // The log begins once everyone knows where live begins.
  await until(() => subscribers.every(({ seen }) => seen.length > 0), 'everyone to be live');

  for (let n = 0; n < 400; n++) {
    const sequence = await publish(n % 3 === 0 ? 'lamp.out' : n % 7 === 0 ? 'lamp.moved' : 'lamp.lit', n);
    if (n % 3 === 0 || n % 7 !== 0) events.push(sequence);
    if (n === 150) {
      await server.kill();
      await server.restart();
    }
    if (n === 250) {
      lostUpTo = sequence - 20;
      await bus.trim('EVENTS', '>', lostUpTo);
    }
  }
  events.push(await publish('lamp.out', 400));
  isWritten = true;
  await Promise.all(following);
  feeds[Symbol.dispose]();
  for (const { seen } of subscribers) {
    const checker = createFeedChecker(events, () => lostUpTo);
    for (const update of seen) checker.see(update);
    assert.equal(checker.position, events.at(-1));
    assert.ok(checker.events > 100 && checker.lagged <= 3, `${checker.events} events, ${checker.lagged} lagged`);
  }

  const { events: history } = await lastEvents(FILTER, 30, { bus, contracts });
  assert.deepEqual(
    history.map(({ sequence }) => sequence),
    events.slice(-30),
  );
});

test('what a plugin emits is shown once, whether its type was known by then or only later', async () => {
  const own = createContracts({ 'lamp.lit': { type: 'object' } });
  const filter = { tenant: 'test', types: ['lamp.lit', 'own.thing'] };
  const expected: number[] = [];
  const seen: number[] = [];
  let cursor: string | undefined;
  /** One process after another, each with few events in its ring. */
  const follow = async (isEnough: () => boolean) => {
    const feeds = createEventFeeds({ bus, contracts: own, clock: systemClock, ring: { events: 2, bytes: 1_000_000 } });
    for await (const update of feeds.follow(filter, { after: cursor })) {
      cursor = update.cursor;
      if (update.kind === 'event') seen.push(update.event.sequence);
      if (isEnough()) break;
    }
    feeds[Symbol.dispose]();
  };
  await follow(() => true);
  for (let round = 0; round < 3; round++) {
    for (let n = 0; n < 3; n++) expected.push(await publish('own.thing', n), await publish('lamp.lit', n));
    // Within what was emitted, and once at its end.
    await follow(() => seen.length === expected.length - (round === 1 ? 0 : 3));
    if (round === 0) own.put('own.thing', { type: 'object' });
    else own.put('own.thing', { type: 'string' });
  }
  await follow(() => seen.length === expected.length);
  assert.deepEqual(seen, expected);
});
