import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Client } from 'graphql-ws';
import { until } from '../harness/until.ts';
import { fakeDevice } from './fake-services.ts';
import { startWorld } from './gateway-world.ts';
import type { MemoryBus } from './memory-bus.ts';

interface Update {
  readonly __typename: string;
  readonly cursor: string;
  readonly id?: string;
  readonly from?: string;
  readonly to?: string;
}

const DOCUMENT = `subscription ($after: String, $types: [String!]) {
  events(after: $after, types: $types) {
    __typename
    ... on Event { id cursor type subject source at data traceId }
    ... on Lagged { cursor from to count }
    ... on CaughtUp { cursor }
  }
}`;

/** Takes updates until `enough`, and ends the subscription. */
async function follow(
  client: Client,
  variables: { readonly after?: string | undefined; readonly types?: readonly string[] },
  enough: (updates: Update[]) => boolean,
): Promise<Update[]> {
  const updates: Update[] = [];
  for await (const { data, errors } of client.iterate<{ events: Update }>({ query: DOCUMENT, variables })) {
    assert.equal(errors, undefined);
    updates.push(data!.events);
    if (enough(updates)) break;
  }
  return updates;
}

const untilCaughtUp = (all: Update[]) => all.at(-1)!.__typename === 'CaughtUp';
const kinds = (updates: Update[]) => updates.map(({ __typename, id }) => id ?? __typename);

/** Event `n`: of a device, an agent or a memory by turns. */
function happen(
  bus: MemoryBus,
  n: number,
  more: { readonly tenant?: string; readonly traceparent?: string } = {},
): void {
  const events: [string, string, object][] = [
    ['device.attached', 'bench/x', { device: fakeDevice('x'), reason: 'hint' }],
    ['agent.run_started', 'a', { agentId: 'a', runId: `r${n}`, trigger: 'manual' }],
    ['memory.forgotten', `m${n}`, { memoryId: `m${n}` }],
  ];
  bus.appendEvent(...events[n % 3]!, { id: `e${n}`, ...more });
}

test('events shows events of any kind with their data, live, and of the own tenant alone', async (t) => {
  const { bus, openClient } = await startWorld(t);
  happen(bus, 0);
  const updates = await follow(openClient(), {}, (seen) => {
    if (seen.length === 1) {
      happen(bus, 1, { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` });
      happen(bus, 2, { tenant: 'other' });
      bus.append('aw.default.evt.unheard.of.x', {}, new Uint8Array([1]));
      bus.appendEvent('memory.forgotten', 'x', { rubbish: true });
      happen(bus, 5);
    }
    return seen.length === 3;
  });
  assert.deepEqual(kinds(updates), ['CaughtUp', 'e1', 'e5']);
  assert.deepEqual(updates[1], {
    __typename: 'Event',
    id: 'e1',
    cursor: 'one-2',
    type: 'agent.run_started',
    subject: 'a',
    source: 'test',
    at: '2026-01-02T03:04:05.006Z',
    data: { agentId: 'a', runId: 'r1', trigger: 'manual' },
    traceId: 'a'.repeat(32),
  });
});

test('events resumes from a cursor over new connections and kinds of filters, without gap or duplicate', async (t) => {
  const { bus, openClient } = await startWorld(t);
  const filters: [readonly string[] | undefined, (n: number) => boolean][] = [
    [undefined, () => true],
    [[], () => true],
    [['agent.*'], (n) => n % 3 === 1],
    [['memory.forgotten', 'device.*', 'device.attached'], (n) => n % 3 !== 1],
    [['unheard.of'], () => false],
  ];
  for (const [types, isWanted] of filters) {
    const wanted = types === undefined ? {} : { types };
    const base = bus.lastSequence;
    let after = (await follow(openClient(), wanted, untilCaughtUp))[0]!.cursor;
    const seen: string[] = [];
    for (let round = 0; round < 3; round++) {
      for (let n = 0; n < 8; n++) happen(bus, base + round * 8 + n);
      const updates = await follow(
        openClient(),
        { ...wanted, after },
        (all) => all.length === 3 + round || untilCaughtUp(all),
      );
      for (const { id } of updates) if (id !== undefined) seen.push(id);
      after = updates.at(-1)!.cursor;
    }
    for (const { id } of await follow(openClient(), { ...wanted, after }, untilCaughtUp)) {
      if (id !== undefined) seen.push(id);
    }
    const all = Array.from({ length: 24 }, (_, n) => base + n);
    assert.deepEqual(
      seen,
      all.filter(isWanted).map((n) => `e${n}`),
      `${types}`,
    );
  }
});

test('events says what is lost, and refuses what is no type, no cursor, or too much', async (t) => {
  const { bus, openClient } = await startWorld(t, { limits: { eventFeeds: 3 } });
  for (let n = 0; n < 9; n++) happen(bus, n);
  bus.forget(5);
  const updates = await follow(openClient(), { after: 'one-2', types: ['memory.*'] }, untilCaughtUp);
  assert.deepEqual(kinds(updates), ['Lagged', 'e5', 'e8', 'CaughtUp']);
  assert.deepEqual([updates[0]?.from, updates[0]?.to], ['one-2', 'one-5']);

  const client = openClient();
  const codeOf = async (variables: Record<string, unknown>): Promise<string | undefined> => {
    for await (const { errors } of client.iterate({ query: DOCUMENT, variables })) {
      return errors?.[0]?.extensions?.['code'] as string | undefined;
    }
    return undefined;
  };
  const table: [Record<string, unknown>, string][] = [
    [{ types: ['device'] }, 'AW_NAME_INVALID'],
    [{ types: ['*'] }, 'AW_NAME_INVALID'],
    [{ types: ['*.attached'] }, 'AW_NAME_INVALID'],
    [{ types: ['agent.*', ''] }, 'AW_NAME_INVALID'],
    [{ types: ['agent.>'] }, 'AW_NAME_INVALID'],
    [{ types: Array.from({ length: 21 }, (_, n) => `a.b${n}`) }, 'AW_ARGUMENT_INVALID'],
    [{ after: 'rubbish' }, 'AW_CURSOR_INVALID'],
  ];
  for (const [variables, code] of table) assert.equal(await codeOf(variables), code, JSON.stringify(variables));

  // The set that nobody follows any more gives way; those that are followed do not.
  const open = ['a.*', 'b.*', 'c.*'].map((type) => client.iterate({ query: DOCUMENT, variables: { types: [type] } }));
  for (const one of open) await one.next();
  assert.equal(await codeOf({ types: ['d.*'] }), 'AW_TOO_MANY_FEEDS');
  assert.equal(await codeOf({ types: ['c.*', 'c.*'] }), undefined);
  for (const one of open) await one.return!();
});

test('a few websockets cannot take the room of all, and there is always room for what dashboards follow', async (t) => {
  const { openClient } = await startWorld(t, { limits: { eventFeeds: 5, eventFeedsPerSocket: 3 } });
  /** What the first update of each is, all of them asked for at once. */
  const first = (client: Client, documents: readonly string[]) =>
    Promise.all(
      documents.map(
        (query) =>
          new Promise<string>((resolve) => {
            client.subscribe(
              { query },
              {
                next: ({ errors }) => resolve(String(errors?.[0]?.extensions?.['code'] ?? 'followed')),
                error: (error) => resolve(String(error)),
                complete: () => resolve('ended'),
              },
            );
          }),
      ),
    );
  const own = (from: number, count: number) =>
    Array.from({ length: count }, (_, n) => `subscription { events(types: ["x.y${from + n}"]) { __typename } }`);
  const [greedy, other, newcomer] = [openClient(), openClient(), openClient()];
  const count = (answers: readonly string[]) => answers.filter((answer) => answer === 'followed').length;
  assert.equal(count(await first(greedy, own(0, 10))), 3);
  const answers = await first(other, own(20, 10));
  assert.equal(count(answers), 1, 'the last place is kept for whoever has none');
  assert.deepEqual([...new Set(answers)].toSorted(), ['AW_TOO_MANY_FEEDS', 'followed']);
  assert.equal(count(await first(newcomer, own(40, 10))), 1);
  assert.equal(count(await first(newcomer, own(0, 1))), 1, 'what others follow needs no place');
  const dashboards = [
    'subscription { events { __typename } }',
    'subscription { deviceEvents { __typename } }',
    'subscription { events(types: ["plugin.*", "memory.*", "agent.*", "schedule.*"]) { __typename } }',
  ];
  assert.equal(count(await first(other, dashboards)), 3);
  greedy.dispose();
  await until(async () => count(await first(openClient(), own(30, 1))) === 1, 'the room to be free again');
});

test('eventHistory gives the last events of some types or of all, seldom ones among them', async (t) => {
  const { bus, query } = await startWorld(t);
  happen(bus, 1);
  for (let n = 0; n < 1_500; n++) happen(bus, n * 3);
  happen(bus, 2);
  const ids = async (args: string) => {
    const { data, errors } = await query(`{ eventHistory${args} { id } }`);
    assert.equal(errors, undefined);
    return data.eventHistory.map(({ id }: { id: string }) => id);
  };
  assert.deepEqual(await ids('(last: 2)'), ['e4497', 'e2']);
  assert.equal((await ids('')).length, 50);
  assert.deepEqual(await ids('(last: 3, types: ["agent.*", "memory.forgotten", "memory.*"])'), ['e1', 'e2']);
  assert.deepEqual(await ids('(types: ["unheard.of"])'), []);
  const { data } = await query('{ eventHistory(last: 1) { cursor type subject data traceId } }');
  const last = { type: 'memory.forgotten', subject: 'm2', data: { memoryId: 'm2' }, traceId: null };
  assert.deepEqual(data.eventHistory, [{ cursor: 'one-1502', ...last }]);
  for (const [args, code] of [
    ['(last: 0)', 'AW_ARGUMENT_INVALID'],
    ['(last: 1001)', 'AW_ARGUMENT_INVALID'],
    ['(types: ["rubbish"])', 'AW_NAME_INVALID'],
  ]) {
    assert.equal((await query(`{ eventHistory${args} { id } }`)).errors?.[0]?.extensions.code, code);
  }
});
