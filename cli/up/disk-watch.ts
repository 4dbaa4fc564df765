import { statfs } from 'node:fs/promises';
import type { Clock } from '../../runtime/clock/clock.ts';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';

/** Looks at the free space of the data directory, so that commands are refused while there is still room to finish. */
export interface DiskWatch extends Disposable {
  /** Bytes; undefined until the first look, or when the system would not say. */
  readonly freeBytes: number | undefined;
  readonly isFull: boolean;
  /** @throws AW_DISK_FULL while less than the reserve is free */
  check(): void;
}

const LOOK_MS = 1_000;

export async function watchDisk(
  directory: string,
  reserveBytes: number,
  clock: Clock,
  onLook: (freeBytes: number) => void,
): Promise<DiskWatch> {
  let freeBytes: number | undefined;
  let cancel = () => {};
  let isClosed = false;

  const look = async (): Promise<void> => {
    try {
      const { bavail, bsize } = await statfs(directory);
      freeBytes = bavail * bsize;
      onLook(freeBytes);
    } catch {
      freeBytes = undefined;
    }
    if (!isClosed) cancel = clock.schedule(LOOK_MS, () => void look());
  };
  await look();

  const isFull = () => freeBytes !== undefined && freeBytes < reserveBytes;
  return {
    get freeBytes() {
      return freeBytes;
    },
    get isFull() {
      return isFull();
    },
    check() {
      if (!isFull()) return;
      const free = Math.floor((freeBytes ?? 0) / 1024 ** 2);
      const reserve = Math.floor(reserveBytes / 1024 ** 2);
      throw new AutoWeaveError(
        'AW_DISK_FULL',
        `The disk of the data directory has ${free} MB free, ${reserve} MB are kept in reserve`,
        {
          hint: `free space on the disk of "${directory}", or lower AUTOWEAVE_MIN_FREE_DISK_MB`,
        },
      );
    },
    [Symbol.dispose]() {
      isClosed = true;
      cancel();
    },
  };
}
