import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT } from '../../../test/harness/root.ts';
import { findServer } from './find-server.ts';

/** Namespaces of our own, in which we may mount a small disk. */
const NAMESPACES = ['--user', '--map-root-user', '--mount'];
const SMALL = '24m';
const ROOMY = '64m';

test('a full disk stops storing and nothing else, and storing goes on when there is room', async (t) => {
  if (!canMount()) return t.skip('needs user and mount namespaces');
  const folder = await mkdtemp(join(tmpdir(), 'autoweave-full-'));
  try {
    const { path } = findServer({ root: ROOT, env: process.env });
    const program = [
      process.execPath,
      join(import.meta.dirname, 'fill-disk.ts'),
      folder,
      path,
      join(ROOT, 'nats.conf'),
    ];
    const mounted = 'mount -t tmpfs -o size="$1" small "$2" && shift 2 && exec "$@"';
    const child = spawn('unshare', [...NAMESPACES, 'sh', '-c', mounted, 'sh', SMALL, folder, ...program], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const exited = once(child, 'exit');
    const [first] = await Promise.race([once(child, 'message'), exited]);
    assert.equal(first, 'full');
    // The child is at home in namespaces of its own: its disk is enlarged from within them.
    const inside = ['--target', String(child.pid), '--user', '--mount', '--preserve-credentials'];
    execFileSync('nsenter', [...inside, 'mount', '-o', `remount,size=${ROOMY}`, folder]);
    child.send('room');
    const [report] = await Promise.race([once(child, 'message'), exited]);
    assert.ok(report.acknowledged > 100, `${report.acknowledged} messages were acknowledged`);
    assert.deepEqual(await exited, [0, null]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

function canMount(): boolean {
  try {
    execFileSync('unshare', [...NAMESPACES, 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
