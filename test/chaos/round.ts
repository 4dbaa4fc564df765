import { setTimeout as pause } from 'node:timers/promises';
import { createSeededRandom } from '../../runtime/clock/seeded-random.ts';
import { startCluster } from './cluster.ts';
import { type Fault, type FaultName, inflict } from './faults.ts';
import { keepFindings } from './findings.ts';
import { startLoad, type TimedCall } from './load.ts';
import { openObserver } from './observer.ts';
import type { RuntimeKind } from './runtime.ts';

/** Faults under load, then the verdict. */
export interface Round {
  readonly faults: readonly Fault[];
  readonly commands: number;
  readonly calls: readonly TimedCall[];
  /** What should not have happened, in words; none in a good round. */
  readonly complaints: readonly string[];
}

export interface RoundPlan {
  readonly seed: string;
  readonly kind: RuntimeKind;
  readonly faults: readonly FaultName[];
  readonly keepHandledMs?: number;
}

/** Between two faults, at most: some meet a hand-over that is still under way. */
const LONGEST_REST_MS = 600;
/** The first lines say enough; a broken run has thousands. */
const MAX_COMPLAINTS = 20;

export async function runRound({ seed, kind, faults: names, keepHandledMs }: RoundPlan): Promise<Round> {
  const random = createSeededRandom(seed);
  await using cluster = await startCluster(kind, keepHandledMs);
  using load = startLoad(cluster.bus, random.fork('load'));
  const faults: Fault[] = [];
  const complaints: string[] = [];
  try {
    for (const [index, name] of names.entries()) {
      const chance = random.fork(`${index} ${name}`);
      await pause(chance.integer(LONGEST_REST_MS));
      faults.push(await inflict(name, cluster, chance));
    }
  } catch (error) {
    complaints.push(`The faults broke off: ${error}`);
  }
  await load.stop();
  const violations = await openObserver(cluster.bus).settle(load.sent);
  complaints.push(
    ...cluster.runtimes.flatMap((runtime) => runtime.faults),
    ...violations.map(({ kind: sort, where, what }) => `${sort}: ${where} ${what}`),
  );
  if (complaints.length > 0) {
    complaints.splice(MAX_COMPLAINTS);
    complaints.push(`What they logged and what was found: ${await keepFindings(seed, cluster, violations)}`);
  }
  return {
    faults,
    complaints,
    calls: load.calls,
    commands: load.calls.length + [...load.sent.ledgers.values()].reduce((sum, n) => sum + n, 0),
  };
}

/** The slowest call that began during the faults of this name; undefined when none did. */
export function slowestCall({ faults, calls }: Round, name?: FaultName): number | undefined {
  const times = calls.filter(
    ({ startedAt }) =>
      name === undefined ||
      faults.some((fault) => fault.name === name && startedAt >= fault.from && startedAt < fault.to),
  );
  return times.length === 0 ? undefined : Math.max(...times.map(({ ms }) => ms));
}

/** One line: the faults with when they were, and how long calls took meanwhile. */
export function describeRound(round: Round): string {
  const faults = round.faults
    .map(({ name, from, to }) => `${name} ${(from / 1_000).toFixed(2)} to ${seconds(to)}`)
    .join(', ');
  const slowest = (name?: FaultName) => seconds(slowestCall(round, name));
  return (
    `${faults}; ${round.commands} commands, ${round.calls.length} of them calls; ` +
    `slowest call ${slowest()}, during a rolling restart ${slowest('rolling')}`
  );
}

function seconds(ms: number | undefined): string {
  return ms === undefined ? '–' : `${(ms / 1_000).toFixed(2)} s`;
}
