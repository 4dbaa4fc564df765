import type { Instruments } from '../../runtime/telemetry/instruments.ts';
import type { Log } from '../../runtime/telemetry/log.ts';
import type { Durability } from './durability.ts';

const LEVELS = ['FSYNC', 'INTERVAL', 'QUORUM', 'UNKNOWN'] as const;
const UNKNOWN_INTERVAL = -1;

/** Sets the metrics to each reading, and says in the log, once each time, that less is given than was asked for. */
export function createDurabilityReport(
  log: Log,
  instruments: Pick<Instruments, 'durability' | 'durabilitySyncInterval' | 'durabilityWishMet'>,
): (durability: Durability) => void {
  let wasWeaker = false;
  return ({ level, isSynced, syncIntervalMs, wanted, isMet, detail }) => {
    for (const one of LEVELS) instruments.durability.set(one === level ? 1 : 0, { level: one.toLowerCase() });
    instruments.durabilitySyncInterval.set(isSynced ? 0 : (syncIntervalMs ?? UNKNOWN_INTERVAL));
    instruments.durabilityWishMet.set(isMet === true ? 1 : 0, { wanted: wanted.toLowerCase() });

    const isWeaker = isMet === false;
    if (isWeaker && !wasWeaker) log.warn('durability.weaker', { wanted, found: level, detail });
    if (!isWeaker && wasWeaker && isMet !== null) log.info('durability.met', { wanted, found: level });
    // What could not be read this time changes nothing.
    if (isMet !== null) wasWeaker = isWeaker;
  };
}
