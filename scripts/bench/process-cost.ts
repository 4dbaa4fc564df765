import { readFile } from 'node:fs/promises';

/** What processes have cost, as Linux counts it. Names to process ids. */
export type Processes = Readonly<Record<string, number>>;

/** Clock ticks of `/proc/<pid>/stat`: 100 a second on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Seconds of CPU that each has used since it began, threads and kernel included. */
export async function cpuSeconds(processes: Processes): Promise<Readonly<Record<string, number>>> {
  const entries = Object.entries(processes).map(async ([name, pid]) => {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // Behind the name in brackets: user and system time are the 14th and 15th field of the line.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return [name, (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

export async function rssMb(processes: Processes): Promise<Readonly<Record<string, number>>> {
  const entries = Object.entries(processes).map(async ([name, pid]) => {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    return [name, Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** The difference of two readings, name by name. */
export function since(
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(after).map(([name, value]) => [name, value - (before[name] ?? 0)]));
}
