import type { Bus, Heard } from '../bus/bus.ts';
import { isPassing } from '../bus/bus-errors.ts';
import { PARTITIONS } from '../bus/streams.ts';
import type { Clock } from '../clock/clock.ts';
import type { Random } from '../clock/random.ts';
import { AutoWeaveError } from '../errors/errors.ts';
import { assignPartitions } from '../membership/assignment.ts';
import { type Membership, startMembership } from '../membership/members.ts';
import type { Log } from '../telemetry/log.ts';
import type { Fenced, Guard } from './committer.ts';
import { type Fence, readFences, writeFences } from './fence.ts';
import type { Gate } from './gate.ts';
import type { Partition } from './partition.ts';

/**
 * Which partitions this process owns. It looks at the members and the fences whenever something has changed:
 *
 * - *take*: a partition that should be ours and has no owner (given back, or its owner is gone) gets our fence;
 * - *give back*: one that should be another member's is drained, and its fence says so;
 * - *lost*: one whose fence is another's ends at once: it was taken from us while we were thought to be gone.
 */
export interface Ownership extends Guard {
  readonly owned: ReadonlyMap<number, Partition>;
  readonly members: Membership;
  /** Resolves when what can be had at this moment is taken. */
  start(): Promise<void>;
  /** Gives everything back; until the signal aborts there is time to drain. */
  stop(signal: AbortSignal): Promise<void>;
}

export interface OwnershipParts {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Id of this process among the members. */
  readonly self: string;
  readonly signal: AbortSignal;
  readonly open: (taken: Taken) => Partition;
  /** Begins to work on partitions that have just been fenced. Tries again until they work, or are lost. */
  readonly begin: (partitions: readonly Partition[]) => Promise<void>;
  /** Brings a partition to where nothing is left to do for us. */
  readonly drain: (partition: Partition, signal: AbortSignal) => Promise<void>;
  readonly onAsked: (heard: Heard) => void;
  readonly gate: Gate;
}

export interface Taken {
  readonly number: number;
  readonly fence: number;
  /** Given back in order by its last owner, or never owned. */
  readonly isClean: boolean;
}

const PAUSE_MS = 100;
/** Fences are looked at this often also when nobody has told of a change. */
const LOOK_MS = 2_000;
/** Time for a partition to come to rest before another member gets it all the same. */
const DRAIN_MS = 5_000;

export function startOwnership(parts: OwnershipParts): Ownership {
  const { bus, clock, random, log, self, signal } = parts;
  const owned = new Map<number, Partition>();
  const leaving = new Map<number, Promise<void>>();
  let isLooking = false;
  let isChanged = false;
  let isStopping = false;
  let cancelLook = () => {};

  const members = startMembership({ bus, clock, log, self, onChange: () => void look(), onAsked: parts.onAsked });

  const drop = (partition: Partition, why: string): void => {
    if (owned.get(partition.number) === partition) owned.delete(partition.number);
    if (partition.signal.aborted) return;
    log.warn('partition.lost', { partition: partition.number, why });
    partition.end(new AutoWeaveError('AW_OWNER_LOST', `Partition ${partition.number} has another owner`));
  };

  const dropForeign = (fences: ReadonlyMap<number, Fence>): void => {
    for (const partition of [...owned.values()]) {
      const fence = fences.get(partition.number);
      if (fence?.owner !== self) drop(partition, `${fence?.owner ?? 'nobody'} has it`);
    }
  };

  /** Looks once more when something changes meanwhile. */
  const look = async (): Promise<void> => {
    isChanged = true;
    if (isLooking) return;
    isLooking = true;
    while (isChanged && !isStopping && !signal.aborted) {
      isChanged = false;
      try {
        await parts.gate.pass(reconcile);
      } catch (error) {
        if (!isPassing(error)) log.error('ownership.failed', { error });
        isChanged = true;
        await clock.sleep(PAUSE_MS, signal).catch(() => undefined);
      }
    }
    isLooking = false;
  };

  const reconcile = async (): Promise<void> => {
    const fences = await readFences(bus);
    dropForeign(fences);
    const owners = [...fences.values()].flatMap(({ owner }) => owner ?? []);
    await members.find([...new Set(owners)]);
    const { live } = members;
    const wanted = assignPartitions(live, PARTITIONS);
    for (const partition of owned.values()) {
      if (wanted[partition.number] !== self) giveBack(partition);
    }
    const forgotten = [...fences].filter(
      ([number, { owner }]) => owner === self && wanted[number] !== self && !owned.has(number) && !leaving.has(number),
    );
    if (forgotten.length > 0) {
      await writeFences(
        bus,
        forgotten.map(([partition, { sequence }]) => ({ partition, expected: sequence, owner: undefined })),
      );
      members.announce();
    }
    const free = wanted.flatMap((member, number) => {
      if (member !== self || owned.has(number) || leaving.has(number)) return [];
      const fence = fences.get(number);
      const isFree = fence?.owner === undefined || fence.owner === self || !live.includes(fence.owner);
      return isFree
        ? [
            {
              number,
              expected: fence?.sequence ?? 0,
              isClean: fence === undefined || (fence.owner === undefined && fence.isClean),
            },
          ]
        : [];
    });
    if (free.length > 0) await take(free);
  };

  const take = async (
    free: readonly { readonly number: number; readonly expected: number; readonly isClean: boolean }[],
  ): Promise<void> => {
    const sequences = await writeFences(
      bus,
      free.map(({ number, expected }) => ({ partition: number, expected, owner: self })),
    );
    if (sequences === undefined) {
      // Another member was faster with one of them: look again, not at the same moment as it.
      await clock.sleep(Math.round(PAUSE_MS * random.fraction()), signal).catch(() => undefined);
      isChanged = true;
      return;
    }
    const partitions = free.map(({ number, isClean }, index) => {
      const partition = parts.open({ number, isClean, fence: sequences[index]! });
      owned.set(number, partition);
      return partition;
    });
    log.info('partitions.taken', { partitions: partitions.map(({ number }) => number).join(' ') });
    await parts.begin(partitions);
  };

  /** @param until there is time to drain; {@link DRAIN_MS} when absent */
  const giveBack = (partition: Partition, until?: AbortSignal): void => {
    if (leaving.has(partition.number)) return;
    const late = new AbortController();
    const cancel = until === undefined ? clock.schedule(DRAIN_MS, () => late.abort()) : () => {};
    const done = release(partition, AbortSignal.any([until ?? late.signal, signal])).finally(() => {
      cancel();
      leaving.delete(partition.number);
      void look();
    });
    leaving.set(partition.number, done);
  };

  let released: { readonly partition: Partition; readonly done: () => void }[] = [];

  /** Drains it, and writes its fence together with those of all that come to rest at the same time. */
  const release = async (partition: Partition, until: AbortSignal): Promise<void> => {
    partition.close();
    await parts.drain(partition, until);
    if (partition.signal.aborted) return;
    await new Promise<void>((done) => {
      released.push({ partition, done });
      if (released.length === 1) void writeReleased();
    });
  };

  const writeReleased = async (): Promise<void> => {
    await clock.turn();
    const batch = released;
    released = [];
    const still = batch.filter(({ partition }) => !partition.signal.aborted);
    try {
      const changes = still.map(({ partition }) => ({
        partition: partition.number,
        expected: partition.fence,
        owner: undefined,
        isClean: !partition.isSuspect,
      }));
      for (const { partition } of still) {
        owned.delete(partition.number);
        partition.end(new AutoWeaveError('AW_OWNER_LOST', `Partition ${partition.number} is given back`));
      }
      if (changes.length > 0) await writeFences(bus, changes);
      log.info('partitions.released', { partitions: changes.map(({ partition }) => partition).join(' ') });
    } catch (error) {
      // Then its fence still names us; it is found out by the next look, or when we are gone.
      log.warn('partitions.unreleased', { error });
    }
    members.announce();
    for (const { done } of batch) done();
  };

  const lookNowAndThen = (): void => {
    if (signal.aborted) return;
    void look();
    cancelLook = clock.schedule(LOOK_MS, lookNowAndThen);
  };

  const whileBrokerIsAway = async <Result>(
    partitions: readonly Fenced[],
    attempt: () => Promise<Result>,
  ): Promise<Result | undefined> => {
    while (partitions.some((partition) => !partition.signal.aborted)) {
      try {
        return await attempt();
      } catch (error) {
        if (!isPassing(error)) log.error('ownership.failed', { error });
        await clock.sleep(PAUSE_MS, signal).catch(() => undefined);
      }
    }
    return undefined;
  };

  const verify = async (partitions: readonly Fenced[]): Promise<void> => {
    const fences = await whileBrokerIsAway(partitions, () => readFences(bus));
    if (fences === undefined) return;
    for (const partition of partitions) {
      const ours = owned.get(partition.number);
      const fence = fences.get(partition.number);
      // A fence of ours that we do not know: its answer was lost.
      if (ours === partition && fence?.owner === self) ours.fence = fence.sequence;
    }
    dropForeign(fences);
  };

  const renew = async (partitions: readonly Fenced[]): Promise<void> => {
    while (true) {
      const ours = partitions.flatMap((one) => {
        const partition = owned.get(one.number);
        return partition === one && !one.signal.aborted ? [partition] : [];
      });
      if (ours.length === 0) return;
      const sequences = await whileBrokerIsAway(ours, () =>
        writeFences(
          bus,
          ours.map(({ number, fence }) => ({ partition: number, expected: fence, owner: self })),
        ),
      );
      if (sequences !== undefined) {
        for (const [index, partition] of ours.entries()) partition.fence = sequences[index]!;
        return;
      }
      // One of them is lost, or an earlier attempt was stored after all.
      await verify(ours);
    }
  };

  return {
    owned,
    members,
    async start() {
      await look();
      cancelLook = clock.schedule(LOOK_MS, lookNowAndThen);
    },
    async stop(until) {
      isStopping = true;
      cancelLook();
      for (const partition of owned.values()) giveBack(partition, until);
      await Promise.all(leaving.values());
      members.leave();
      members[Symbol.dispose]();
    },
    verify,
    renew,
  };
}
