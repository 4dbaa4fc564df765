import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { connectTestBus } from '../../test/harness/actor-world.ts';
import { startTestServer, type TestServer } from '../../test/harness/nats-server.ts';
import type { Bus, CommitResult, Outgoing, Stored } from './bus.ts';

let server: TestServer;
let bus: Bus;
let subjects = 0;

/** Ends what should have ended long ago. */
const patience = () => AbortSignal.timeout(120_000);

before(async () => {
  server = await startTestServer();
  bus = await connectTestBus(server.url);
});
after(async () => {
  await bus[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

function freshSubject(): string {
  return `aw.test.state.0.bus.s${++subjects}`;
}

function message(subject: string, text: string, rest: Partial<Outgoing> = {}): Outgoing {
  return { subject, body: new TextEncoder().encode(text), ...rest };
}

function textOf(stored: Stored | undefined): string | undefined {
  return stored && new TextDecoder().decode(stored.body);
}

function firstSequence(result: CommitResult): number {
  assert.equal(result.outcome, 'stored');
  return result.outcome === 'stored' ? result.sequences[0]! : 0;
}

async function take(iterable: AsyncIterable<readonly Stored[]>, count: number): Promise<readonly Stored[]> {
  const taken: Stored[] = [];
  for await (const bunch of iterable) {
    taken.push(...bunch);
    if (taken.length >= count) break;
  }
  return taken;
}

describe('nats bus', () => {
  test('commit stores all messages side by side, and gives their sequences', async () => {
    const [a, b, c] = [freshSubject(), freshSubject(), freshSubject()];
    const result = await bus.commit('STATE', [message(a, 'a'), message(b, 'b'), message(c, 'c')]);
    const first = firstSequence(result);
    assert.deepEqual(result, { outcome: 'stored', sequences: [first, first + 1, first + 2] });
    assert.equal(textOf(await bus.at('STATE', first + 1)), 'b');
    assert.equal((await bus.last('STATE', c))?.sequence, first + 2);
  });

  test('remove takes one message and leaves its neighbours on the same subject; again it does nothing', async () => {
    const subject = 'aw.test.dead.bus.remove';
    const sequences: number[] = [];
    for (const text of ['a', 'b', 'c'])
      sequences.push(firstSequence(await bus.commit('DEAD', [message(subject, text)])));
    await bus.remove('DEAD', sequences[1]!);
    await bus.remove('DEAD', sequences[1]!);
    await bus.remove('DEAD', 999_999);
    const left = await bus.page('DEAD', { from: 1, filter: subject, limit: 10 });
    assert.deepEqual(left.map(textOf), ['a', 'c']);
  });

  for (const size of [1, 3]) {
    test(`a commit of ${size} with an expectation that is not met stores nothing`, async () => {
      const contested = freshSubject();
      const sequence = firstSequence(await bus.commit('STATE', [message(contested, 'old', { expectLastSequence: 0 })]));
      const others = Array.from({ length: size - 1 }, () =>
        message(freshSubject(), 'other', { expectLastSequence: 0 }),
      );
      const stale = message(contested, 'stale', { expectLastSequence: 0 });
      assert.deepEqual(await bus.commit('STATE', [...others, stale]), { outcome: 'conflict' });
      assert.equal(textOf(await bus.last('STATE', contested)), 'old');
      for (const { subject } of others) assert.equal(await bus.last('STATE', subject), undefined);
      const fresh = message(contested, 'new', { expectLastSequence: sequence });
      firstSequence(await bus.commit('STATE', [...others, fresh]));
      assert.equal(textOf(await bus.last('STATE', contested)), 'new');
    });
  }

  test('a message that replaces earlier ones is the only one with its subject', async () => {
    const subject = 'aw._sys.cursor.events.test';
    for (const text of ['1', '2', '3']) await bus.commit('EVENTS', [message(subject, text, { replacesEarlier: true })]);
    assert.deepEqual((await bus.page('EVENTS', { from: 1, filter: subject, limit: 10 })).map(textOf), ['3']);
  });

  test('publish under one id stores once', async () => {
    const subject = 'aw.test.evt.bus.published.k';
    const signal = patience();
    const first = await bus.publish(message(subject, 'x'), 'same-id', signal);
    const second = await bus.publish(message(subject, 'x'), 'same-id', signal);
    assert.deepEqual([first.isDuplicate, second.isDuplicate], [false, true]);
    assert.equal(second.sequence, first.sequence);
  });

  test('headers and bytes come back as they were', async () => {
    const body = Uint8Array.of(0, 255, 10, 13);
    const headers = { 'ce-id': '1', 'X-Other': 'a b' };
    const [stored] = await (async () => {
      const { sequence } = await bus.publish(
        { subject: 'aw.test.evt.bus.bytes.k', headers, body },
        'bytes',
        patience(),
      );
      return [
        await bus.at('EVENTS', sequence),
        await take(bus.read('EVENTS', { from: sequence, signal: patience() }), 1),
      ];
    })();
    assert.deepEqual(new Uint8Array(stored!.body), body);
    assert.equal(stored?.headers['ce-id'], '1');
    assert.equal(stored?.headers['X-Other'], 'a b');
    assert.ok(Math.abs(stored!.storedAt - Date.now()) < 60_000);
  });

  test('a command gets its partition from the server, always the same for a key', async () => {
    const partitions = new Set<string>();
    for (const id of ['p1', 'p2']) {
      const { sequence } = await bus.publish(message('aw.test.cmd.bus.key', '{}'), id, patience());
      partitions.add((await bus.at('MAILBOX', sequence))!.subject);
    }
    assert.equal(partitions.size, 1);
    assert.match([...partitions][0]!, /^aw\.test\.cmd\.\d{1,2}\.bus\.key$/);
  });

  test('page gives what is more than one answer may have, and ends early where it is told to', async () => {
    const all = Array.from({ length: 12 }, (_, index) => `aw.test.state.0.large.k${index}`);
    for (const subject of all) await bus.commit('STATE', [{ subject, body: new Uint8Array(900_000) }]);
    const page = { from: 1, filter: 'aw.test.state.*.large.>', limit: 1_000 };
    const subjectsOf = (stored: readonly Stored[]) => stored.map(({ subject }) => subject);
    assert.deepEqual(subjectsOf(await bus.page('STATE', page)), all);
    assert.deepEqual(subjectsOf(await bus.page('STATE', { ...page, limit: 11 })), all.slice(0, 11));
    const cut = await bus.page('STATE', { ...page, maxBytes: 5_000_000 });
    assert.deepEqual(subjectsOf(cut), all.slice(0, 6));
    assert.equal((await bus.page('STATE', { ...page, maxBytes: 1 })).length, 1);
    // Far more than the server keeps for one client: it would hang up.
    const many = [
      ...Array.from({ length: 8 }, () => bus.page('STATE', page)),
      ...Array.from({ length: 40 }, () => bus.last('STATE', 'aw.test.state.*.large.k3')),
    ];
    assert.equal((await Promise.all(many)).flat().length, 8 * 12 + 40);
  });

  test('page, count, last and trim see what a filter names', async () => {
    for (let index = 0; index < 25; index++) {
      await bus.commit('EVENTS', [message(`aw.test.evt.bus.paged.k${index % 5}`, String(index))]);
    }
    const filter = 'aw.test.evt.bus.paged.>';
    const all = await bus.page('EVENTS', { from: 1, filter, limit: 100 });
    assert.deepEqual(
      all.map(textOf),
      Array.from({ length: 25 }, (_, index) => String(index)),
    );
    assert.equal(await bus.count('EVENTS', filter, 1), 25);
    assert.equal(await bus.count('EVENTS', filter, all[5]!.sequence), 20);
    assert.equal(await bus.count('EVENTS', 'aw.test.evt.bus.never.>', 1), 0);
    assert.deepEqual((await bus.page('EVENTS', { from: all[20]!.sequence, filter, limit: 3 })).map(textOf), [
      '20',
      '21',
      '22',
    ]);
    assert.equal(textOf(await bus.last('EVENTS', 'aw.test.evt.bus.paged.*')), '24');
    assert.equal(await bus.at('EVENTS', 1_000_000), undefined);
    await bus.trim('EVENTS', 'aw.test.evt.bus.paged.k0', all[10]!.sequence);
    assert.equal(await bus.count('EVENTS', 'aw.test.evt.bus.paged.k0', 1), 2);
    assert.equal(await bus.count('EVENTS', filter, 1), 22);
  });

  test('read gives what is there and what comes, in order, over the death of the server', async () => {
    const filter = 'aw.test.evt.bus.read.k';
    const signal = patience();
    const reading = take(bus.read('EVENTS', { from: 1, filters: [filter], signal }), 300);
    for (let index = 0; index < 300; index++) {
      await bus.publish(message(filter, String(index)), `read-${index}`, signal);
      if (index === 150) {
        await server.kill();
        await server.restart();
      }
    }
    assert.deepEqual(
      (await reading).map(textOf),
      Array.from({ length: 300 }, (_, index) => String(index)),
    );
  });

  test('read asks for no more bytes at once than it has room for, and gives all of it in order', async () => {
    const filter = 'aw.test.evt.bus.wide.k';
    const signal = patience();
    const observer = await connect({ servers: server.url });
    const pulls: { max_bytes?: number }[] = [];
    let consumers = 0;
    observer.subscribe('$JS.API.CONSUMER.CREATE.>', { callback: () => void consumers++ });
    observer.subscribe('$JS.API.CONSUMER.MSG.NEXT.EVENTS.*', {
      callback: (_error, pull) => void pulls.push(pull.json()),
    });
    await observer.flush();
    const from = (await bus.streamStatus('EVENTS')).lastSequence + 1;
    const wide = (index: number) => ({ subject: filter, body: new Uint8Array(bus.maxBodyBytes).fill(index) });
    for (let index = 0; index < 200; index++) await bus.publish(wide(index), `wide-${index}`, signal);
    const read = await take(bus.read('EVENTS', { from, filters: [filter], signal }), 200);
    // And of small ones as many as it asks for at once, several times.
    const small = 'aw.test.evt.bus.small.k';
    const next = (await bus.streamStatus('EVENTS')).lastSequence + 1;
    const batch = Array.from({ length: 1_000 }, () => message(small, 'x'));
    for (let count = 0; count < 12; count++) await bus.commit('EVENTS', batch);
    const many = await take(bus.read('EVENTS', { from: next, filters: [small], signal }), 12_000);
    await observer.flush();
    await observer.close();
    assert.deepEqual(
      many.map(({ sequence }) => sequence),
      many.map((_, index) => next + index),
    );
    assert.equal(consumers, 2);
    assert.deepEqual(
      read.map(({ body }) => body[0]),
      Array.from({ length: 200 }, (_, index) => index),
    );
    assert.ok(
      pulls.length >= 3 && pulls.every(({ max_bytes }) => max_bytes === 16 * 1024 * 1024),
      JSON.stringify(pulls),
    );
  });

  test('a body over the limit is refused, and a broker that is away is waited for no longer than the signal says', async () => {
    const tooLarge = { subject: 'aw.test.evt.bus.large.k', body: new Uint8Array(bus.maxBodyBytes + 64 * 1024) };
    await assert.rejects(bus.publish(tooLarge, 'large', patience()), { code: 'AW_MESSAGE_TOO_LARGE' });
    await server.kill();
    const late = bus.publish(message('aw.test.evt.bus.late.k', 'x'), 'late', AbortSignal.timeout(300));
    await assert.rejects(late, { code: 'AW_BROKER_UNAVAILABLE' });
    await server.restart();
    await bus.publish(message('aw.test.evt.bus.late.k', 'x'), 'late', patience());
  });

  test('whatever is asked where nobody can answer fails as what may be tried again, and what is refused as refused', async () => {
    const other = await connectTestBus(server.url);
    const spec = { name: 'test=bus=r0', filter: 'aw.test.job.bus.r0.>', ackWaitMs: 1_000 };
    await other.jobs.ensureConsumer(spec);
    const overlapping = other.jobs.ensureConsumer({ ...spec, name: 'test=other=r0' });
    await assert.rejects(overlapping, { code: 'AW_BROKER_REFUSED' });
    await other[Symbol.asyncDispose]();
    const subject = 'aw.test.evt.bus.gone.k';
    const all: readonly (() => Promise<unknown>)[] = [
      () => other.streamStatus('EVENTS'),
      () => other.subjects('EVENTS', subject),
      () => other.trim('EVENTS', subject, 1),
      () => other.remove('EVENTS', 1),
      () => other.at('EVENTS', 1),
      () => other.last('EVENTS', subject),
      () => other.page('EVENTS', { from: 1, filter: subject, limit: 1 }),
      () => other.count('EVENTS', subject, 1),
      () => other.commit('EVENTS', [message(subject, 'x')]),
      () => other.jobs.ensureConsumer(spec),
      () => other.jobs.removeConsumer(spec.name),
      () => other.jobs.consumerStatus(spec.name),
      () => other.jobs.purge('JOBS', spec.filter),
    ];
    for (const ask of all) await assert.rejects(ask, { code: 'AW_BROKER_UNAVAILABLE' }, String(ask));
  });

  test('a stream of the same name that is not ours is refused, and left as it is', async () => {
    await using other = await startTestServer();
    const connection = await connect({ servers: other.url });
    const manager = await jetstreamManager(connection);
    await manager.streams.add({ name: 'STATE', subjects: ['shop.>'] });
    await assert.rejects(connectTestBus(other.url), { code: 'AW_STREAM_REFUSED' });
    assert.deepEqual((await manager.streams.info('STATE')).config.subjects, ['shop.>']);
    await connection.close();
  });

  test('a second connection finds the streams as they are, with the same incarnation', async () => {
    const before = await bus.streamStatus('STATE');
    await using other = await connectTestBus(server.url);
    assert.deepEqual(await other.streamStatus('STATE'), before);
  });
});
