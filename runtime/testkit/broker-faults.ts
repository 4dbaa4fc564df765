import type { StreamName } from '../bus/bus.ts';
import type { SeededRandom } from '../clock/seeded-random.ts';

/**
 * What happens to one request, as JetStream really does it.
 *
 * - `loseRequest`: it never arrives; the caller hears AW_BROKER_UNAVAILABLE when its time is up.
 * - `loseAnswer`: it is done, and the caller hears the same.
 * - `storeLate`: the connection breaks, the caller hears AW_BROKER_UNAVAILABLE at once, and what stood in the dying
 *   connection is done later, when the caller may long have tried again.
 */
export type RequestFault = 'loseRequest' | 'loseAnswer' | 'storeLate';

/** How often things go wrong by themselves; what is not named never does. */
export interface FaultRates {
  /** Probability for each request. */
  readonly loseRequest?: number;
  readonly loseAnswer?: number;
  /** Probability for each request that stores something. */
  readonly storeLate?: number;
  /** Probability for each answer to an inbox that it arrives twice. */
  readonly repeatAnswer?: number;
  /** How often, in a minute, each connection is cut alone. */
  readonly cutsPerMinute?: number;
  /** How often, in a minute, the server dies and comes back. */
  readonly outagesPerMinute?: number;
  /** How often, in a minute, a stream has no leader for a while. */
  readonly leaderChangesPerMinute?: number;
}

/** A request on its way, for those who choose which one fails. */
export interface BusCall {
  /** Name of the method of the bus. */
  readonly method: string;
  readonly stream?: StreamName;
}

/** Longest of the times that the seed chooses. */
const LATEST_MS = 10_000;
const LONGEST_OUTAGE_MS = 5_000;
const LONGEST_CUT_MS = 1_500;
const LONGEST_LEADERLESS_MS = 2_000;
const SHORTEST_MS = 20;

/** Draws what happens by itself. Short times are as likely as long ones, decade by decade. */
export interface FaultDraw {
  /** One value is drawn whatever the rates are. */
  request(rates: FaultRates, isWrite: boolean): RequestFault | undefined;
  lateMs(): number;
  outageMs(): number;
  cutMs(): number;
  leaderlessMs(): number;
  /** Time to the next of what happens so often in a minute. */
  nextMs(perMinute: number): number;
}

export function createFaultDraw(random: SeededRandom): FaultDraw {
  const between = (shortest: number, longest: number) => shortest * (longest / shortest) ** random.fraction();
  return {
    request({ loseRequest = 0, loseAnswer = 0, storeLate = 0 }, isWrite) {
      const drawn = random.fraction();
      if (drawn < loseRequest) return 'loseRequest';
      if (drawn < loseRequest + loseAnswer) return 'loseAnswer';
      return isWrite && drawn < loseRequest + loseAnswer + storeLate ? 'storeLate' : undefined;
    },
    lateMs: () => between(SHORTEST_MS, LATEST_MS),
    outageMs: () => between(SHORTEST_MS, LONGEST_OUTAGE_MS),
    cutMs: () => between(SHORTEST_MS, LONGEST_CUT_MS),
    leaderlessMs: () => between(SHORTEST_MS, LONGEST_LEADERLESS_MS),
    nextMs: (perMinute) => (-Math.log(1 - random.fraction()) * 60_000) / perMinute,
  };
}
