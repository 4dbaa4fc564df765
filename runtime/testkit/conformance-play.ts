import { type Bus, MAX_BATCH, type Outgoing, type Stored, type StreamName } from '../bus/bus.ts';
import type { SeededRandom } from '../clock/seeded-random.ts';
import { AutoWeaveError } from '../errors/errors.ts';

/**
 * Random operations on a bus, and all that it answers: two buses that keep the same promises answer the same to the
 * same play. Whatever depends on the content (an expected sequence, a position) is asked of the bus itself first.
 */

/** What came of each operation, without what differs between two brokers in any case (times, ids of batches). */
export type PlayRecord = readonly (readonly [operation: string, answer: unknown])[];

const PLAYED = ['EVENTS', 'MAILBOX', 'STATE', 'DEAD'] as const satisfies readonly StreamName[];
/** Ids are for streams whose window is longer than a play. */
const WITH_IDS: readonly StreamName[] = ['EVENTS', 'MAILBOX'];

const SUBJECTS: Readonly<Record<(typeof PLAYED)[number], readonly string[]>> = {
  EVENTS: [
    ...['k0', 'k1', 'k2'].map((key) => `aw.TENANT.evt.n.v.${key}`),
    'aw.TENANT.evt.n.w.k0',
    'aw._sys.cursor.events.TENANT',
  ],
  MAILBOX: [
    ...['k0', 'k1', 'k2', 'K=2Eä'].map((key) => `aw.TENANT.cmd.a.${key}`),
    'aw.TENANT.parked.1.a.k0',
    'aw._sys.cursor.mailbox.TENANT',
  ],
  STATE: ['0.a.k0', '0.a.k1', '1.a.k0', '1.b.k0'].map((rest) => `aw.TENANT.state.${rest}`),
  DEAD: ['aw.TENANT.dead.a.k0', 'aw.TENANT.dead.a.k1', 'aw._sys.cursor.dead.TENANT'],
};

const FILTERS: Readonly<Record<(typeof PLAYED)[number], readonly string[]>> = {
  EVENTS: ['>', 'aw.TENANT.evt.>', 'aw.*.evt.n.*.k0', 'aw.TENANT.evt.n.v.k1', 'aw.nobody.>'],
  MAILBOX: ['>', 'aw.TENANT.cmd.>', 'aw.*.cmd.*.a.k1', 'aw.TENANT.parked.*.a.k0', 'aw._sys.>'],
  STATE: ['>', 'aw.TENANT.state.0.>', 'aw.TENANT.state.*.a.k0', 'aw.TENANT.state.1.b.k0'],
  DEAD: ['>', 'aw.TENANT.dead.>', 'aw.TENANT.dead.a.k1'],
};

export interface PlayOptions {
  readonly tenant: string;
  readonly operations: number;
}

export async function playRandomly(bus: Bus, random: SeededRandom, options: PlayOptions): Promise<PlayRecord> {
  const record: [string, unknown][] = [];
  const named = (texts: readonly string[]) => texts.map((text) => text.replace('TENANT', options.tenant));
  let bodies = 0;

  const keep = async (operation: string, answer: Promise<unknown>): Promise<void> => {
    record.push([operation, plain(await answer.catch(codeOf))]);
  };

  const lastOn = async (stream: StreamName, subject: string): Promise<Stored | undefined> =>
    bus.last(stream, subject.replace(/\.cmd\.(?=[^.]+\.[^.]+$)/, '.cmd.*.'));

  const makeMessage = async (stream: (typeof PLAYED)[number]): Promise<Outgoing> => {
    const subject = random.pick(named(SUBJECTS[stream]));
    const kind = random.integer(10);
    const text = `${++bodies} ${'x'.repeat(random.integer(20))}`;
    const id = random.chance(0.3) && WITH_IDS.includes(stream) ? `${options.tenant}-${random.integer(25)}` : undefined;
    const other = random.pick(named(random.chance(0.3) ? FILTERS[stream] : SUBJECTS[stream]));
    const on = kind === 7 || kind === 8 ? ((await lastOn(stream, other))?.subject ?? other) : undefined;
    const isWild = on !== undefined && random.chance(0.2);
    const about = isWild ? other : on;
    const last = (await lastOn(stream, about ?? subject))?.sequence ?? 0;
    const expected = [undefined, undefined, undefined, undefined, last, last, 0, last, last, last + 1][kind];
    return {
      subject,
      body: new TextEncoder().encode(text),
      ...(random.chance(0.3) ? { headers: { 'ce-id': `${bodies}`, 'X-Plain': 'a b' } } : {}),
      ...(id === undefined ? {} : { id }),
      ...(about === undefined ? {} : { expectLastOn: about }),
      ...(expected === undefined ? {} : { expectLastSequence: expected }),
      ...(random.chance(0.12) ? { replacesEarlier: true } : {}),
    };
  };

  const write = async (stream: (typeof PLAYED)[number]): Promise<void> => {
    const size = random.pick([1, 1, 1, 2, 2, 3, 5, 12]);
    const messages: Outgoing[] = [];
    for (let count = 0; count < size; count++) messages.push(await makeMessage(stream));
    if (size === 1 && random.chance(0.3) && WITH_IDS.includes(stream)) {
      const id = `${options.tenant}-${random.integer(25)}`;
      await keep(`publish ${id}`, bus.publish(messages[0]!, id, AbortSignal.timeout(5_000)));
    } else {
      await keep(`commit ${stream} ${JSON.stringify(messages.map(plain))}`, bus.commit(stream, messages));
    }
  };

  const read = async (stream: (typeof PLAYED)[number], from: number): Promise<void> => {
    const filters = random.pick([undefined, [named(FILTERS[stream])[1]!], named(SUBJECTS.DEAD).slice(0, 2)]);
    const wanted = stream === 'DEAD' ? filters : filters?.slice(0, 1);
    let expected = 0;
    for (const filter of wanted ?? ['>']) expected += await bus.count(stream, filter, from);
    if (expected === 0) return;
    const end = new AbortController();
    const got: Stored[] = [];
    for await (const bunch of bus.read(stream, {
      from,
      signal: end.signal,
      ...(wanted === undefined ? {} : { filters: wanted }),
    })) {
      got.push(...bunch);
      if (got.length >= expected) break;
    }
    end.abort();
    record.push([`read ${stream} ${wanted} from ${from}`, plain(got)]);
  };

  const ask = async (stream: (typeof PLAYED)[number]): Promise<void> => {
    const { lastSequence } = await bus.streamStatus(stream);
    const filter = random.pick(named([...FILTERS[stream], ...SUBJECTS[stream]]));
    const from = random.integer(lastSequence + 3);
    const limit = random.pick([1, 3, 10, MAX_BATCH]);
    const kind = random.integer(9);
    if (kind === 0) await keep(`page ${stream} ${filter} ${from} ${limit}`, bus.page(stream, { filter, from, limit }));
    if (kind === 1) await keep(`count ${stream} ${filter} ${from}`, bus.count(stream, filter, from));
    if (kind === 2 || kind === 3) await keep(`last ${stream} ${filter}`, bus.last(stream, filter));
    if (kind === 4) await keep(`at ${stream} ${from}`, bus.at(stream, from));
    if (kind === 5) await keep(`subjects ${stream} ${filter}`, bus.subjects(stream, filter));
    if (kind === 6) await keep(`status ${stream}`, bus.streamStatus(stream));
    if (kind === 7) {
      const upTo = filter === '>' ? Math.floor(from / 2) : from;
      await keep(`trim ${stream} ${filter} ${upTo}`, bus.trim(stream, filter, upTo));
      await keep(`status ${stream}`, bus.streamStatus(stream));
    }
    if (kind === 8) await read(stream, Math.max(1, from));
  };

  for (let count = 0; count < options.operations; count++) {
    const stream = random.pick(PLAYED);
    if (random.chance(0.55)) await write(stream);
    else await ask(stream);
  }
  for (const stream of PLAYED) {
    await keep(`all of ${stream}`, bus.page(stream, { filter: '>', from: 1, limit: MAX_BATCH }));
    await keep(`status ${stream}`, bus.streamStatus(stream));
  }
  return record;
}

function codeOf(error: unknown): unknown {
  if (!(error instanceof AutoWeaveError)) return `no error of the bus: ${error}`;
  return `${error.code} ${/\(\d+\)$/.exec(error.message)?.[0] ?? ''}`;
}

/** Headers that a server adds by itself, or that say what was sent together. */
const ACCIDENTAL = /^Nats-(Batch-|Stream$|Num-Pending$|Last-Sequence$)/;

function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  if (value instanceof Map) return [...value].sort();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .filter(([name]) => !ACCIDENTAL.test(name) && !['storedAt', 'incarnation'].includes(name))
    .map(([name, each]) => [name, plain(each)]);
  return Object.fromEntries(entries);
}
