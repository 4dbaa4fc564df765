import type { Bus } from '../bus/bus.ts';
import { AutoWeaveError } from '../errors/errors.ts';

/**
 * Which jobs of a pack operators have ended, for as long as the pack stands: JOBLOG forgets their outcomes after an
 * hour, and a queue may be paused for longer. One message in CONTROL for each pack; gone with the pack.
 */

interface NoteParts {
  readonly bus: Bus;
  readonly tenant: string;
  readonly queue: string;
}

/** Operators that end jobs of the same pack at the same time. */
const MOST_ROUNDS = 200;
const PAGE = 1_000;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** @param pack its sequence in JOBS, or all */
export function goneSubject(tenant: string, queue: string, pack: number | '*'): string {
  return `aw.${tenant}.gone.${queue}.${pack === '*' ? '*' : pack.toString(36)}`;
}

/** Resolves when all who read from now on know of it. */
export async function noteGone({ bus, tenant, queue }: NoteParts, pack: number, place: number): Promise<void> {
  const subject = goneSubject(tenant, queue, pack);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const stored = await bus.last('CONTROL', subject);
    const places = stored === undefined ? [] : decode(stored.body);
    if (places.includes(place)) return;
    const body = encoder.encode(JSON.stringify([...places, place]));
    const result = await bus.commit('CONTROL', [{ subject, body, expectLastSequence: stored?.sequence ?? 0 }]);
    if (result.outcome === 'stored') return;
  }
  throw new AutoWeaveError('AW_BROKER_UNAVAILABLE', `Cannot end a job of pack ${pack}: others do so all the time`);
}

/** Places of a pack that operators have ended. */
export async function readGone({ bus, tenant, queue }: NoteParts, pack: number): Promise<ReadonlySet<number>> {
  const stored = await bus.last('CONTROL', goneSubject(tenant, queue, pack));
  return new Set(stored === undefined ? [] : decode(stored.body));
}

/** All packs that are noted, by sequence, with how many of their jobs are gone. */
export async function countGone({ bus, tenant, queue }: NoteParts): Promise<ReadonlyMap<number, number>> {
  const found = new Map<number, number>();
  let from = 1;
  while (true) {
    const page = await bus.page('CONTROL', { from, filter: goneSubject(tenant, queue, '*'), limit: PAGE });
    for (const { subject, body } of page) {
      found.set(Number.parseInt(subject.split('.').at(-1) ?? '', 36), decode(body).length);
    }
    if (page.length < PAGE) return found;
    from = page.at(-1)!.sequence + 1;
  }
}

function decode(body: Uint8Array): readonly number[] {
  try {
    const places: unknown = JSON.parse(decoder.decode(body));
    return Array.isArray(places) ? places.filter((place) => Number.isInteger(place)) : [];
  } catch {
    // A stranger's message says nothing of our packs.
    return [];
  }
}
