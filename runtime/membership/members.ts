import type { Bus, Heard } from '../bus/bus.ts';
import type { Clock } from '../clock/clock.ts';
import { AutoWeaveError } from '../errors/errors.ts';
import type { Log } from '../telemetry/log.ts';

/**
 * Which processes are there. Each tells the others about itself several times a second; one that falls silent is
 * asked. Nobody at its address (its connection is closed: killed) or no word for long (stopped, cut off) means gone.
 *
 * This decides who *should* own a partition, never who does: a member that is wrongly taken for gone loses nothing but
 * time, since the fences in STATE decide (fence.ts).
 */
export interface Membership extends Disposable {
  readonly self: string;
  /** Ids of the members that are there, self included, sorted. */
  readonly live: readonly string[];
  /** Asks after members that were never heard, and learns whether they are there. */
  find(ids: readonly string[]): Promise<void>;
  /** Tells the others at once that something has changed here. */
  announce(): void;
  /** Says goodbye; the others stop counting on this member. */
  leave(): void;
}

export interface MembershipParts {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly self: string;
  /** Someone came or went, or has told of a change. */
  readonly onChange: () => void;
  /** Answers what others ask this member beside whether it is there. */
  readonly onAsked: (heard: Heard) => void;
}

/** What a member says of itself. */
interface Word {
  readonly id: string;
  /** `changed`: look at the fences. */
  readonly kind: 'here' | 'changed' | 'leaving';
}

const HEARTBEAT_MS = 300;
/** Silent for so long: asked. */
const SUSPECT_MS = 700;
/** Not at its address at two looks so far apart: gone. One look could fall into a reconnection. */
const CONFIRM_MS = 250;
/** Silent for so long, though its connection stands: gone. */
const GONE_MS = 2_000;
const CHANNEL = 'members';
const MAX_GONE = 1_000;
const PING = new Uint8Array();

interface Other {
  lastHeard: number;
  /** When nobody was at its address for the first time. */
  absentSince: number | undefined;
}

/** The channel on which one member is asked. */
export function memberChannel(id: string): string {
  return `member.${id}`;
}

export function startMembership(parts: MembershipParts): Membership {
  const { bus, clock, log, self, onChange } = parts;
  const others = new Map<string, Other>();
  /** Taken for gone. Until they speak their silence is not waited for again, though fences may still name them. */
  const gone = new Set<string>();
  let isOver = false;
  let lastTick = clock.monotonic();

  const say = (kind: Word['kind']): void => {
    bus.broadcast(CHANNEL, new TextEncoder().encode(JSON.stringify({ id: self, kind } satisfies Word)));
  };

  const note = (id: string): boolean => {
    gone.delete(id);
    const known = others.get(id);
    if (known) {
      known.lastHeard = clock.monotonic();
      known.absentSince = undefined;
      return false;
    }
    others.set(id, { lastHeard: clock.monotonic(), absentSince: undefined });
    log.info('member.joined', { member: id });
    return true;
  };

  const remove = (id: string, why: string): void => {
    if (!others.delete(id)) return;
    gone.add(id);
    if (gone.size > MAX_GONE) gone.delete(gone.values().next().value ?? '');
    log.warn('member.gone', { member: id, why });
    onChange();
  };

  const hear = ({ body }: Heard): void => {
    const word = parseWord(body);
    if (word === undefined || word.id === self || isOver) return;
    if (word.kind === 'leaving') {
      remove(word.id, 'it has left');
      return;
    }
    const isNew = note(word.id);
    // A newcomer need not wait for the next beat to know of us.
    if (isNew) say('here');
    if (isNew || word.kind === 'changed') onChange();
  };

  const isThere = async (id: string): Promise<boolean | undefined> => {
    try {
      await bus.ask(memberChannel(id), PING, SUSPECT_MS);
      return true;
    } catch (error) {
      return error instanceof AutoWeaveError && error.code === 'AW_NOBODY_LISTENS' ? false : undefined;
    }
  };

  const examine = async (id: string, other: Other): Promise<void> => {
    const found = await isThere(id);
    if (isOver || !others.has(id)) return;
    if (found === true) note(id);
    else if (found === undefined) other.absentSince = undefined;
    else other.absentSince ??= clock.monotonic();
  };

  const tick = (): void => {
    const now = clock.monotonic();
    // Asleep, or without a broker: then their silence says nothing.
    const isDeaf = now - lastTick > 3 * HEARTBEAT_MS || !bus.status.isConnected;
    lastTick = now;
    say('here');
    for (const [id, other] of others) {
      if (isDeaf) note(id);
      const silentMs = now - other.lastHeard;
      if (silentMs >= GONE_MS) remove(id, `silent for ${Math.round(silentMs)} ms`);
      else if (other.absentSince !== undefined && now - other.absentSince >= CONFIRM_MS) {
        remove(id, 'nobody is at its address');
      } else if (silentMs >= SUSPECT_MS) void examine(id, other);
    }
    cancel = clock.schedule(HEARTBEAT_MS, tick);
  };

  const ears = [
    bus.listen(CHANNEL, hear),
    bus.listen(memberChannel(self), (heard) => {
      if (heard.body.length === 0) heard.reply(PING);
      else parts.onAsked(heard);
    }),
  ];
  say('changed');
  let cancel = clock.schedule(HEARTBEAT_MS, tick);

  return {
    self,
    get live() {
      return [...others.keys(), self].sort();
    },
    async find(ids) {
      const strangers = ids.filter((id) => id !== self && !others.has(id) && !gone.has(id));
      await Promise.all(
        strangers.map(async (id) => {
          // No clear answer counts as one: it will be gone soon if it says nothing.
          if ((await isThere(id)) !== false && !isOver) note(id);
        }),
      );
    },
    announce: () => say('changed'),
    leave() {
      isOver = true;
      cancel();
      say('leaving');
    },
    [Symbol.dispose]() {
      isOver = true;
      cancel();
      for (const ear of ears) ear[Symbol.dispose]();
    },
  };
}

function parseWord(body: Uint8Array): Word | undefined {
  try {
    const word = JSON.parse(new TextDecoder().decode(body)) as Word;
    return typeof word.id === 'string' && typeof word.kind === 'string' ? word : undefined;
  } catch {
    // Something else speaks on our channel.
    return undefined;
  }
}
