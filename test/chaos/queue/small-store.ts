import { mkdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { onSmallDisk } from '../../harness/small-disk.ts';
import { until } from '../../harness/until.ts';
import type { Keeper } from '../keeper.ts';
import { startProgram } from '../program.ts';

/** A small disk that outlives the server on it; gives the path where all see it. */
export async function mountSmallStore(keeper: Keeper, megabytes: number): Promise<string> {
  const mount = join(keeper.directory, 'disk');
  await mkdir(mount);
  const [file, ...args] = onSmallDisk(mount, megabytes);
  const holder = startProgram([file!, ...args, 'sleep', 'infinity'], { keeper });
  const disk = `/proc/${holder.pid}/root${mount}`;
  await until(async () => {
    const { blocks, bsize } = await statfs(disk);
    return blocks * bsize <= megabytes * 1024 ** 2;
  }, 'the disk');
  return disk;
}
