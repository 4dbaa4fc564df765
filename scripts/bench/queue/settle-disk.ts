import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const LIMIT_MS = 60_000;

/**
 * Waits until everything that was written is on the disk. Without that a system pays for the one before it: its own
 * sync has to wait for the other's, which has up to a second of writing left.
 */
export async function settleDisk(signal: AbortSignal): Promise<void> {
  await promisify(execFile)('sync', [], { signal, timeout: LIMIT_MS });
}
