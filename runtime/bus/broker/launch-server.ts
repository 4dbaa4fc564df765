import { realpath, writeFile } from 'node:fs/promises';
import type { Clock } from '../../clock/clock.ts';
import type { Log } from '../../telemetry/log.ts';
import type { BrokerFile } from './broker-file.ts';
import type { BrokerPlaces } from './broker-places.ts';
import type { SyncInterval } from './durability-dial.ts';
import { type ServerProcess, spawnServer } from './server-process.ts';

export interface LaunchOptions {
  readonly serverPath: string;
  readonly configFile: string;
  /** `always` when absent. */
  readonly syncInterval?: SyncInterval;
  readonly clock: Clock;
  readonly log: Log;
}

/** What Go itself reads; nothing else of our environment is the server's business. */
const PASSED_ON = ['GOMAXPROCS', 'GOMEMLIMIT', 'GOGC', 'TZ', 'PATH', 'HOME'];

/**
 * Starts nats-server from `nats.conf`: folders and port as flags, which take any path as it is; names, passwords and
 * the sync interval as variables, which do not show in a list of processes. Resolves when the process is there, not
 * when it is ready.
 */
export async function launchServer(
  access: BrokerFile,
  { dataDirectory, storeDirectory, pidFile, logFile, outputFile }: BrokerPlaces,
  { serverPath, configFile, syncInterval = 'always', clock, log }: LaunchOptions,
): Promise<ServerProcess> {
  // No `-P`: the server refuses to start when it cannot write that file, which on a full disk it cannot.
  const args = ['-sd', storeDirectory, '-p', String(access.port), '-l', logFile, '-c', await realpath(configFile)];
  const env = environment(access, syncInterval);
  const server = await spawnServer({ serverPath, args, env, cwd: dataDirectory, outputFile, clock });
  try {
    await writeFile(pidFile, `${server.pid}\n`, { mode: 0o600 });
  } catch (error) {
    // A server that is left over is found by its arguments, too.
    log.warn('broker.pid-unwritten', { pid: server.pid, error });
  }
  return server;
}

/** Go's default lets garbage grow to as much as what is in use; half of it costs the server 3 % of its CPU. */
const GARBAGE_PERCENT = '50';

function environment(access: BrokerFile, syncInterval: SyncInterval): Record<string, string> {
  const env: Record<string, string> = {
    GOGC: GARBAGE_PERCENT,
    AUTOWEAVE_NATS_SYNC_INTERVAL: syncInterval,
    AUTOWEAVE_NATS_USER: access.user,
    AUTOWEAVE_NATS_PASSWORD: access.password,
    AUTOWEAVE_NATS_SYSTEM_USER: access.systemUser,
    AUTOWEAVE_NATS_SYSTEM_PASSWORD: access.systemPassword,
  };
  for (const name of PASSED_ON) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  return env;
}
