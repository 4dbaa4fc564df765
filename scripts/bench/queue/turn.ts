import { cpuSeconds, since } from '../process-cost.ts';
import { USUAL_BYTES } from './job-data.ts';
import { BATCH, BATCHES, type Measurement } from './measurements.ts';
import type { Result } from './order.ts';
import type { System } from './system.ts';

/** What one measurement of one system gave, with the CPU in seconds that each process used for it. */
export interface Turn {
  readonly result: Result;
  readonly cpu: Readonly<Record<string, number>>;
}

/** Takes one measurement in a queue of its own, which is removed afterwards. What does not add up is an error. */
export async function takeTurn(system: System, measurement: Measurement, queue: string): Promise<Turn> {
  const { adder, worker } = system;
  const bytes = USUAL_BYTES;
  switch (measurement.part) {
    case 'add': {
      const { inFlight, ms } = measurement;
      const turn = await counted(system, () => adder.run({ kind: 'add', queue, bytes, inFlight, ms }));
      return await afterwards(system, queue, turn, turn.result.count);
    }
    case 'bulk': {
      const { batch, inFlight, ms } = measurement;
      const turn = await counted(system, () => adder.run({ kind: 'bulk', queue, bytes, batch, inFlight, ms }));
      return await afterwards(system, queue, turn, turn.result.count);
    }
    case 'process': {
      const { concurrency, ms, isAddedSingly = false } = measurement;
      const add = (count: number) =>
        isAddedSingly
          ? adder.run({ kind: 'add', queue, bytes, inFlight: 1, count })
          : fill(system, queue, bytes, count);
      const turn = await takeProcessTurn(system, queue, concurrency, ms, add);
      return await afterwards(system, queue, turn, 0);
    }
    case 'latency': {
      const { perSecond, ms, concurrency } = measurement;
      await worker.run({ kind: 'listen', queue, concurrency });
      const turn = await counted(system, async () => {
        const { count } = await adder.run({ kind: 'pace', queue, bytes, perSecond, ms });
        return await worker.run({ kind: 'heard', count });
      });
      return await afterwards(system, queue, turn, 0);
    }
    case 'delayed': {
      const { count, dueMs, concurrency } = measurement;
      await worker.run({ kind: 'listen', queue, concurrency });
      const turn = await counted(system, async () => {
        await adder.run({ kind: 'bulk', queue, bytes, batch: BATCH, inFlight: BATCHES, count, dueMs });
        return await worker.run({ kind: 'heard', count });
      });
      return await afterwards(system, queue, turn, 0);
    }
  }
}

/** Jobs that show how many a system processes in the time that is wanted, and the most that it is then given. */
const PROBE = 1_000;
const MOST = 100_000;

/** @param add what is processed; absent where enough waits */
export async function takeProcessTurn(
  system: System,
  queue: string,
  concurrency: number,
  ms: number,
  add?: (count: number) => Promise<unknown>,
): Promise<Turn> {
  const process = async (count: number) => {
    await add?.(count);
    return await counted(system, () => system.worker.run({ kind: 'process', queue, concurrency, count }));
  };
  const probe = await process(PROBE);
  const likely = (PROBE * ms) / probe.result.ms;
  return await process(Math.round(Math.min(MOST, Math.max(PROBE, likely))));
}

/** Adds so many jobs in batches. */
export function fill({ adder }: System, queue: string, bytes: number, count: number): Promise<Result> {
  return adder.run({ kind: 'bulk', queue, bytes, batch: BATCH, inFlight: BATCHES, count });
}

export async function counted({ processes }: System, run: () => Promise<Result>): Promise<Turn> {
  const before = await cpuSeconds(processes);
  const result = await run();
  return { result, cpu: since(before, await cpuSeconds(processes)) };
}

async function afterwards({ adder }: System, queue: string, turn: Turn, expected: number): Promise<Turn> {
  await adder.run({ kind: 'remove', queue, expected });
  return turn;
}
