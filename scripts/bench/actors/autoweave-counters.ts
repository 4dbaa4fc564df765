import { setTimeout as pause } from 'node:timers/promises';
import { openActorClient } from '../../../runtime/actor/client.ts';
import { decodeEntry } from '../../../runtime/actor/entry.ts';
import type { Bus, Stored } from '../../../runtime/bus/bus.ts';
import { connectNatsBus } from '../../../runtime/bus/nats-bus.ts';
import { systemRandom } from '../../../runtime/clock/random.ts';
import { systemClock } from '../../../runtime/clock/system-clock.ts';
import { createContracts } from '../../../runtime/contracts/contracts.ts';
import { noTracer } from '../../../runtime/telemetry/spans.ts';
import { until } from '../../../test/harness/until.ts';
import { CALL_TIMEOUT_MS, type Counters, SETTLE_MS, type Target } from './counters.ts';

const TENANT = 'bench';
const ACTOR = 'counter';
const EVENTS = `aw.${TENANT}.evt.counter.added.*`;
const STATES = `aw.${TENANT}.state.*.${ACTOR}`;
/** Reads of totals at once, and the pause between two looks at what is not there yet. */
const READS = 50;
const LOOK_MS = 20;

/** The counters of AutoWeave, as any client reaches them: over the broker, with what `runtime` offers. */
export async function openAutoweaveCounters(target: Extract<Target, { kind: 'autoweave' }>): Promise<Counters> {
  const parts = { clock: systemClock, random: systemRandom };
  const { url, user, password, runtimePid } = target;
  const bus = await connectNatsBus({ url, user, password, name: 'bench driver', ...parts });
  const client = openActorClient({ bus, contracts: createContracts({}), tracer: noTracer, ...parts });
  const to = (key: string) => ({ tenant: TENANT, actor: ACTOR, key });
  const firstEvent = (await bus.streamStatus('EVENTS')).lastSequence + 1;
  let eventsBefore = 0;

  return {
    add: async (key) => (await client.call(to(key), 'counter.add', ONE, { timeoutMs: CALL_TIMEOUT_MS })) as number,
    send: (key, { event = false } = {}) => client.send(to(key), event ? 'counter.announce' : 'counter.add', ONE),
    async settle(totals, events) {
      const committed = await waitForTotals(bus, totals);
      if (events === 0) return committed;
      eventsBefore += events;
      const isThere = async () => (await bus.count('EVENTS', EVENTS, firstEvent)) >= eventsBefore;
      await until(isThere, `${events} events`, { patienceMs: SETTLE_MS });
      const last = await bus.last('EVENTS', EVENTS);
      return Math.max(committed, last!.storedAt);
    },
    hold: (isHeld) => process.kill(runtimePid, isHeld ? 'SIGSTOP' : 'SIGCONT'),
    async settleKeys(count) {
      const isThere = async () => (await bus.count('STATE', `${STATES}.*`, 1)) >= count || void (await pause(250));
      await until(isThere, `${count} keys`, { patienceMs: SETTLE_MS });
    },
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]();
      await bus[Symbol.asyncDispose]();
    },
  };
}

const ONE = { number: 1 };

/** The broker's own time of the last commit, so that looking seldom makes nothing seem later. */
async function waitForTotals(bus: Bus, totals: ReadonlyMap<string, number>): Promise<number> {
  const open = [...totals].reverse();
  let lastAt = 0;
  const look = async () => {
    for (let next = open.shift(); next !== undefined; next = open.shift()) {
      lastAt = Math.max(lastAt, (await waitForTotal(bus, ...next)).storedAt);
    }
  };
  // The one that was sent last: nobody else is looked at before it is done.
  lastAt = (await waitForTotal(bus, ...open.shift()!)).storedAt;
  await Promise.all(Array.from({ length: READS }, look));
  return lastAt;
}

async function waitForTotal(bus: Bus, key: string, total: number): Promise<Stored> {
  const subject = `${STATES}.${key}`;
  const hasTotal = async () => {
    const stored = await bus.last('STATE', subject);
    if (stored !== undefined && totalIn(stored) >= total) return stored;
    await pause(LOOK_MS);
    return undefined;
  };
  return until(hasTotal, `the total of "${key}" to be ${total}`, { patienceMs: SETTLE_MS });
}

function totalIn(stored: Stored): number {
  const { state } = decodeEntry(stored.subject, stored.body);
  return (state as { readonly total: number } | undefined)?.total ?? 0;
}
