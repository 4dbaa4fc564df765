import type { Bus, Heard } from '../bus/bus.ts';
import type { Clock } from '../clock/clock.ts';
import { AutoWeaveError, toFailure } from '../errors/errors.ts';
import { type Membership, memberChannel } from '../membership/members.ts';
import type { Log } from '../telemetry/log.ts';
import type { Gate } from './gate.ts';

/**
 * Standing still for a backup: nothing is handled and nothing is sent, by this process and all others, while commands
 * are still taken into the mailbox. Whoever asked must ask again before the time is up, or everything goes on.
 */

/** Where whoever makes a backup asks the runtimes, any of which answers for all, with a {@link FreezeAnswer}. */
export const FREEZE_CHANNEL = 'freeze';
/** Where the runtimes hear, without answer, that they may go on. */
export const THAW_CHANNEL = 'thaw';

export interface FreezeOrder {
  /** Stand still for so long, unless told again or to go on; 0 asks only whether anybody is there. */
  readonly holdMs: number;
}

/** Given once the runtimes stand still. */
export interface FreezeAnswer {
  readonly isFrozen: boolean;
  /** Why not. */
  readonly why?: string;
}

export interface FreezingParts {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly gate: Gate;
  readonly members: Membership;
  /** Resolves when everything that was committed has been sent. */
  readonly whenSent: () => Promise<void>;
}

export interface Freezing extends Disposable {
  /** Answers an order to this process alone; false for what is none. */
  answer(heard: Heard): boolean;
}

const MEMBER_MS = 15_000;

export function openFreezing({ bus, clock, log, gate, members, whenSent }: FreezingParts): Freezing {
  let cancel = () => {};

  const thaw = (): void => {
    cancel();
    cancel = () => {};
    gate.open();
  };

  const freeze = async (holdMs: number): Promise<void> => {
    if (holdMs === 0) return;
    cancel();
    cancel = clock.schedule(holdMs, () => {
      log.warn('freeze.over', { why: 'nobody has said that it is to go on' });
      thaw();
    });
    await gate.close();
    await whenSent();
    if (!gate.isClosed) throw new AutoWeaveError('AW_BACKUP_UNFROZEN', 'it took longer than it was to last');
  };

  const freezeAll = async (order: FreezeOrder): Promise<void> => {
    const others = members.live.filter((member) => member !== members.self);
    const asked = others.map(async (member) => {
      const answer = parse<FreezeAnswer>(await bus.ask(memberChannel(member), encode(order), MEMBER_MS));
      if (answer?.isFrozen !== true) throw new AutoWeaveError('AW_BACKUP_UNFROZEN', answer?.why ?? 'no answer');
    });
    await Promise.all([freeze(order.holdMs), ...asked]);
  };

  const reply = (heard: Heard, work: Promise<void>): void => {
    work.then(
      () => heard.reply(encode({ isFrozen: true } satisfies FreezeAnswer)),
      (error: unknown) =>
        heard.reply(encode({ isFrozen: false, why: toFailure(error).message } satisfies FreezeAnswer)),
    );
  };

  const ears = [
    bus.listen(FREEZE_CHANNEL, (heard) => {
      const order = parseOrder(heard.body);
      if (order) reply(heard, freezeAll(order));
    }),
    bus.listen(THAW_CHANNEL, thaw),
  ];

  return {
    answer(heard) {
      const order = parseOrder(heard.body);
      if (order === undefined) return false;
      reply(heard, freeze(order.holdMs));
      return true;
    },
    [Symbol.dispose]() {
      thaw();
      for (const ear of ears) ear[Symbol.dispose]();
    },
  };
}

function encode(value: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

function parseOrder(body: Uint8Array): FreezeOrder | undefined {
  const order = parse<FreezeOrder>(body);
  return typeof order?.holdMs === 'number' ? order : undefined;
}

function parse<Value>(body: Uint8Array): Value | undefined {
  try {
    return JSON.parse(new TextDecoder().decode(body)) as Value;
  } catch {
    return undefined;
  }
}
