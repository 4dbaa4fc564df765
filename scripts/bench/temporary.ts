import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder that goes with the stack. */
export async function makeTemporary(stack: AsyncDisposableStack): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'autoweave-bench-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
