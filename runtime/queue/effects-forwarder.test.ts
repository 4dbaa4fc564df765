import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { connectTestBus, readAll, TENANT } from '../../test/harness/actor-world.ts';
import { startTestServer, type TestServer } from '../../test/harness/nats-server.ts';
import { until } from '../../test/harness/until.ts';
import type { Bus, CommitResult, Outgoing, StreamName } from '../bus/bus.ts';
import { systemClock } from '../clock/system-clock.ts';
import { commandSubject, cursorSubject, eventSubject } from '../message/subjects.ts';
import { type Log, noLog } from '../telemetry/log.ts';
import { type EffectsForwarder, startEffectsForwarder } from './effects-forwarder.ts';
import { type Effect, outcomeSubject } from './outcome-record.ts';

/** On a real server: effects that leave once, whoever is killed, late or beside another. */

let server: TestServer;
let bus: Bus;
let tests = 0;
let started: EffectsForwarder[] = [];

before(async () => {
  server = await startTestServer();
  bus = await connectTestBus(server.url);
});
afterEach(async () => {
  for (const forwarder of started) await forwarder[Symbol.asyncDispose]();
  started = [];
});
after(async () => {
  await bus[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

function start(self: string, via: Bus = bus, log: Log = noLog): EffectsForwarder {
  const forwarder = startEffectsForwarder({ bus: via, clock: systemClock, log, self });
  started.push(forwarder);
  return forwarder;
}

/** Names of this test's own. */
function place() {
  const name = `t${++tests}`;
  return {
    event: eventSubject(TENANT, 'thing.done', name),
    command: commandSubject({ tenant: TENANT, actor: 'thing', key: name }),
    stored: { event: `aw.*.evt.thing.done.${name}`, command: `aw.*.cmd.*.thing.${name}` },
    job: (id: string) => `aw.${TENANT}.job.${name}.r0.s.${id}`,
    jobs: `aw.${TENANT}.job.${name}.>`,
    name,
  };
}
type Place = ReturnType<typeof place>;

const effectsOf = ({ event, command, job }: Place, at: number | string): readonly Effect[] => [
  { to: 'EVENTS', subject: event, headers: {}, body: JSON.stringify(at) },
  { to: 'MAILBOX', subject: command, headers: {}, body: JSON.stringify(at) },
  { to: 'JOBS', subject: job(`j${at}`), headers: {}, body: JSON.stringify([{ t: 'a.b', d: at }]) },
];

/** An outcome as a worker stores it. */
async function complete(at: Place, home: string, x?: readonly Effect[]): Promise<number> {
  const record = { w: 'test', j: [{ t: 'a.b' }], ...(x === undefined ? {} : { x }) };
  const subject = outcomeSubject(TENANT, at.name, 'completed', x !== undefined, home);
  const result = await bus.commit('JOBLOG', [{ subject, body: Buffer.from(JSON.stringify(record)) }]);
  assert.ok(result.outcome === 'stored');
  return result.sequences[0]!;
}

const bodies = async (stream: StreamName, filter: string) =>
  (await readAll(bus, stream, filter)).map(({ body }) => JSON.parse(Buffer.from(body).toString()) as unknown);
const eventsOf = (at: Place) => bodies('EVENTS', at.stored.event);
const commandsOf = (at: Place) => bodies('MAILBOX', at.stored.command);
const jobsOf = (at: Place) => bodies('JOBS', at.jobs);

/** The bus of a process that something happens to. */
function within(commit: (stream: StreamName, messages: readonly Outgoing[]) => Promise<CommitResult>): Bus {
  return {
    ...bus,
    get status() {
      return bus.status;
    },
    commit,
  };
}

const withoutConditions = (messages: readonly Outgoing[]): readonly Outgoing[] =>
  messages.map(({ expectLastSequence: _none, ...message }) => message);

describe('startEffectsForwarder', () => {
  test('puts each effect into its stream, in order, and reads no outcome without', async () => {
    const at = place();
    const forwarder = start('a');
    await complete(at, 'h0');
    for (let home = 1; home <= 20; home++) await complete(at, `h${home}`, effectsOf(at, home));
    const all = Array.from({ length: 20 }, (_, index) => index + 1);
    await until(async () => (await commandsOf(at)).length === 20, 'the commands');
    assert.deepEqual(await commandsOf(at), all);
    assert.deepEqual(await eventsOf(at), all);
    assert.equal((await jobsOf(at)).length, 20);
    assert.equal(forwarder.isActive, true);
  });

  test('keeps a job that is to wait until its time', async () => {
    const at = place();
    start('a');
    const [, , job] = effectsOf(at, 1);
    const due = Date.now() + 300;
    const delayed = (name: string, to: string, deliverAt: number): Effect => {
      return { ...job!, subject: at.job(name).replace('.r0.', '.d.'), deliver: { at: deliverAt, to } };
    };
    await complete(at, 'h', [delayed('later', at.job('later'), due + 600_000), delayed('j1', job!.subject, due)]);
    const [ready] = await until(async () => {
      const found = await readAll(bus, 'JOBS', job!.subject);
      return found.length === 1 && found;
    }, 'it to be ready');
    assert.ok(ready!.storedAt >= due - 5, `${ready!.storedAt} is before ${due}`);
    assert.equal((await readAll(bus, 'JOBS', at.job('later').replace('.r0.', '.d.'))).length, 1);
  });

  test('sends nothing twice and nothing not when it is killed between two streams', async () => {
    const at = place();
    const killed = Promise.withResolvers<void>();
    const never = Promise.withResolvers<CommitResult>();
    const first = start(
      'a',
      within((stream, messages) => {
        if (stream !== 'MAILBOX') return bus.commit(stream, messages);
        killed.resolve();
        // Dead: nothing comes of it, not even an error.
        return never.promise;
      }),
    );
    await complete(at, 'h', effectsOf(at, 1));
    await killed.promise;
    assert.deepEqual([(await eventsOf(at)).length, (await commandsOf(at)).length], [1, 0]);
    const buried = first[Symbol.asyncDispose]();
    start('b');
    await complete(at, 'i', effectsOf(at, 2));
    await until(async () => (await commandsOf(at)).length === 2, 'the commands');
    assert.deepEqual(await eventsOf(at), [1, 2]);
    assert.deepEqual(await commandsOf(at), [1, 2]);
    assert.equal((await jobsOf(at)).length, 2);
    never.reject(new Error('dead'));
    await buried;
  });

  for (const { isControl, expected } of [
    { isControl: false, expected: [1] },
    { isControl: true, expected: [1, 1] },
  ]) {
    const name = isControl
      ? 'control: without the condition on its cursor, one that comes late sends again'
      : 'one that comes late is refused, and stands by';
    test(name, async () => {
      const at = place();
      const reached = Promise.withResolvers<void>();
      const released = Promise.withResolvers<void>();
      await complete(at, 'h', effectsOf(at, 1));
      const late = start(
        'a',
        within(async (stream, messages) => {
          reached.resolve();
          await released.promise;
          return bus.commit(stream, isControl ? withoutConditions(messages) : messages);
        }),
      );
      await reached.promise;
      // Of the greater id: it would give way to the late one if it heard of it.
      const other = start('b', { ...bus, listen: () => ({ [Symbol.dispose]() {} }) });
      await until(async () => (await commandsOf(at)).length === 1, 'the other to send');
      released.resolve();
      if (isControl) await until(async () => (await commandsOf(at)).length > 1, 'the late one to send');
      else await until(() => !late.isActive, 'the late one to give way');
      assert.deepEqual(await eventsOf(at), expected);
      assert.deepEqual(await commandsOf(at), expected);
      assert.equal(other.isActive || isControl, true);
    });
  }

  test('of several at once one goes on, and each effect is sent once', async () => {
    const at = place();
    const forwarders = ['c', 'a', 'b'].map((self) => start(self));
    const homes = Array.from({ length: 300 }, (_, index) => index);
    for (let from = 0; from < homes.length; from += 30) {
      await Promise.all(homes.slice(from, from + 30).map((home) => complete(at, `h${home}`, effectsOf(at, home))));
    }
    await until(async () => (await commandsOf(at)).length >= 300, 'all commands');
    await until(() => forwarders.filter(({ isActive }) => isActive).length === 1, 'all but one to give way');
    const sorted = (found: readonly unknown[]) => found.map(Number).sort((a, b) => a - b);
    assert.deepEqual(sorted(await commandsOf(at)), homes);
    assert.deepEqual(sorted(await eventsOf(at)), homes);
    assert.equal((await jobsOf(at)).length, 300);
  });

  test('takes over from one that has fallen silent', async () => {
    const at = place();
    const first = start('a');
    const second = start('b');
    await until(() => first.isActive && !second.isActive, 'one to lead');
    await first[Symbol.asyncDispose]();
    await until(() => second.isActive, 'the other to lead');
    await complete(at, 'h', effectsOf(at, 1));
    await until(async () => (await commandsOf(at)).length === 1, 'the command');
  });

  test('sends more than one batch holds', async () => {
    const at = place();
    start('a');
    const many = Array.from({ length: 790 }, (_, index) => index);
    const events = many.map((index) => effectsOf(at, index)[0]!);
    await complete(at, 'h', events);
    await complete(at, 'i', events);
    // More than the bound for one record.
    await complete(at, 'k', [...events, ...events, effectsOf(at, 1)[1]!]);
    await until(async () => (await commandsOf(at)).length === 1, 'the last effect');
    assert.equal(await bus.count('EVENTS', at.stored.event, 1), 4 * 790);
  });

  test('goes on behind a record that is none, and says when some were gone before it looked', async () => {
    const at = place();
    const told: string[] = [];
    const log: Log = { ...noLog, error: (event) => void told.push(event) };
    const forwarder = start('a', bus, log);
    await bus.commit('JOBLOG', [
      { subject: outcomeSubject(TENANT, at.name, 'completed', true, 'h'), body: Buffer.from('{') },
    ]);
    await complete(at, 'i', effectsOf(at, 1));
    await until(async () => (await commandsOf(at)).length === 1, 'the command');
    assert.deepEqual(told, ['effects.corrupt']);
    await forwarder[Symbol.asyncDispose]();
    const lost = await complete(at, 'k', effectsOf(at, 2));
    await bus.trim('JOBLOG', '>', lost);
    start('a', bus, log);
    await complete(at, 'l', effectsOf(at, 3));
    await until(async () => (await commandsOf(at)).length === 2, 'the next command');
    assert.deepEqual(told, ['effects.corrupt', 'effects.lost']);
    assert.deepEqual(await commandsOf(at), [1, 3]);
    assert.ok(await bus.last('MAILBOX', cursorSubject('MAILBOX', 'effects')));
  });
});
