import { setTimeout as pause } from 'node:timers/promises';
import { decodeEntry } from '../../runtime/actor/entry.ts';
import type { Bus, Stored, StreamName } from '../../runtime/bus/bus.ts';
import { parseEvent, parseState } from '../../runtime/message/subjects.ts';
import type { Account, Sequence } from './actors.ts';
import { TENANT } from './load.ts';
import { findViolations, type Observed, type Sent, type Violation } from './violations.ts';

/** Reads from the streams what has become of what was sent. */
export interface Observer {
  look(): Promise<Observed>;
  /** Waits until nothing is missing any more; gives what is wrong at last, at once where no waiting helps. */
  settle(sent: Sent): Promise<readonly Violation[]>;
}

/** After the last fault: far more than a hand-over and a start take. */
const PATIENCE_MS = 45_000;
const STEP_MS = 50;

export function openObserver(bus: Bus): Observer {
  const events = new Map<string, number[]>();
  let eventsUpTo = 0;

  const readEvents = async (): Promise<void> => {
    for await (const { subject, sequence, body } of readAll(bus, 'EVENTS', `aw.${TENANT}.evt.>`, eventsUpTo + 1)) {
      eventsUpTo = sequence;
      const event = parseEvent(subject);
      if (event === undefined) throw new Error(`An event stands on "${subject}"`);
      const name = `${event.type.split('.')[0]} ${event.key}`;
      const { n } = JSON.parse(new TextDecoder().decode(body)) as { n: number };
      const numbers = events.get(name);
      if (numbers) numbers.push(n);
      else events.set(name, [n]);
    }
  };

  const look = async (): Promise<Observed> => {
    const states = { ledger: new Map(), listener: new Map(), account: new Map() } as {
      ledger: Map<string, Sequence>;
      listener: Map<string, Sequence>;
      account: Map<string, Account>;
    };
    for await (const { subject, body } of readAll(bus, 'STATE', `aw.${TENANT}.state.>`, 1)) {
      const address = parseState(subject);
      const { state } = decodeEntry(subject, body);
      // An entry without a state counts attempts at the first message.
      if (address === undefined || state === undefined) continue;
      (states[address.actor as keyof typeof states] as Map<string, unknown>).set(address.key, state);
    }
    await readEvents();
    const deadLetters = await bus.count('DEAD', 'aw.*.dead.>', 1);
    return { ledgers: states.ledger, listeners: states.listener, accounts: states.account, events, deadLetters };
  };

  return {
    look,
    async settle(sent) {
      const end = performance.now() + PATIENCE_MS;
      while (true) {
        const found = findViolations(sent, await look());
        const mayHeal = found.length > 0 && found.every(({ kind }) => kind === 'missing');
        if (!mayHeal || performance.now() > end) return found;
        await pause(STEP_MS);
      }
    },
  };
}

export async function* readAll(bus: Bus, stream: StreamName, filter: string, from: number): AsyncGenerator<Stored> {
  let next = from;
  while (true) {
    const page = await bus.page(stream, { from: next, filter, limit: 1_000 });
    yield* page;
    const last = page.at(-1);
    if (last === undefined) return;
    next = last.sequence + 1;
  }
}
