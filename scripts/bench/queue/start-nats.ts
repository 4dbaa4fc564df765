import { join } from 'node:path';
import { startBroker } from '../../../runtime/bus/broker/broker.ts';
import { findServer } from '../../../runtime/bus/broker/find-server.ts';
import { systemRandom } from '../../../runtime/clock/random.ts';
import { systemClock } from '../../../runtime/clock/system-clock.ts';
import { noLog } from '../../../runtime/telemetry/log.ts';
import { ROOT } from '../../../test/harness/root.ts';
import { makeTemporary } from '../temporary.ts';
import type { StartedServer } from './started-server.ts';
import type { Level } from './system.ts';

/** A nats-server of its own, started as `up` does it, with `nats.conf` and the dial of durability at that level. */
export async function startNats(
  level: Level,
  stack: AsyncDisposableStack,
  signal: AbortSignal,
): Promise<StartedServer> {
  const dataFolder = await makeTemporary(stack);
  const { url, user, password, pid, version } = stack.use(
    await startBroker({
      dataDirectory: dataFolder,
      serverPath: findServer({ root: ROOT, env: process.env }).path,
      configFile: join(ROOT, 'nats.conf'),
      syncInterval: level === 'fsync' ? 'always' : '1s',
      clock: systemClock,
      random: systemRandom,
      log: noLog,
      signal,
    }),
  );
  return {
    target: { kind: 'autoweave', url, user, password, isSyncedAlways: level === 'fsync' },
    pid,
    program: 'nats-server',
    dataFolder,
    versions: `nats-server ${version}, Node.js ${process.versions.node}`,
  };
}
