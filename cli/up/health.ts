import type { Clock } from '../../runtime/clock/clock.ts';

export type HealthStatus = 'OK' | 'DEGRADED' | 'DOWN';

/** What a part says of itself now. */
export interface Condition {
  readonly status: HealthStatus;
  /** In a sentence. */
  readonly detail: string;
}

export interface ComponentHealth extends Condition {
  readonly name: string;
  /** ISO 8601: when it took this status. */
  readonly since: string;
}

/** Asks each part when somebody looks, and remembers since when each has its status. */
export interface HealthBoard {
  components(): readonly ComponentHealth[];
}

export function createHealthBoard(parts: Readonly<Record<string, () => Condition>>, clock: Clock): HealthBoard {
  const known = new Map<string, { readonly status: HealthStatus; readonly since: string }>();
  return {
    components: () =>
      Object.entries(parts).map(([name, ask]) => {
        const { status, detail } = ask();
        const before = known.get(name);
        const since = before?.status === status ? before.since : new Date(clock.now()).toISOString();
        known.set(name, { status, since });
        return { name, status, detail, since };
      }),
  };
}

/** The whole is as its worst part, but a part that only misses its hardware does not bring the whole down. */
export function worstOf(components: readonly Condition[]): HealthStatus {
  if (components.some(({ status }) => status === 'DOWN')) return 'DOWN';
  return components.some(({ status }) => status === 'DEGRADED') ? 'DEGRADED' : 'OK';
}
