import { isDeepStrictEqual } from 'node:util';
import type { Stored } from '../../runtime/bus/bus.ts';
import type { History } from './history.ts';
import { type Expected, expectOf, type Sent } from './model.ts';
import type { Operator } from './operator.ts';
import { AUDITOR_KEY, START_AMOUNT, type WorldState } from './rules.ts';
import type { Errand, Lane } from './senders.ts';
import { addressOf, idOf, sourceOf, textOf, typeOf } from './stored.ts';
import { Violation } from './violation.ts';

/**
 * What must hold when a world has come to rest. The mailbox as it was stored is what is given; all else follows from it
 * by the rules alone, and is compared as a whole: what is lost, doubled or out of order shows as a difference.
 *
 * @returns what it was compared with, by `actor/key`
 * @throws Violation
 */
export function checkWorld(
  history: History,
  lanes: readonly Lane[],
  options: CheckOptions = {},
): ReadonlyMap<string, Expected> {
  const { hasOneClock = true, operator } = options;
  const expected = expectOf(history.mailbox, { ...history, hasOneClock });
  checkSent(history.mailbox, lanes);
  checkKeys(history, expected);
  checkEvents(history, expected);
  checkDead(history, expected);
  checkMoney(history);
  checkOperator(history, operator);
  checkCalls(expected, lanes.flat(), options.mayLoseAnswers ?? false);
  return expected;
}

export interface CheckOptions {
  /** True where connections break: an answer on its way is not stored. */
  readonly mayLoseAnswers?: boolean;
  /** False where the clocks of processes jump; true when absent. */
  readonly hasOneClock?: boolean;
  readonly operator?: Pick<Operator, 'destroyed'>;
}

/** What no other actor knows about a failed call. */
const LOST_CODES = ['AW_CALL_TIMEOUT', 'AW_BROKER_UNAVAILABLE', 'SIM_CALLER_DIED'];

function checkSent(mailbox: readonly Stored[], lanes: readonly Lane[]): void {
  const places = new Map<string, number>();
  for (const [place, message] of mailbox.entries()) {
    if (!/^(actor|timer)\//.test(sourceOf(message))) places.set(idOf(message), place);
  }
  for (const lane of lanes) {
    let last = -1;
    for (const { fate, order, outcome } of lane) {
      const isKnown = fate === 'stored' || (outcome !== undefined && 'value' in outcome);
      const place = places.get(order.tag);
      if (place === undefined) {
        if (isKnown) throw new Violation(`Command ${order.tag} was acknowledged and is not in MAILBOX`);
        continue;
      }
      places.delete(order.tag);
      // Of a call that was given up nobody knows when it is stored: it may come late.
      if (!isKnown) continue;
      if (place < last) throw new Violation(`Command ${order.tag} was stored before the one sent before it`);
      last = place;
    }
  }
  for (const id of places.keys()) throw new Violation(`Nobody sent command ${id}`);
}

function checkKeys({ entries, handled, mailbox }: History, expected: ReadonlyMap<string, Expected>): void {
  const casts = Map.groupBy(
    mailbox.filter((message) => sourceOf(message).startsWith('actor/') && typeOf(message) !== 'counter.added'),
    (message) => sourceOf(message).replace('actor/', ''),
  );
  for (const [name, key] of expected) {
    const entry = entries.get(name);
    if (entry === undefined) throw new Violation(`${name} has no state`);
    same(`last message of ${name}`, handled.get(name), key.lastSeq);
    same(`state of ${name}`, entry.state, key.state);
    same(`timers of ${name}`, Object.keys(entry.timers ?? {}), key.timers);
    same(`casts of ${name}`, (casts.get(name) ?? []).map(toSent), key.casts);
  }
  for (const name of [...entries.keys(), ...casts.keys()]) {
    // An operator may have paused it.
    const hasDone = casts.has(name) || entries.get(name)?.state !== undefined || handled.get(name) !== 0;
    if (hasDone && !expected.has(name)) throw new Violation(`${name} has done something without a message`);
  }
}

function toSent(message: Stored): Sent {
  return { to: addressOf(message.subject).name, type: typeOf(message), data: JSON.parse(textOf(message)) };
}

function checkEvents({ events, mailbox, entries }: History, expected: ReadonlyMap<string, Expected>): void {
  const bySource = Map.groupBy(events, (message) => sourceOf(message).replace('actor/', ''));
  for (const [name, key] of expected) {
    const sent = (bySource.get(name) ?? []).map((message) => ({
      to: message.subject.split('.').at(-1) ?? '',
      type: typeOf(message),
      data: JSON.parse(textOf(message)),
    }));
    same(`events of ${name}`, sent, key.events);
    if (sent.length === 0) continue;
    const state = entries.get(`auditor/${AUDITOR_KEY}`)?.state as WorldState | undefined;
    const heard = state?.heard[name.split('/')[1]!];
    same(
      `what the auditor heard of ${name}`,
      heard,
      sent.map((_, index) => index + 1),
    );
  }
  const forwarded = mailbox.filter((message) => typeOf(message) === 'counter.added');
  same('forwarded events', forwarded.map(idOf), events.map(idOf));
}

function checkDead({ dead }: History, expected: ReadonlyMap<string, Expected>): void {
  const found = dead.map(({ headers }) => Number(headers['aw-dead-sequence'])).sort((a, b) => a - b);
  const wanted = [...expected.values()].flatMap((key) => key.dead).sort((a, b) => a - b);
  same('dead letters', found, wanted);
}

/** What was said to be done was done; what was tried again may have been done again. */
function checkOperator({ destroyed }: History, operator: CheckOptions['operator']): void {
  for (const [name, ends] of destroyed) {
    const { tried } = operator?.destroyed.get(name) ?? { tried: 0 };
    if (ends.length > tried) throw new Violation(`${name} was destroyed ${ends.length} times, on ${tried} orders`);
  }
  for (const [name, { isDone }] of operator?.destroyed ?? []) {
    if (isDone && !destroyed.has(name)) throw new Violation(`${name} was not destroyed, though it was said to be`);
  }
}

function checkMoney({ entries }: History): void {
  const accounts = [...entries].filter(([name]) => name.startsWith('account/'));
  const states = accounts.map(([, { state }]) => state as WorldState | undefined);
  const sum = states.reduce((all, state) => all + (state?.amount ?? START_AMOUNT), 0);
  same('sum of all accounts', sum, accounts.length * START_AMOUNT);
}

function checkCalls(
  expected: ReadonlyMap<string, Expected>,
  errands: readonly Errand[],
  mayLoseAnswers: boolean,
): void {
  for (const { actor, key, order, isCall, outcome } of errands) {
    if (!isCall) continue;
    const answers = expected.get(`${actor}/${key}`)?.answers;
    if (outcome !== undefined && 'value' in outcome) {
      same(`answer to ${order.tag}`, outcome.value, answers?.get(order.tag) ?? null);
    } else if (outcome === undefined || LOST_CODES.includes(outcome.code)) {
      if (!mayLoseAnswers) throw new Violation(`Call ${order.tag} was not answered: ${outcome?.code ?? 'never'}`);
    } else if (outcome.code !== 'SIM_REFUSED' || answers?.has(order.tag)) {
      throw new Violation(`Call ${order.tag} failed with ${outcome.code}`);
    }
  }
}

function same(what: string, found: unknown, wanted: unknown): void {
  if (isDeepStrictEqual(found, wanted)) return;
  throw new Violation(`Wrong ${what}:\n  found  ${JSON.stringify(found)}\n  wanted ${JSON.stringify(wanted)}`);
}
