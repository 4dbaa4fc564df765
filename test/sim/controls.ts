import type { Bus, Outgoing, StreamName } from '../../runtime/bus/bus.ts';
import type { SeedOptions } from './run-seed.ts';
import { isKind } from './stored.ts';

/**
 * What makes the protocol hold, each taken out by itself: what stands between a runtime and its bus rewrites what it
 * commits, or the broker does not keep what it promises. A suite that passes in spite of one proves nothing about it.
 */
export const CONTROLS: Readonly<Record<string, SeedOptions>> = {
  /** A former owner may write. */
  'no fence': { disguise: (bus) => rewrite(bus, 'STATE', withoutExpectation), kinds: ['pause', 'late batches'] },
  /** An outbox may be sent twice. */
  'no cursor': {
    disguise: (bus) => TARGETS.reduce((all, stream) => rewrite(all, stream, withoutExpectation), bus),
    kinds: ['pause', 'late batches', 'lost answers'],
  },
  /** Nobody knows how often a message was tried. */
  'no attempt': {
    disguise: (bus) => rewrite(bus, 'STATE', (message) => withEntry(message, { attempt: 0 })),
    poison: 1,
  },
  /** Nobody knows which messages have had their effect. */
  'no lastSeq': { disguise: (bus) => rewrite(bus, 'STATE', (message) => withEntry(message, { lastSeq: 0 })) },
  'a broker that forgets ids': { wrong: ['forgetsIds'], kinds: ['lost answers', 'late batches'] },
  'a broker that ignores expectations': { wrong: ['ignoresExpectations'], kinds: ['pause', 'late batches'] },
  'a broker that tears batches': { wrong: ['tearsBatches'], kinds: ['lost answers'] },
};

const TARGETS = ['EVENTS', 'MAILBOX', 'DEAD'] as const;

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

function withEntry(message: Outgoing, change: Record<string, unknown>): Outgoing {
  if (!isKind(message.subject, 'state') || message.subject.startsWith('aw._sys.')) return message;
  const entry = { ...JSON.parse(new TextDecoder().decode(message.body)), ...change };
  return { ...message, body: new TextEncoder().encode(JSON.stringify(entry)) };
}
