import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { connectTestBus, readAll, startTestActors, stateOf, TENANT } from '../../test/harness/actor-world.ts';
import { startTestServer, type TestServer } from '../../test/harness/nats-server.ts';
import { until } from '../../test/harness/until.ts';
import type { Bus } from '../bus/bus.ts';
import { RetryableError } from '../errors/errors.ts';
import type { Message } from '../message/message.ts';
import { type ActorDefinition, defineActor, type TimerSpec } from './definition.ts';

/** State life, time-outs, timers, calls between actors, and what an operator may do, on a real server. */

let server: TestServer;
let bus: Bus;
let keys = 0;
const TIMEOUT = { timeoutMs: 60_000 };
const ANY = { type: 'object' };

before(async () => {
  server = await startTestServer();
  bus = await connectTestBus(server.url);
});
after(async () => {
  await bus[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const fresh = (actor: string) => ({ tenant: TENANT, actor, key: `life ${++keys}/ü.*>` });

interface NoteState {
  lines: string[];
}

const note = (more: Partial<ActorDefinition> = {}): ActorDefinition => ({
  ...defineActor({
    name: 'note',
    attempts: 2,
    timeoutMs: 150,
    init: (): NoteState => ({ lines: [] }),
    schemas: {
      'note.add': ANY,
      'note.hang': ANY,
      'note.end': ANY,
      'note.plan': ANY,
      'note.ask': ANY,
      'note.drop': ANY,
    },
    commands: {
      'note.add'(_ctx, state, { data }: Message<{ line: string }>) {
        state.lines.push(data.line);
        return state.lines;
      },
      async 'note.hang'(ctx, state) {
        state.lines.push('lost');
        await new Promise((resolve) => ctx.signal.addEventListener('abort', resolve));
      },
      'note.end'(ctx, state) {
        ctx.destroy();
        return state.lines;
      },
      'note.plan'(ctx, _state, { data }) {
        ctx.schedule(data as unknown as TimerSpec);
      },
      'note.drop'(ctx, _state, { data }: Message<{ id: string }>) {
        return ctx.cancel(data.id);
      },
      async 'note.ask'(ctx, state, { data }: Message<{ key: string; type: string; line: string }>) {
        const answer = await ctx.call('note', data.key, data.type, { ...data, key: ctx.key }, TIMEOUT);
        state.lines.push(`asked ${JSON.stringify(answer)}`);
        return answer;
      },
    },
  }),
  ...more,
});

const linesOf = async (address: { key: string }) => {
  const { encodeKey } = await import('../message/key.ts');
  return (await stateOf<NoteState>(bus, 'note', encodeKey(address.key)))?.lines;
};

describe('the life of a key', () => {
  test('a handler that never returns ends at its time, is tried again, and then buried; its key goes on', async () => {
    const address = fresh('note');
    await using actors = await startTestActors(bus, [note()]);
    await actors.send(address, 'note.hang', {});
    assert.deepEqual(await actors.call(address, 'note.add', { line: 'a' }, TIMEOUT), ['a']);
    await assert.rejects(actors.call(address, 'note.hang', {}, TIMEOUT), { code: 'AW_HANDLER_TIMEOUT' });
    assert.deepEqual(await linesOf(address), ['a']);
  });

  test('destroy ends a life; the next message begins another one, and the entry goes when nothing needs it', async () => {
    const address = fresh('note');
    await using actors = await startTestActors(bus, [note()]);
    await actors.call(address, 'note.add', { line: 'a' }, TIMEOUT);
    assert.deepEqual(await actors.call(address, 'note.end', {}, TIMEOUT), ['a']);
    assert.deepEqual(await actors.call(address, 'note.add', { line: 'b' }, TIMEOUT), ['b']);
    await actors.control.destroy(address);
    assert.equal(await linesOf(address), undefined);
    await until(
      async () => (await readAll(bus, 'STATE', `aw.${TENANT}.state.*.note.*`)).every(({ body }) => !isTombstone(body)),
      'the tombstone to go',
    );
    assert.deepEqual(await actors.call(address, 'note.add', { line: 'c' }, TIMEOUT), ['c']);
  });

  test('a state of an older version is migrated; one that no migration covers waits, nothing is lost', async () => {
    const address = fresh('note');
    {
      await using first = await startTestActors(bus, [note()]);
      await first.call(address, 'note.add', { line: 'a' }, TIMEOUT);
    }
    {
      const unable = { ...note(), version: 3, migrations: {} };
      await using second = await startTestActors(bus, [unable]);
      await assert.rejects(second.call(address, 'note.add', { line: 'b' }, TIMEOUT), { code: 'AW_STATE_VERSION' });
      const other = fresh('note');
      assert.deepEqual(await second.call(other, 'note.add', { line: 'x' }, TIMEOUT), ['x']);
      assert.equal((await second.control.look(address)).status, 'BLOCKED');
    }
    const able = note({
      version: 3,
      migrations: {
        1: (state) => ({ lines: [...(state as NoteState).lines, 'two'] }),
        2: (state) => ({ lines: [...(state as NoteState).lines, 'three'] }),
      },
    });
    await using third = await startTestActors(bus, [able]);
    assert.deepEqual(await third.call(address, 'note.add', { line: 'c' }, TIMEOUT), ['a', 'two', 'three', 'b', 'c']);
  });

  test('a timer fires once, again and again, survives a restart, and is listed and cancelled', async () => {
    const address = fresh('note');
    let [never, delayMs] = ['', 200];
    {
      await using actors = await startTestActors(bus, [note()]);
      const plan = (id: string, time: object, line = id) =>
        actors.call(address, 'note.plan', { id, ...time, type: 'note.add', data: { line } }, TIMEOUT);
      await plan('often', { everyMs: 200 });
      await plan('far', { delayMs: 1e9 });
      // On a busy machine it may have fired before it is cancelled: then one that is due later.
      for (let isCancelled = false; !isCancelled; delayMs *= 2) {
        never = `never ${delayMs}`;
        await plan('never', { delayMs }, never);
        isCancelled = (await actors.call(address, 'note.drop', { id: 'never' }, TIMEOUT)) as boolean;
      }
      const { timers } = await actors.control.look(address);
      assert.deepEqual(timers.map(({ id }) => id).sort(), ['far', 'often']);
      // Due after the one that never fires.
      await plan('later', { delayMs });
    }
    await using actors = await startTestActors(bus, [note()]);
    const lines = await until(async () => {
      const found = await linesOf(address);
      return found && found.filter((line) => line === 'often').length >= 3 && found.includes('later') && found;
    }, 'the timers');
    assert.equal(lines.filter((line) => line === 'later').length, 1);
    assert.equal(lines.includes(never), false);
    assert.equal(await actors.control.cancelTimer(address, 'far'), true);
    assert.equal(await actors.control.cancelTimer(address, 'often'), true);
    assert.equal(await actors.control.cancelTimer(address, 'often'), false);
    assert.deepEqual((await actors.control.look(address)).timers, []);
  });

  test('a timer of a destroyed key never fires', async () => {
    const address = fresh('note');
    await using actors = await startTestActors(bus, [note()]);
    await actors.call(
      address,
      'note.plan',
      { id: 'x', delayMs: 200, type: 'note.add', data: { line: 'ghost' } },
      TIMEOUT,
    );
    await actors.call(address, 'note.end', {}, TIMEOUT);
    const other = fresh('note');
    await actors.call(other, 'note.plan', { id: 'x', delayMs: 600, type: 'note.add', data: { line: 'mark' } }, TIMEOUT);
    await until(async () => (await linesOf(other))?.includes('mark'), 'the later timer');
    assert.equal(await linesOf(address), undefined);
  });

  test('a wrong timer is refused with a code', async () => {
    await using actors = await startTestActors(bus, [note()]);
    for (const spec of [
      { id: 'x', cron: '99 * * * *', type: 'note.add' },
      { id: 'x', everyMs: 0, type: 'note.add' },
      { id: 'x', type: 'note.add' },
      { id: '', delayMs: 1, type: 'note.add' },
      { id: 'x', everyMs: 1_000, missed: 'never', type: 'note.add' },
    ]) {
      await assert.rejects(actors.call(fresh('note'), 'note.plan', spec, TIMEOUT), { code: 'AW_SCHEDULE_INVALID' });
    }
    const unknown = actors.call(fresh('note'), 'note.plan', { id: 'x', delayMs: 1, type: 'note.none' }, TIMEOUT);
    await assert.rejects(unknown, { code: 'AW_TYPE_UNHANDLED' });
  });

  test('actors call each other; a cycle is found and refused', async () => {
    const [one, two] = [fresh('note'), fresh('note')];
    await using actors = await startTestActors(bus, [note(TIMEOUT)]);
    const ask = { key: two.key, type: 'note.add', line: 'hello' };
    assert.deepEqual(await actors.call(one, 'note.ask', ask, TIMEOUT), ['hello']);
    const cycle = { key: two.key, type: 'note.ask', line: 'again' };
    await assert.rejects(actors.call(one, 'note.ask', cycle, TIMEOUT), { code: 'AW_CALL_CYCLE' });
  });

  test('what the other has given up is not asked again: its refusal ends the caller, too', async () => {
    const [one, two] = [fresh('note'), fresh('note')];
    let asked = 0;
    const asking = note({ attempts: 5, ...TIMEOUT });
    const ask = asking.commands!['note.ask']!;
    const counting: typeof ask = (ctx, state, message) => {
      asked++;
      return ask(ctx, state, message);
    };
    const definition = { ...asking, commands: { ...asking.commands, 'note.ask': counting } };
    await using actors = await startTestActors(bus, [definition]);
    const wrong = { key: two.key, type: 'note.plan', id: '', delayMs: 1 };
    await assert.rejects(actors.call(one, 'note.ask', wrong, TIMEOUT), {
      name: 'TerminalError',
      code: 'AW_SCHEDULE_INVALID',
    });
    assert.equal(asked, 1);
  });

  test('a call that is given up is not begun, or tells its handler', async () => {
    const address = fresh('note');
    await using actors = await startTestActors(bus, [note({ attempts: 1, ...TIMEOUT })]);
    const hanging = new AbortController();
    const first = actors.call(address, 'note.hang', {}, { ...TIMEOUT, signal: hanging.signal });
    await until(async () => (await actors.control.look(address)).current?.type === 'note.hang', 'the handler to run');
    const waiting = new AbortController();
    const second = actors.call(address, 'note.add', { line: 'never' }, { ...TIMEOUT, signal: waiting.signal });
    await until(async () => (await actors.control.look(address)).depth === 2, 'both to be there');
    waiting.abort(new Error('no more'));
    await assert.rejects(second, { message: 'no more' });
    hanging.abort(new Error('enough'));
    await assert.rejects(first, { message: 'enough' });
    // The handler ends when its signal aborts: what it has done by then counts.
    assert.deepEqual(await actors.call(address, 'note.add', { line: 'next' }, TIMEOUT), ['lost', 'next']);
  });

  test('a paused key keeps what comes, in order, over a restart, and keeps nothing from being trimmed', async () => {
    const address = fresh('note');
    const sent = Array.from({ length: 300 }, (_, index) => String(index));
    {
      await using actors = await startTestActors(bus, [note()]);
      await actors.call(address, 'note.add', { line: 'first' }, TIMEOUT);
      await actors.control.pause(address);
      await Promise.all(sent.map((line) => actors.send(address, 'note.add', { line })));
      assert.equal((await actors.control.look(address)).status, 'PAUSED');
      await until(async () => (await readAll(bus, 'MAILBOX', `aw.${TENANT}.parked.>`)).length >= 300, 'parking');
      await until(async () => (await readAll(bus, 'MAILBOX', `aw.${TENANT}.cmd.>`)).length === 0, 'trimming');
      assert.deepEqual(await linesOf(address), ['first']);
    }
    await using actors = await startTestActors(bus, [note()]);
    assert.equal((await actors.control.look(address)).status, 'PAUSED');
    await actors.send(address, 'note.add', { line: 'last' });
    await actors.control.resume(address);
    const lines = await until(async () => {
      const found = await linesOf(address);
      return found?.includes('last') && found;
    }, 'the last line');
    assert.deepEqual(new Set(lines), new Set(['first', ...sent, 'last']));
    assert.equal(lines.length, 302);
    await until(async () => (await readAll(bus, 'MAILBOX', `aw.${TENANT}.parked.>`)).length === 0, 'the copies to go');
  });

  test('what is parked behind a handler that runs long comes after it, also when it fails or is paused', async () => {
    const address = fresh('slow');
    let isFirst = true;
    const areParked = Promise.withResolvers<void>();
    const slow = defineActor({
      name: 'slow',
      init: () => ({ seen: [] as number[] }),
      schemas: { 'slow.add': ANY },
      commands: {
        async 'slow.add'(_ctx, state, { data }: Message<{ number: number }>) {
          if (isFirst) {
            isFirst = false;
            await areParked.promise;
            throw new RetryableError('TEST_BUSY', 'not yet', { retryAfterMs: 1_200 });
          }
          state.seen.push(data.number);
        },
      },
    });
    const numbers = Array.from({ length: 400 }, (_, index) => index);
    await using actors = await startTestActors(bus, [slow]);
    await Promise.all(numbers.map((number) => actors.send(address, 'slow.add', { number })));
    await until(async () => (await readAll(bus, 'MAILBOX', `aw.${TENANT}.parked.>`)).length >= 400, 'parking');
    areParked.resolve();
    const seen = await until(async () => {
      const state = await actors.control.exportKey(address).catch(() => undefined);
      const found = (state?.state as { seen: number[] } | undefined)?.seen;
      return found?.at(-1) === 399 && found;
    }, 'the last one');
    assert.deepEqual(seen, numbers);
  });

  test('a timer that has much to catch up with does so in pieces', async () => {
    const address = fresh('tick');
    const tick = defineActor({
      name: 'tick',
      init: () => ({ ticks: 0 }),
      schemas: { 'tick.plan': ANY, 'tick.tock': ANY, 'tick.tocked': ANY },
      commands: {
        'tick.plan'(ctx) {
          ctx.schedule({ id: 't', everyMs: 5, missed: 'all', type: 'tick.tock' });
        },
        'tick.tock'(ctx, state) {
          state.ticks++;
          for (let index = 0; index < 20; index++) ctx.emit('tick.tocked', { index });
          if (state.ticks === 300) ctx.cancel('t');
        },
      },
    });
    await using actors = await startTestActors(bus, [tick]);
    await actors.call(address, 'tick.plan', {}, TIMEOUT);
    const plannedAt = Date.now();
    await actors.control.pause(address);
    await until(() => Date.now() - plannedAt >= 300 * 5, '300 turns to be due');
    await actors.control.resume(address);
    const events = () => bus.count('EVENTS', `aw.${TENANT}.evt.tick.tocked.>`, 1);
    await until(async () => (await events()) >= 6_000, 'all ticks');
    assert.equal(await events(), 6_000);
  });

  test('timers and archives that are too large for an entry make a dead letter, and the key goes on', async () => {
    const address = fresh('note');
    await using actors = await startTestActors(bus, [note(), { ...note(), name: 'filed', archive: true }]);
    for (const id of ['a', 'b', 'c', 'd']) {
      const spec = { id, delayMs: 1e9, type: 'note.add', data: { line: 'x'.repeat(150_000) } };
      await actors.call(address, 'note.plan', spec, TIMEOUT).catch((error: { code: string }) => {
        assert.equal(error.code, 'AW_STATE_TOO_LARGE');
      });
    }
    assert.deepEqual(await actors.call(address, 'note.add', { line: 'on' }, TIMEOUT), ['on']);
    const filed = fresh('filed');
    await Promise.all(
      ['1', '2', '3', '4'].map((line) => actors.send(filed, 'note.add', { line: line.repeat(20_000) })),
    );
    const answer = actors.call(filed, 'note.add', { line: 'x'.repeat(200_000) }, TIMEOUT);
    await assert.rejects(answer, { code: 'AW_STATE_TOO_LARGE' });
  });

  test('kill gives up the handler at work; export and import carry a key over', async () => {
    const [address, copy] = [fresh('note'), fresh('note')];
    await using actors = await startTestActors(bus, [note({ attempts: 1, ...TIMEOUT })]);
    await actors.call(address, 'note.add', { line: 'a' }, TIMEOUT);
    const hanging = actors.call(address, 'note.hang', {}, TIMEOUT);
    hanging.catch(() => undefined);
    await until(async () => (await actors.control.look(address)).current?.type === 'note.hang', 'the handler to run');
    await actors.control.kill(address);
    await assert.rejects(hanging, { code: 'AW_ACTOR_KILLED' });
    const exported = await actors.control.exportKey(address);
    assert.deepEqual(exported.state, { lines: ['a'] });
    await actors.control.importKey(copy, exported, { replace: false });
    assert.deepEqual(await actors.call(copy, 'note.add', { line: 'b' }, TIMEOUT), ['a', 'b']);
    await assert.rejects(actors.control.importKey(copy, exported, { replace: false }), { code: 'AW_STATE_EXISTS' });
    await actors.control.importKey(copy, exported, { replace: true });
    assert.deepEqual(await linesOf(copy), ['a']);
    await assert.rejects(actors.control.importKey(copy, { ...exported, version: 9 }, { replace: true }), {
      code: 'AW_STATE_VERSION',
    });
    await assert.rejects(actors.control.exportKey(fresh('note')), { code: 'AW_NOT_FOUND' });
    await assert.rejects(actors.control.look(fresh('nobody')), { code: 'AW_ACTOR_UNKNOWN' });
  });

  test('an operator reaches a key that another process owns', async () => {
    await using first = await startTestActors(bus, [note()]);
    const otherBus = await connectTestBus(server.url);
    await using second = await startTestActors(otherBus, [note()]);
    await until(() => first.status.partitions === 32 && second.status.partitions === 32, 'both to have their share');
    const owners = new Set<string>();
    for (let turn = 0; turn < 20; turn++) {
      const address = fresh('note');
      await first.call(address, 'note.add', { line: 'a' }, TIMEOUT);
      owners.add((await first.control.look(address)).owner);
      assert.deepEqual((await second.control.exportKey(address)).state, { lines: ['a'] });
    }
    assert.deepEqual(owners, new Set([first.status.member, second.status.member]));
    await second[Symbol.asyncDispose]();
    await otherBus[Symbol.asyncDispose]();
  });
});

function isTombstone(body: Uint8Array): boolean {
  return !('state' in (JSON.parse(new TextDecoder().decode(body)) as object));
}
