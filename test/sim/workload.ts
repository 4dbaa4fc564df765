import type { SeededRandom } from '../../runtime/testkit/testkit.ts';
import type { Order } from './rules.ts';
import type { Errand, Lane } from './senders.ts';

/** What the senders of a run are to send: drawn by the seed, or written down for the runs that try every crash point. */

export const ACCOUNTS = ['ada', 'ben', 'eve'];
const COUNTERS = ['tick', 'tock'];
const TRAPS = ['pit', 'net'];

export interface WorkloadOptions {
  readonly lanes: number;
  readonly errands: number;
  /** Longest time between two of a lane. */
  readonly waitMs: number;
  /** Messages that kill whoever handles them. */
  readonly poison: number;
}

/** @param sender begins each tag */
export function drawLanes(random: SeededRandom, sender: string, options: WorkloadOptions): readonly Lane[] {
  const poisoned = new Set<string>();
  for (let count = 0; count < options.poison; count++) {
    poisoned.add(`${random.integer(options.lanes)}.${random.integer(options.errands)}`);
  }
  return Array.from({ length: options.lanes }, (_, lane) =>
    Array.from({ length: options.errands }, (_, number) => {
      const place = `${lane}.${number}`;
      const drawn = drawErrand(random, `${sender}.${place}`, random.integer(options.waitMs));
      if (!poisoned.has(place)) return drawn;
      return errand('trap', random.pick(TRAPS), 'trap.poison', { tag: drawn.order.tag }, { waitMs: drawn.waitMs });
    }),
  );
}

function drawErrand(random: SeededRandom, tag: string, waitMs: number): Errand {
  const kind = random.integer(20);
  const trap = random.pick(TRAPS);
  if (kind < 7) {
    const [from, to] = [random.pick(ACCOUNTS), random.pick(ACCOUNTS)];
    return errand('account', from, 'account.transfer', { tag, to, amount: random.integer(60) }, { waitMs });
  }
  if (kind < 15) {
    const isCall = kind < 9;
    return errand('counter', random.pick(COUNTERS), 'counter.add', { tag, amount: kind }, { waitMs, isCall });
  }
  if (kind < 17) return errand('trap', trap, 'trap.pass', { tag }, { waitMs, isCall: kind === 15 });
  if (kind < 18) return errand('trap', trap, 'trap.trip', { tag, times: 1 + random.integer(2) }, { waitMs });
  if (kind < 19) return errand('trap', trap, 'trap.refuse', { tag }, { waitMs, isCall: random.chance(0.5) });
  return errand('trap', trap, 'trap.fail', { tag }, { waitMs });
}

/** One of everything, for a sender that nothing happens to. */
export function smallLanes({ hasPoison }: { readonly hasPoison: boolean }): readonly Lane[] {
  const poison = hasPoison ? [errand('trap', 'pit', 'trap.poison', { tag: 'poison' })] : [];
  return [
    [
      errand('account', 'ada', 'account.transfer', { tag: 'pay', to: 'ben', amount: 30 }),
      errand('account', 'ada', 'account.transfer', { tag: 'poor', to: 'ben', amount: 90 }),
      errand('account', 'ben', 'account.transfer', { tag: 'back', to: 'ada', amount: 10 }, { waitMs: 40 }),
    ],
    [
      errand('counter', 'tick', 'counter.add', { tag: 'one', amount: 1 }),
      errand('counter', 'tick', 'counter.add', { tag: 'two', amount: 2 }),
      errand('counter', 'tick', 'counter.add', { tag: 'ask', amount: 3 }, { isCall: true, waitMs: 20 }),
    ],
    [
      ...poison,
      errand('trap', 'pit', 'trap.trip', { tag: 'trip', times: 1 }),
      errand('trap', 'pit', 'trap.refuse', { tag: 'refuse' }, { isCall: true }),
      errand('trap', 'net', 'trap.fail', { tag: 'fail' }),
    ],
  ];
}

function errand(
  actor: string,
  key: string,
  type: string,
  order: Order,
  { waitMs = 0, isCall = false }: { readonly waitMs?: number; readonly isCall?: boolean } = {},
): Errand {
  return { actor, key, type, order, waitMs, isCall, fate: 'open' };
}
