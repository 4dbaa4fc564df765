import type { HealthCode, HealthStatus } from '../../proto/generated/graphql.ts';
import type { Clock } from '../../runtime/clock/clock.ts';

/** What a part says of itself now, in a sentence; a code tells programs what is not as it should be. */
export type Condition =
  | { readonly status: 'OK'; readonly detail: string }
  | { readonly status: 'DEGRADED' | 'DOWN'; readonly code: HealthCode; readonly detail: string };

export interface ComponentHealth {
  readonly name: string;
  readonly status: HealthStatus;
  readonly code: HealthCode | null;
  /** In a sentence. */
  readonly detail: string;
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
        const condition = ask();
        const { status, detail } = condition;
        const before = known.get(name);
        const since = before?.status === status ? before.since : new Date(clock.now()).toISOString();
        known.set(name, { status, since });
        return { name, status, code: condition.status === 'OK' ? null : condition.code, detail, since };
      }),
  };
}

/** The whole is as its worst part, but a part that only misses its hardware does not bring the whole down. */
export function worstOf(components: readonly Pick<Condition, 'status'>[]): HealthStatus {
  if (components.some(({ status }) => status === 'DOWN')) return 'DOWN';
  return components.some(({ status }) => status === 'DEGRADED') ? 'DEGRADED' : 'OK';
}
