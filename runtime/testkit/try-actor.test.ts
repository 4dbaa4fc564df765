import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { defineActor } from '../actor/definition.ts';
import type { Message } from '../message/message.ts';
import { tryActors } from './try-actor.ts';

const ANY = { type: 'object' };
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Rings after so many minutes, and every morning in Berlin; a negative number fails for good, 0 in passing. */
const alarm = defineActor({
  name: 'alarm',
  attempts: 3,
  init: () => ({ rung: 0, tried: 0 }),
  schemas: { 'alarm.set': ANY, 'alarm.ring': ANY, 'alarm.wake': ANY, 'alarm.often': ANY, 'alarm.rang': ANY },
  commands: {
    'alarm.set'(ctx, _state, { data }: Message<{ minutes: number }>) {
      if (data.minutes < 0) throw new RangeError('negative');
      ctx.schedule({ id: 'ring', delayMs: data.minutes * MINUTE_MS, type: 'alarm.ring' });
      return ctx.key;
    },
    'alarm.wake'(ctx) {
      ctx.schedule({ id: 'wake', cron: '0 7 * * *', timezone: 'Europe/Berlin', type: 'alarm.ring' });
    },
    'alarm.often'(ctx) {
      ctx.schedule({ id: 'often', everyMs: MINUTE_MS, type: 'alarm.ring' });
    },
    'alarm.ring'(ctx, state) {
      state.rung++;
      ctx.emit('alarm.rang', { at: ctx.now() });
    },
  },
});

const neighbour = defineActor({
  name: 'neighbour',
  init: () => ({ heard: 0 }),
  events: {
    'alarm.rang': {
      key: () => 'all',
      handle(_ctx, state) {
        state.heard++;
      },
    },
  },
});

describe('tryActors', () => {
  test('gives answers, states and events, and all that they lead to', async () => {
    await using world = await tryActors([alarm, neighbour]);
    assert.equal(await world.call(alarm, 'a/ü', 'alarm.set', { minutes: 5 }), 'a/ü');
    assert.deepEqual(world.state(alarm, 'a/ü'), { rung: 0, tried: 0 });
    await world.send(alarm, 'b', 'alarm.ring');
    assert.deepEqual(world.state(neighbour, 'all'), { heard: 1 });
    assert.deepEqual(world.events('alarm.rang'), world.events());
    assert.equal(world.events()[0]?.subject, 'b');
    assert.equal(world.state(alarm, 'c'), undefined);
  });

  test('fires timers when the clock has come to them, and not before', async () => {
    await using world = await tryActors([alarm]);
    await world.call(alarm, 'a', 'alarm.set', { minutes: 5 });
    await world.advance(5 * MINUTE_MS - 1_000);
    assert.deepEqual(world.events(), []);
    await world.advance(1_000);
    assert.equal(world.events('alarm.rang').length, 1);
  });

  test('keeps wall time of a zone over days', async () => {
    await using world = await tryActors([alarm]);
    await world.call(alarm, 'a', 'alarm.wake');
    await world.advance(DAY_MS);
    const [{ data } = { data: {} }] = world.events();
    assert.equal(new Date((data as { at: number }).at).toISOString().slice(0, 19), '2026-01-01T06:00:00');
  });

  test('leaves no turn out where it leaps over idle time', async () => {
    await using world = await tryActors([alarm]);
    await world.call(alarm, 'a', 'alarm.often');
    await world.call(alarm, 'b', 'alarm.set', { minutes: 45 });
    await world.advance(DAY_MS / 12);
    assert.deepEqual(world.state(alarm, 'a'), { rung: 120, tried: 0 });
    assert.deepEqual(world.state(alarm, 'b'), { rung: 1, tried: 0 });
  });

  test('tries a message again as time goes on, until it is a dead letter', async () => {
    await using world = await tryActors([alarm]);
    await world.send(alarm, 'a', 'alarm.set', { minutes: -1 });
    assert.equal(world.deadLetters().length, 0);
    await world.advance(10_000);
    assert.deepEqual(
      world.deadLetters().map(({ code, attempts }) => [code, attempts]),
      [['AW_UNEXPECTED', 3]],
    );
    await assert.rejects(world.call(alarm, 'a', 'alarm.none'), { code: 'AW_TYPE_UNHANDLED' });
    await assert.rejects(world.call(alarm, 'a', 'alarm.set', 1), { code: 'AW_DATA_INVALID' });
  });

  test('a killed process loses nothing, and handles after its restart what was sent meanwhile', async () => {
    await using world = await tryActors([alarm]);
    await world.call(alarm, 'a', 'alarm.set', { minutes: 5 });
    world.kill();
    await world.send(alarm, 'a', 'alarm.ring');
    await world.advance(10 * MINUTE_MS);
    assert.deepEqual(world.state(alarm, 'a'), { rung: 0, tried: 0 });
    await assert.rejects(world.call(alarm, 'a', 'alarm.ring'), { code: 'AW_CALL_TIMEOUT' });
    // Late for sure, whatever two clocks may be apart: then the call is not made up for.
    await world.advance(MINUTE_MS);
    await world.restart();
    assert.deepEqual(world.state(alarm, 'a'), { rung: 2, tried: 0 });
  });

  test('restarts with other actors on the same states', async () => {
    await using world = await tryActors([alarm]);
    await world.call(alarm, 'a', 'alarm.ring');
    const next = { ...alarm, version: 2, migrations: { 1: (state: unknown) => ({ ...(state as object), tried: 7 }) } };
    await world.restart([next]);
    await world.call(alarm, 'a', 'alarm.ring');
    assert.deepEqual(world.state(alarm, 'a'), { rung: 2, tried: 7 });
  });

  test('repeats exactly by its seed', async () => {
    const play = async (seed: number) => {
      await using world = await tryActors([alarm], { seed });
      await Promise.all(['a', 'b'].map((key) => world.call(alarm, key, 'alarm.ring')));
      await world.advance(MINUTE_MS);
      return world.events().map(({ id, data }) => [id, data]);
    };
    const first = await play(1);
    assert.equal(first.length, 2);
    assert.deepEqual(await play(1), first);
    assert.notDeepEqual(await play(2), first);
  });
});
