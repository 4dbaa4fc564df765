import { lstat, mkdir, mkdtemp, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { AutoWeaveError } from '../../errors/errors.ts';

/** A backup on its way: it has another name than the complete one, and is removed unless it gets that. */
export interface PartialDirectory extends AsyncDisposable {
  readonly path: string;
  /** Gives it its name, once all of it is on the disk. */
  complete(): Promise<void>;
}

/** @throws AW_BACKUP_EXISTS, AW_BACKUP_UNWRITABLE, AW_DISK_FULL */
export async function makePartialDirectory(directory: string): Promise<PartialDirectory> {
  const target = resolve(directory);
  try {
    await refuseExisting(target);
    await mkdir(dirname(target), { recursive: true });
    const path = await mkdtemp(`${target}.partial-`);
    return {
      path,
      async complete() {
        try {
          await syncDirectory(path);
          await rename(path, target);
          await syncDirectory(dirname(target));
        } catch (error) {
          await refuseExisting(target);
          throw fileError(target, error);
        }
      },
      // After the rename there is nothing of this name any more.
      [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
    };
  } catch (error) {
    throw fileError(target, error);
  }
}

export async function writeSynced(file: string, text: string): Promise<void> {
  try {
    await using handle = await open(file, 'wx', 0o600);
    await handle.writeFile(text);
    await handle.sync();
  } catch (error) {
    throw fileError(file, error);
  }
}

/** Without it a new name may be gone after a power failure. */
export async function syncDirectory(directory: string): Promise<void> {
  await using handle = await open(directory, 'r');
  await handle.sync();
}

/** What an error of the file system means to a person; any other error as it is. */
export function fileError(file: string, error: unknown): unknown {
  if (!(error instanceof Error && 'syscall' in error && 'code' in error)) return error;
  if (error.code === 'ENOSPC') {
    return new AutoWeaveError('AW_DISK_FULL', `Cannot write "${file}": the disk is full`, {
      hint: 'free space on that disk, or choose a directory on another one',
      cause: error,
    });
  }
  return new AutoWeaveError('AW_BACKUP_UNWRITABLE', `Cannot use "${file}": ${error.message}`, {
    hint: 'choose a directory that you may write to',
    cause: error,
  });
}

/** @throws AW_BACKUP_EXISTS unless there is nothing, or an empty directory */
async function refuseExisting(target: string): Promise<void> {
  const found = await lstat(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (found === undefined) return;
  if (found.isDirectory() && (await readdir(target)).length === 0) return;
  throw new AutoWeaveError('AW_BACKUP_EXISTS', `"${target}" is there already`, {
    hint: `choose a new name, such as "${join(dirname(target), 'backup-2')}"`,
  });
}
