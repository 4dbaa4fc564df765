import { percentile } from '../figures.ts';
import { rssMb } from '../process-cost.ts';
import type { Contestant, ContestantName } from './guest.ts';
import type { Result } from './order.ts';
import { inputOf } from './run-calls.ts';
import { settle } from './settle.ts';

type Start = (spares: number) => Promise<Contestant>;

/** Medians in milliseconds, each from the files to the guest that can be called. */
export async function runLoading(start: Start, name: ContestantName, count: number): Promise<Result> {
  const cold = await repeat(count, async () => {
    await using contestant = await start(0);
    return await time(() => contestant.load('first'));
  });
  await using contestant = await start(1);
  await contestant.load('again');
  const reload = await repeat(count, async () => {
    await settle();
    return await time(() => contestant.load('again'));
  });
  if (name !== 'AutoWeave') return { cold, reload };
  let loaded = 0;
  const warm = await repeat(count, async () => {
    await settle();
    return await time(() => contestant.load(`other-${loaded++}`));
  });
  return { cold, reload, warm };
}

/** The first few make what all have in common. */
const FIRST_INSTANCES = 2;

export async function runMemory(start: Start, instances: number): Promise<Result> {
  await using contestant = await start(0);
  const load = async (from: number, to: number): Promise<number> => {
    for (let index = from; index < to; index++) {
      const guest = await contestant.load(`instance-${index}`);
      await guest.call('upper', inputOf(100));
    }
    await settle();
    return (await rssMb({ driver: process.pid }))['driver']!;
  };
  const before = await load(0, FIRST_INSTANCES);
  const after = await load(FIRST_INSTANCES, FIRST_INSTANCES + instances);
  return { mb: (after - before) / instances };
}

async function time(act: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await act();
  return performance.now() - startMs;
}

async function repeat(count: number, act: () => Promise<number>): Promise<number> {
  const values: number[] = [];
  for (let turn = 0; turn < count; turn++) values.push(await act());
  return percentile(values, 0.5);
}
