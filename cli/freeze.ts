import { FREEZE_CHANNEL, type FreezeAnswer, type FreezeOrder, THAW_CHANNEL } from '../runtime/actor/freezing.ts';
import type { Bus } from '../runtime/bus/bus.ts';
import type { Clock } from '../runtime/clock/clock.ts';
import { AutoWeaveError } from '../runtime/errors/errors.ts';
import { QUEUES_FREEZE_CHANNEL } from '../runtime/queue/queue-freezing.ts';

/**
 * Makes the runtimes on a broker stand still for a while, and the programs that have queues: they handle nothing and send
 * nothing, and go on accepting commands and jobs. A runtime that hears nothing more for {@link HOLD_MS} goes on by itself.
 */

type Channels = Pick<Bus, 'ask' | 'broadcast'>;

const HOLD_MS = 30_000;
const RENEW_MS = 10_000;
/** A runtime lets the handlers that run come to their end first. */
const ANSWER_MS = 20_000;

/**
 * Resolves when all stand still, or nobody is there. Disposing lets them go on.
 *
 * @throws AW_BACKUP_UNFROZEN when one refuses or does not answer; disposing throws it when one went on meanwhile
 */
export async function freezeRuntimes(channels: Channels, clock: Clock): Promise<AsyncDisposable> {
  if (!(await askToFreeze(channels, HOLD_MS))) return { async [Symbol.asyncDispose]() {} };
  let lost: unknown;
  let cancel = () => {};
  const renewLater = () => {
    cancel = clock.schedule(RENEW_MS, () => {
      askToFreeze(channels, HOLD_MS).then(
        (isThere) => {
          if (isThere) renewLater();
          // Whoever ended can't have gone on; whoever started since is seen by what it writes.
        },
        (error: unknown) => {
          lost = error;
        },
      );
    });
  };
  renewLater();
  return {
    async [Symbol.asyncDispose]() {
      cancel();
      channels.broadcast(THAW_CHANNEL, new Uint8Array());
      if (lost !== undefined) throw lost;
    },
  };
}

/** Whether a runtime is there that answers. */
export function isRuntimeThere(channels: Channels): Promise<boolean> {
  return askToFreeze(channels, 0);
}

/** Actors first: what they have committed is to be sent, also to queues. */
async function askToFreeze(channels: Channels, holdMs: number): Promise<boolean> {
  const areActorsThere = await ask(channels, FREEZE_CHANNEL, holdMs);
  const areQueuesThere = await ask(channels, QUEUES_FREEZE_CHANNEL, holdMs);
  return areActorsThere || areQueuesThere;
}

/**
 * One order and the first answer; false when nobody listens.
 *
 * @throws AW_BACKUP_UNFROZEN
 */
async function ask(channels: Channels, channel: string, holdMs: number): Promise<boolean> {
  const order: FreezeOrder = { holdMs };
  let answer: FreezeAnswer;
  try {
    const body = await channels.ask(channel, new TextEncoder().encode(JSON.stringify(order)), ANSWER_MS);
    answer = JSON.parse(new TextDecoder().decode(body)) as FreezeAnswer;
  } catch (cause) {
    if (cause instanceof AutoWeaveError && cause.code === 'AW_NOBODY_LISTENS') return false;
    throw unfrozen(cause instanceof Error ? cause.message : String(cause), cause);
  }
  if (answer.isFrozen !== true && holdMs > 0) throw unfrozen(answer.why ?? 'it gave no reason');
  return true;
}

function unfrozen(why: string, cause?: unknown): AutoWeaveError {
  return new AutoWeaveError('AW_BACKUP_UNFROZEN', `AutoWeave does not stand still for the backup: ${why}`, {
    hint: 'try again, or stop AutoWeave first',
    cause,
  });
}
