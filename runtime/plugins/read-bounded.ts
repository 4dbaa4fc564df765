import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { AutoWeaveError } from '../errors/errors.ts';

/**
 * The bytes of a regular file that has no more than `most` of them. A pipe, a device or an endless file does not hold it
 * up, a link is not followed, and a file that is being written is not read by half.
 *
 * @throws AW_PLUGIN_UNREADABLE, and what the system throws
 */
export async function readBounded(path: string, most: number): Promise<Uint8Array<ArrayBuffer>> {
  await using file = await open(path, FLAGS);
  const before = await file.stat();
  if (!before.isFile()) throw unreadable(path, 'it is no file');
  if (before.size > most) throw unreadable(path, `it has ${before.size} bytes of at most ${most}`);
  // One more than it has, to see its end.
  const bytes = new Uint8Array(before.size + 1);
  let length = 0;
  while (length < bytes.length) {
    const { bytesRead } = await file.read(bytes, length, bytes.length - length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  const after = await file.stat();
  if (length !== before.size || after.size !== before.size || after.mtimeMs !== before.mtimeMs) {
    throw unreadable(path, 'it was changed meanwhile');
  }
  return bytes.slice(0, length);
}

/** Without blocking, because opening a pipe would wait for its writer; and no link that took the place of the file. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0);

function unreadable(path: string, problem: string): AutoWeaveError {
  return new AutoWeaveError('AW_PLUGIN_UNREADABLE', `Cannot read ${path}: ${problem}`, { hint: 'look at the file' });
}
