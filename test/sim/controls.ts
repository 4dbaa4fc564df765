import type { Bus, Outgoing, StreamName } from '../../runtime/bus/bus.ts';
import type { SeedOptions } from './run-seed.ts';
import { entryOf, kindOf, type StoredEntry } from './stored.ts';

export interface Control extends SeedOptions {
  /** What the checkers say of it. */
  readonly sees: RegExp;
}

/**
 * What makes the protocol hold, each taken out by itself: what stands between a runtime and its bus rewrites what it
 * commits, or the broker does not keep what it promises. A suite that passes in spite of one proves nothing about it.
 */
export const CONTROLS: Readonly<Record<string, Control>> = {
  /** A former owner may write. */
  'no fence': {
    disguise: (bus) => rewrite(bus, 'STATE', withoutExpectation),
    kinds: ['pause', 'late batches'],
    sees: /behind the fence/,
  },
  /** An outbox may be sent twice. */
  'no cursor': {
    disguise: (bus) => TARGETS.reduce((all, stream) => rewrite(all, stream, withoutExpectation), bus),
    kinds: ['pause', 'late batches', 'lost answers'],
    sees: /was stored twice/,
  },
  /** Nobody knows how often a message was tried. */
  'no attempt': {
    disguise: (bus) => rewrite(bus, 'STATE', (message) => withEntry(message, { attempt: 0 })),
    poison: 1,
    sees: /Poison has killed/,
  },
  /** Nobody knows which messages have had their effect. */
  'no lastSeq': {
    disguise: (bus) => rewrite(bus, 'STATE', (message) => withEntry(message, { lastSeq: 0 })),
    sees: /is marked handled up to|went back/,
  },
  'timers that a next owner forgets': {
    disguise: (bus) => reread(bus, ({ timers, ...entry }) => entry),
    kinds: ['kill', 'leave', 'pause'],
    hasAlarms: true,
    sees: /Wrong state of alarm/,
  },
  /** Of a key that was destroyed. */
  'timers that outlive their key': {
    disguise: (bus) => revive(bus, 'timers'),
    kinds: ['kill', 'leave', 'join'],
    hasAlarms: true,
    hasOperator: true,
    sees: /Wrong (state|timers) of alarm|timer . of alarm.* has not come/,
  },
  'a state that outlives its key': {
    disguise: (bus) => revive(bus, 'state'),
    kinds: ['kill', 'leave', 'join'],
    hasAlarms: true,
    hasOperator: true,
    sees: /Wrong state of alarm/,
  },
  'a pause that a next owner forgets': {
    disguise: (bus) => reread(bus, ({ isPaused, ...entry }) => entry),
    kinds: ['kill', 'leave', 'pause'],
    hasOperator: true,
    sees: /was paused after/,
  },
  'a broker that forgets what is due later': {
    wrong: ['forgetsSchedules'],
    kinds: ['restart'],
    hasAlarms: true,
    sees: /timer . of alarm.* has not come/,
  },
  'a broker that delivers early': {
    wrong: ['deliversEarly'],
    kinds: ['cut'],
    hasAlarms: true,
    sees: /before it was due/,
  },
  'a broker that delivers a turn twice': {
    wrong: ['deliversTwice'],
    kinds: ['cut'],
    hasAlarms: true,
    sees: /was stored twice/,
  },
  'a broker that forgets ids': {
    wrong: ['forgetsIds'],
    kinds: ['lost answers', 'late batches'],
    sees: /was stored twice/,
  },
  'a broker that ignores expectations': {
    wrong: ['ignoresExpectations'],
    kinds: ['pause', 'late batches'],
    sees: /behind the fence|twice/,
  },
  'a broker that tears batches': {
    wrong: ['tearsBatches'],
    kinds: ['lost answers'],
    sees: /is marked sent up to|twice/,
  },
};

const TARGETS = ['EVENTS', 'MAILBOX', 'DEAD', 'JOBS'] as const;

function rewrite(bus: Bus, stream: StreamName, change: (message: Outgoing) => Outgoing): Bus {
  return {
    ...bus,
    get status() {
      return bus.status;
    },
    commit: (to, messages) => bus.commit(to, to === stream ? messages.map(change) : messages),
  };
}

function withoutExpectation({ expectLastSequence, expectLastOn, ...rest }: Outgoing): Outgoing {
  return rest;
}

/** Changes each entry that is read. */
function reread(bus: Bus, change: (entry: StoredEntry) => Partial<StoredEntry>): Bus {
  return {
    ...bus,
    get status() {
      return bus.status;
    },
    async last(stream, subject) {
      const stored = await bus.last(stream, subject);
      if (stored === undefined || !isEntry(stored.subject)) return stored;
      return { ...stored, body: encode(change(entryOf(stored))) };
    },
  };
}

/** Puts back what a key had before it was destroyed. */
function revive(bus: Bus, part: 'state' | 'timers'): Bus {
  const before = new Map<string, unknown>();
  return rewrite(bus, 'STATE', (message) => {
    if (!isEntry(message.subject)) return message;
    const entry = entryOf(message);
    if (entry.state === undefined) return withEntry(message, { [part]: before.get(message.subject) });
    before.set(message.subject, entry[part]);
    return message;
  });
}

function withEntry(message: Outgoing, change: Record<string, unknown>): Outgoing {
  return isEntry(message.subject) ? { ...message, body: encode({ ...entryOf(message), ...change }) } : message;
}

function isEntry(subject: string): boolean {
  return kindOf(subject) === 'state' && !subject.startsWith('aw._sys.');
}

function encode(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}
