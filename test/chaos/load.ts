import { setTimeout as pause } from 'node:timers/promises';
import { openActorClient } from '../../runtime/actor/client.ts';
import type { Bus } from '../../runtime/bus/bus.ts';
import { systemRandom } from '../../runtime/clock/random.ts';
import type { SeededRandom } from '../../runtime/clock/seeded-random.ts';
import { systemClock } from '../../runtime/clock/system-clock.ts';
import { createContracts } from '../../runtime/contracts/contracts.ts';
import { noTracer } from '../../runtime/telemetry/spans.ts';
import type { Failure, Sent } from './violations.ts';

/** Commands, calls and transfers from one client, until it is told to stop; disposing breaks off what is under way. */
export interface Load extends Disposable {
  readonly sent: Sent;
  readonly calls: readonly TimedCall[];
  /** Resolves when everything is acknowledged and answered. */
  stop(): Promise<void>;
}

export interface TimedCall {
  /** On the scale of `performance.now()`. */
  readonly startedAt: number;
  readonly ms: number;
}

export const TENANT = 'chaos';
/** No call may take longer, whatever happens meanwhile. */
export const CALL_MS = 30_000;
const LEDGERS = 50;
const ACCOUNTS = 10;
const TRANSFERRERS = 4;
/** Between two commands of one sender: some 250 a second in all. */
const REST_MS = 200;
/** Of the commands to ledgers, so many are calls. */
const CALLS = 0.25;
const MAX_AMOUNT = 9;

export function startLoad(bus: Bus, random: SeededRandom): Load {
  const client = openActorClient({
    bus,
    contracts: createContracts({}),
    clock: systemClock,
    random: systemRandom,
    tracer: noTracer,
  });
  const end = new AbortController();
  const calls: TimedCall[] = [];
  const failures: Failure[] = [];
  const ledgers = new Map<string, number>();
  const accounts = new Map<string, { balance: number; moves: number }>();

  const timed = async <Answer>(call: () => Promise<unknown>): Promise<Answer> => {
    const startedAt = performance.now();
    const answer = (await call()) as Answer;
    calls.push({ startedAt, ms: performance.now() - startedAt });
    return answer;
  };

  /** One after the other to a key: only what was acknowledged has a place in an order. */
  const note = async (key: string, n: number, isCall: boolean): Promise<void> => {
    const address = { tenant: TENANT, actor: 'ledger', key };
    if (!isCall) {
      await client.send(address, 'ledger.note', { n });
      return;
    }
    const answer = await timed<{ n: number }>(() => client.call(address, 'ledger.note', { n }, { timeoutMs: CALL_MS }));
    if (answer.n !== n) throw new Error(`The answer to ${n} is ${answer.n}`);
  };

  const transfer = async (from: string, to: string, amount: number): Promise<void> => {
    move(from, -amount);
    move(to, amount);
    const address = { tenant: TENANT, actor: 'account', key: from };
    await timed(() => client.call(address, 'account.transfer', { to, amount }, { timeoutMs: CALL_MS }));
  };

  const move = (key: string, amount: number): void => {
    const { balance, moves } = accounts.get(key) ?? { balance: 0, moves: 0 };
    accounts.set(key, { balance: balance + amount, moves: moves + 1 });
  };

  const repeat = async (chance: SeededRandom, what: string, turn: () => Promise<void>): Promise<void> => {
    while (!end.signal.aborted) {
      await pause(chance.integer(2 * REST_MS), undefined, { signal: end.signal }).catch(() => undefined);
      if (end.signal.aborted) return;
      const startedAt = performance.now();
      await turn().catch((error: unknown) => failures.push({ startedAt, what: `${what}: ${error}` }));
    }
  };

  const senders = [
    ...Array.from({ length: LEDGERS }, (_, index) => {
      const key = `l${index}`;
      const chance = random.fork(key);
      return repeat(chance, `ledger ${key}`, () => {
        const n = (ledgers.get(key) ?? 0) + 1;
        ledgers.set(key, n);
        return note(key, n, chance.chance(CALLS));
      });
    }),
    ...Array.from({ length: TRANSFERRERS }, (_, index) => {
      const chance = random.fork(`t${index}`);
      return repeat(chance, `transfer ${index}`, () => {
        const from = chance.integer(ACCOUNTS);
        const to = (from + 1 + chance.integer(ACCOUNTS - 1)) % ACCOUNTS;
        return transfer(`a${from}`, `a${to}`, 1 + chance.integer(MAX_AMOUNT));
      });
    }),
  ];

  return {
    sent: { ledgers, accounts, failures },
    calls,
    async stop() {
      end.abort();
      await Promise.all(senders);
    },
    [Symbol.dispose]() {
      end.abort();
      client[Symbol.dispose]();
    },
  };
}
