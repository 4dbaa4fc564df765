import type { SeededRandom } from '../../runtime/testkit/testkit.ts';
import type { Order } from './rules.ts';
import type { Errand, Lane } from './senders.ts';

/** What the senders of a run are to send: drawn by the seed, or written down for the runs that try every crash point. */

export const ACCOUNTS = ['ada', 'ben', 'eve'];
const COUNTERS = ['tick', 'tock'];
const TRAPS = ['pit', 'net'];
export const ALARMS = ['dawn', 'dusk'];
/** `actor/key` of those that are in every run. */
export const KEYS = [
  ...ACCOUNTS.map((key) => `account/${key}`),
  ...COUNTERS.map((key) => `counter/${key}`),
  ...TRAPS.map((key) => `trap/${key}`),
];

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

/** A lane that sets timers, cancels them, and destroys their keys. */
export function drawAlarmLane(
  random: SeededRandom,
  name: string,
  { errands, waitMs }: Pick<WorkloadOptions, 'errands' | 'waitMs'>,
): Lane {
  return Array.from({ length: errands }, (_, number) => drawAlarm(random, `${name}.${number}`, random.integer(waitMs)));
}

function drawAlarm(random: SeededRandom, tag: string, waitMs: number): Errand {
  const kind = random.integer(10);
  const key = random.pick(ALARMS);
  const timer = random.pick(['a', 'b']);
  const missed = random.pick(['skip', 'once', 'all'] as const);
  const delayMs = random.integer(1_500);
  const everyMs = 150 + random.integer(450);
  const rings = 1 + random.integer(4);
  const isCall = random.chance(0.5);
  if (kind < 3) return errand('alarm', key, 'alarm.set', { tag, timer, delayMs, missed }, { waitMs });
  // Fails in passing, or for good.
  if (kind < 4) {
    const times = random.pick([1, 2, 9]);
    return errand('alarm', key, 'alarm.set', { tag, timer, delayMs, missed: 'once', times }, { waitMs });
  }
  if (kind < 7) return errand('alarm', key, 'alarm.set', { tag, timer, everyMs, missed, rings }, { waitMs });
  if (kind < 8) return errand('alarm', key, 'alarm.cancel', { tag, timer }, { waitMs, isCall });
  return errand('alarm', key, 'alarm.destroy', { tag }, { waitMs });
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

/** A timer that rings once, one that rings three times, one that never does, and the end of their key. */
export function smallAlarmLanes(): readonly Lane[] {
  const set = (tag: string, order: Partial<Order>, waitMs = 0): Errand =>
    errand('alarm', 'dawn', 'alarm.set', { tag, ...order }, { waitMs });
  return [
    [
      set('once', { timer: 'a', delayMs: 30 }),
      set('thrice', { timer: 'b', everyMs: 90, rings: 3, missed: 'all' }),
      set('never', { timer: 'c', delayMs: 5_000 }),
      errand('alarm', 'dawn', 'alarm.cancel', { tag: 'cancel', timer: 'c' }, { isCall: true }),
      set('late', { timer: 'c', delayMs: 600 }),
      errand('alarm', 'dawn', 'alarm.destroy', { tag: 'destroy' }, { waitMs: 900 }),
      set('again', { timer: 'a', delayMs: 20 }),
      set('gone', { timer: 'b', delayMs: 200 }),
      errand('alarm', 'dawn', 'alarm.destroy', { tag: 'end' }, { waitMs: 100 }),
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
