import { open } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { type Figure, percentile } from './figures.ts';
import { makeTemporary } from './temporary.ts';

const WRITES = 200;
const BYTES = 4_096;

/** What one durable write costs here, where all systems keep their data: without it no figure can be compared. */
export async function probeDisk(): Promise<Omit<Figure, 'benchmark'>> {
  await using stack = new AsyncDisposableStack();
  const file = await open(join(await makeTemporary(stack), 'probe'), 'w');
  stack.use(file);
  const block = Buffer.alloc(BYTES, 1);
  const times: number[] = [];
  for (let write = 0; write < WRITES; write++) {
    const begin = performance.now();
    await file.write(block);
    await file.datasync();
    times.push(performance.now() - begin);
  }
  return {
    name: 'machine: 4 KiB to the disk and fsync, p50',
    value: percentile(times, 0.5),
    unit: 'ms',
    note: `p99 ${percentile(times, 0.99).toFixed(1)} ms; load of the machine before: ${loadavg()[0]!.toFixed(1)}`,
  };
}
