import type { BackupAccess } from '../../runtime/bus/backup/backup-server.ts';
import type { Broker } from '../../runtime/bus/broker/broker.ts';
import type { DurabilityWish } from '../../runtime/bus/broker/durability-dial.ts';
import { isWishMet } from '../../runtime/bus/broker/durability-wish.ts';
import {
  judgeDurability,
  readServerDurability,
  type ServerDurability,
} from '../../runtime/bus/broker/server-durability.ts';
import { readStreamDurability } from '../../runtime/bus/broker/stream-durability.ts';
import type { Clock } from '../../runtime/clock/clock.ts';
import type { Config } from '../config.ts';

/** What was found, beside what was asked for. */
export interface Durability extends ServerDurability {
  readonly wanted: 'FSYNC' | 'INTERVAL' | 'QUORUM';
  /** Null when too little could be read to say so. */
  readonly isMet: boolean | null;
}

const LEVELS = { fsync: 'FSYNC', interval: 'INTERVAL', quorum: 'QUORUM' } as const;
/** Streams are changed, and servers configured anew, without our connection being lost. */
const AGAIN_MS = 60_000;

export function compareWithWish(wish: DurabilityWish, found: ServerDurability): Durability {
  return { ...found, wanted: LEVELS[wish], isMet: isWishMet(wish, found) };
}

export function unreadDurability({ durability }: Pick<Config, 'durability'>): Durability {
  const why = 'the broker was not asked yet';
  return compareWithWish(durability, judgeDurability(why, why));
}

/**
 * Reads from the broker what it does. Never rejects.
 *
 * @param embedded the server that is ours, while it runs
 * @param account where the streams are
 */
export async function readDurability(
  config: Config,
  embedded: Broker | undefined,
  account: BackupAccess,
  clock: Clock,
): Promise<Durability> {
  const streams = await readStreamDurability(account, clock);
  const ours = config.natsUrl === null ? embedded : undefined;
  // The embedded server is alone: nobody else is waited for.
  const found = await readServerDurability(systemAccess(config, ours), streams, ours === undefined ? undefined : 1);
  return compareWithWish(config.durability, found);
}

function systemAccess({ natsUrl, natsSystemUser, natsSystemPassword }: Config, embedded: Broker | undefined) {
  if (embedded !== undefined) {
    return { url: embedded.url, user: embedded.systemUser, password: embedded.systemPassword };
  }
  if (natsUrl === null || natsSystemUser === null) return undefined;
  return { url: natsUrl, user: natsSystemUser, password: natsSystemPassword ?? '' };
}

export interface DurabilityWatch extends Disposable {
  /** Reads now, behind a reading that is under way. Resolves when it was told. */
  look(): Promise<void>;
}

export interface WatchDurabilityOptions {
  readonly clock: Clock;
  /** While it is not, no look is taken but those that are told; tell one when it is again. */
  readonly isConnected: () => boolean;
  readonly onReading: (durability: Durability) => void;
}

/** Reads when it is told to, and a minute after each reading. Nothing is told after it was disposed. */
export function watchDurability(
  read: () => Promise<Durability>,
  { clock, isConnected, onReading }: WatchDurabilityOptions,
): DurabilityWatch {
  let isDisposed = false;
  let cancel = () => {};
  let turn = Promise.resolve();

  const readOnce = async () => {
    cancel();
    if (isDisposed) return;
    const durability = await read();
    if (isDisposed) return;
    onReading(durability);
    cancel = clock.schedule(AGAIN_MS, () => void (isConnected() && look()));
  };
  // One after the other, so that what is told last is what was read last.
  const look = () => {
    turn = turn.then(readOnce);
    return turn;
  };
  return {
    look,
    [Symbol.dispose]() {
      isDisposed = true;
      cancel();
    },
  };
}
