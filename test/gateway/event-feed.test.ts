import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Clock } from '../../runtime/clock/clock.ts';
import { createContracts } from '../../runtime/contracts/contracts.ts';
import { createEventFeeds } from '../../runtime/gateway/event-feeds.ts';
import { lastEvents } from '../../runtime/gateway/event-history.ts';
import type { FeedUpdate } from '../../runtime/gateway/event-subscription.ts';
import { noInstruments } from '../../runtime/telemetry/instruments.ts';
import { createMemoryBus } from './memory-bus.ts';
import { createSeeded } from './seeded.ts';

const FILTER = { tenant: 'default', types: ['a.b'] };
const contracts = createContracts({ 'memory.forgotten': { type: 'object' } });

/** Feeds over a log in memory, on a clock whose timers fire when the test says so. */
function open(t: TestContext) {
  const bus = createMemoryBus();
  let time = 0;
  const scheduled = new Map<() => void, number>();
  const clock: Clock = {
    now: () => time,
    monotonic: () => time,
    schedule(delayMs, callback) {
      scheduled.set(callback, time + delayMs);
      return () => scheduled.delete(callback);
    },
    turn: async () => {},
    sleep: () => Promise.resolve(),
  };
  const skipped: string[] = [];
  const instruments = {
    ...noInstruments,
    eventsSkipped: { add: (_count: number, { code }: { code: string }) => void skipped.push(code) },
  };
  const feeds = createEventFeeds({ bus, contracts, clock, instruments, ring: { events: 4, bytes: 1_000 } });
  t.after(() => feeds[Symbol.dispose]());
  return {
    bus,
    clock,
    feeds,
    skipped,
    scheduled,
    advance(durationMs: number) {
      time += durationMs;
      for (const [callback, at] of [...scheduled]) {
        if (at > time) continue;
        scheduled.delete(callback);
        callback();
      }
    },
    emit: (n: number) => bus.appendEvent('a.b', 'k', { n }),
  };
}

async function take(updates: AsyncIterator<FeedUpdate>, count: number): Promise<string[]> {
  const seen: string[] = [];
  while (seen.length < count) {
    const { value, done } = await updates.next();
    if (done) break;
    seen.push(value.kind === 'lagged' ? `lagged ${value.from} ${value.to}` : `${value.kind} ${value.cursor}`);
  }
  return seen;
}

test('a feed whose log is made anew tells its live subscribers, and goes on from the new beginning', async (t) => {
  const { bus, feeds, emit, advance } = open(t);
  emit(1);
  const updates = feeds.follow(FILTER);
  assert.deepEqual(await take(updates, 1), ['caughtUp one-1']);
  emit(2);
  assert.deepEqual(await take(updates, 1), ['event one-2']);
  bus.replace('two');
  emit(1);
  advance(5_000);
  assert.deepEqual(await take(updates, 2), ['lagged one-2 two-0', 'event two-1']);
  emit(2);
  assert.deepEqual(await take(updates, 1), ['event two-2']);
});

test('a feed whose log was restored from a backup does not wait for what will come at old places', async (t) => {
  const { bus, feeds, emit, advance } = open(t);
  for (let n = 1; n <= 5; n++) emit(n);
  const updates = feeds.follow(FILTER);
  assert.deepEqual(await take(updates, 1), ['caughtUp one-5']);
  bus.replace('one');
  emit(1);
  advance(5_000);
  assert.deepEqual(await take(updates, 2), ['lagged one-5 one-0', 'event one-1']);
});

test('a feed that slept while the log forgot says so to whoever was live', async (t) => {
  const { bus, feeds, emit, advance } = open(t);
  emit(1);
  const updates = feeds.follow(FILTER);
  await take(updates, 1);
  bus.setConnected(false);
  for (let n = 2; n <= 10; n++) emit(n);
  bus.forget(7);
  advance(2_000);
  bus.setConnected(true);
  assert.deepEqual(await take(updates, 4), ['lagged one-1 one-7', 'event one-8', 'event one-9', 'event one-10']);
});

test('a feed counts what it cannot read, once, and goes on', async (t) => {
  const { bus, feeds, emit, skipped } = open(t);
  const filter = { ...FILTER, types: ['a.b', 'memory.*'] };
  const [first, second] = [feeds.follow(filter), feeds.follow(filter)];
  await Promise.all([take(first, 1), take(second, 1)]);
  bus.append('aw.default.evt.a.b.k', {}, new Uint8Array([1]));
  bus.appendEvent('memory.forgotten', 'k', 'no object');
  emit(3);
  assert.deepEqual(await take(first, 1), ['event one-3']);
  assert.deepEqual(await take(second, 1), ['event one-3']);
  assert.deepEqual(skipped, ['AW_MESSAGE_MALFORMED', 'AW_DATA_INVALID']);
});

test('one read serves all who follow the same filter, and ends a while after the last has left', async (t) => {
  const { bus, feeds, advance, scheduled } = open(t);
  let reads = 0;
  const { read } = bus;
  bus.read = (...args) => {
    reads++;
    return read(...args);
  };
  const all = [feeds.follow(FILTER), feeds.follow(FILTER), feeds.follow({ ...FILTER })];
  for (const updates of all) await take(updates, 1);
  assert.equal(reads, 1);
  for (const updates of all) await updates.return(undefined);
  const back = feeds.follow(FILTER);
  await take(back, 1);
  assert.equal(reads, 1);
  await back.return(undefined);
  advance(30_000);
  assert.equal(scheduled.size, 0, 'nothing is left of it');
  await take(feeds.follow(FILTER), 1);
  assert.equal(reads, 2);
});

test('a subscriber is ended by return while nothing happens, and by the end of the feeds', async (t) => {
  const { feeds } = open(t);
  const [left, kept] = [feeds.follow(FILTER), feeds.follow(FILTER)];
  await Promise.all([take(left, 1), take(kept, 1)]);
  const waiting = left.next();
  await left.return(undefined);
  assert.equal((await waiting).done, true);
  const other = kept.next();
  feeds[Symbol.dispose]();
  assert.equal((await other).done, true);
});

test('a place that was given is free again when its subscriber ends without having taken anything', async (t) => {
  const { bus, clock } = open(t);
  const feeds = createEventFeeds({ bus, contracts, clock, most: { sources: 1, ofOneClient: 1 } });
  t.after(() => feeds[Symbol.dispose]());
  const client = {};
  const follow = (type: string) => feeds.follow({ ...FILTER, types: [type] }, { client });
  const never = follow('a.b');
  assert.throws(() => follow('a.c'), { code: 'AW_TOO_MANY_FEEDS' });
  const again = follow('a.b');
  await never.return();
  assert.throws(() => follow('a.c'), { code: 'AW_TOO_MANY_FEEDS' });
  await again.return();
  await follow('a.c').return();
});

test('what is kept for those that follow none stays so, also where sets have become idle', async (t) => {
  const { bus, clock } = open(t);
  const feeds = createEventFeeds({ bus, contracts, clock, most: { sources: 8, ofOneClient: 8 } });
  t.after(() => feeds[Symbol.dispose]());
  const follow = (type: string, client: object = {}) => feeds.follow({ ...FILTER, types: [type] }, { client });
  const refused = { code: 'AW_TOO_MANY_FEEDS' };
  const greedy = {};
  for (let n = 0; n < 6; n++) follow(`a.b${n}`, greedy);
  assert.throws(() => follow('a.more', greedy), refused);
  for (let round = 0; round < 2; round++) {
    const guests = [0, 1].map((n) => follow(`guest.r${round}n${n}`));
    assert.throws(() => follow('guest.late'), refused);
    for (const guest of guests) await guest.return();
    assert.throws(() => follow('a.more', greedy), refused, 'in the place of an idle set');
    assert.throws(() => follow(`guest.r${round}n0`, greedy), refused, 'an idle set itself');
  }
});

test('a cursor that is none is refused before anything is read', (t) => {
  const { feeds } = open(t);
  assert.throws(() => feeds.follow(FILTER, { after: 'rubbish' }), { code: 'AW_CURSOR_INVALID' });
});

test('lastEvents gives the last of a filter, wherever they stand, with few questions', async () => {
  for (let seed = 1; seed <= 40; seed++) {
    const random = createSeeded(seed);
    const bus = createMemoryBus();
    const expected: number[] = [];
    const size = random.below(3_000);
    const density = random.fraction() ** 2;
    for (let n = 0; n < size; n++) {
      if (random.chance(density)) expected.push(bus.appendEvent('a.b', 'k', random.chance(0.9) ? { n } : {}));
      else if (random.chance(0.1)) bus.append('aw.default.evt.a.b.k', {}, new Uint8Array([1]));
      else bus.append('aw._sys.cursor.events.p1');
    }
    const forgotten = random.chance(0.5) ? random.below(size + 1) : 0;
    bus.forget(forgotten);
    let questions = 0;
    const { count } = bus;
    bus.count = (...args) => {
      questions++;
      return count(...args);
    };
    const wanted = 1 + random.below(100);
    const { events, incarnation } = await lastEvents(FILTER, wanted, { bus, contracts });
    const kept = expected.filter((sequence) => sequence > forgotten).slice(-wanted);
    assert.deepEqual(
      events.map(({ sequence }) => sequence),
      kept,
      `seed ${seed}`,
    );
    assert.equal(incarnation, 'one');
    assert.ok(questions <= 40, `${questions} questions`);
  }
});
