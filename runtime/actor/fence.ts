import type { Bus, Outgoing } from '../bus/bus.ts';
import { PARTITIONS } from '../bus/streams.ts';
import { systemStateSubject } from '../message/subjects.ts';

/**
 * A partition's fence: a message in STATE that names its owner. Every batch to STATE is stored on condition that the
 * fences of its partitions are the ones its sender wrote (their sequences). Who writes a fence anew shuts out all
 * before: a former owner, and one's own batch that may still be on its way on a dying connection.
 */
export interface Fence {
  /** Undefined when the last owner has given the partition back. */
  readonly owner: string | undefined;
  /** Given back with nothing left over that might have been at work when a process ended. */
  readonly isClean: boolean;
  /** Sequence in STATE. */
  readonly sequence: number;
}

export interface FenceChange {
  readonly partition: number;
  /** Sequence of the fence it replaces; 0 when there is none. */
  readonly expected: number;
  readonly owner: string | undefined;
  /** {@link Fence.isClean}; false when absent. */
  readonly isClean?: boolean;
}

const NAME = 'fence';
const MAX_FENCES = 1_000;
const PARTITION_OF = new Map(
  Array.from({ length: PARTITIONS }, (_, number) => [systemStateSubject(number, NAME), number]),
);
const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function fenceSubject(partition: number): string {
  return systemStateSubject(partition, NAME);
}

/** All fences, by partition. One that can't be read has no owner. */
export async function readFences(bus: Bus): Promise<ReadonlyMap<number, Fence>> {
  const page = await bus.page('STATE', { from: 1, filter: systemStateSubject('*', NAME), limit: MAX_FENCES });
  const fences = new Map<number, Fence>();
  for (const { subject, sequence, body } of page) {
    const partition = PARTITION_OF.get(subject);
    if (partition !== undefined) fences.set(partition, { ...parseFence(body), sequence });
  }
  return fences;
}

/**
 * All or none.
 *
 * @returns the new sequences in order, or undefined when somebody else has written one of them
 */
export async function writeFences(bus: Bus, changes: readonly FenceChange[]): Promise<readonly number[] | undefined> {
  const messages = changes.map(
    ({ partition, expected, owner, isClean = false }): Outgoing => ({
      subject: fenceSubject(partition),
      body: encoder.encode(JSON.stringify({ owner: owner ?? null, isClean })),
      expectLastSequence: expected,
    }),
  );
  const result = await bus.commit('STATE', messages);
  return result.outcome === 'stored' ? result.sequences : undefined;
}

function parseFence(body: Uint8Array): Pick<Fence, 'owner' | 'isClean'> {
  try {
    const { owner, isClean } = JSON.parse(decoder.decode(body)) as { owner?: unknown; isClean?: unknown };
    return { owner: typeof owner === 'string' ? owner : undefined, isClean: isClean === true };
  } catch {
    return { owner: undefined, isClean: false };
  }
}
