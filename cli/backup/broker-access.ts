import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BackupServer, openBackupServer } from '../../runtime/bus/backup/backup-server.ts';
import { type StartBrokerOptions, startBroker } from '../../runtime/bus/broker/broker.ts';
import { readBrokerFile } from '../../runtime/bus/broker/broker-file.ts';
import { syncIntervalOf } from '../../runtime/bus/broker/durability-dial.ts';
import { findServer } from '../../runtime/bus/broker/find-server.ts';
import { systemRandom } from '../../runtime/clock/random.ts';
import { systemClock } from '../../runtime/clock/system-clock.ts';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import { noLog } from '../../runtime/telemetry/log.ts';
import type { Config } from '../config.ts';
import { openDataDirectory } from '../data-directory.ts';

/**
 * The broker whose streams are to be saved: that of `AUTOWEAVE_NATS_URL`, else the embedded one, which is started for
 * the time where AutoWeave does not run. What is given closes it again.
 *
 * @throws AW_BACKUP_EMPTY where AutoWeave never ran, and what starting and connecting throw
 */
export async function openSource(config: Config, signal: AbortSignal): Promise<BackupServer> {
  if (config.natsUrl !== null) return openExternalServer(config);
  const kept = await readBrokerFile(join(config.data, 'broker.json'));
  if (kept === undefined) {
    throw new AutoWeaveError('AW_BACKUP_EMPTY', `No AutoWeave has run on "${config.data}"`, {
      hint: 'set AUTOWEAVE_DATA or --data to the data directory, or AUTOWEAVE_NATS_URL to the broker',
    });
  }
  const data = await openDataDirectory(config.data).catch((error: unknown) => {
    if (error instanceof AutoWeaveError && error.code === 'AW_DATA_IN_USE') return undefined;
    throw error;
  });
  if (data === undefined) {
    const { port, user, password } = kept;
    return openBackupServer({ url: `nats://127.0.0.1:${port}`, user, password }, systemClock);
  }
  await using opened = new AsyncDisposableStack();
  opened.use(data);
  const broker = opened.use(await startBroker(brokerOptions({ ...config, data: data.path }, signal)));
  const server = opened.use(await openBackupServer(broker, systemClock));
  const rest = opened.move();
  return { ...server, [Symbol.asyncDispose]: () => rest.disposeAsync() };
}

/** @throws AW_CONFIG_INVALID for a credentials file that can't be read, and what connecting throws */
export async function openExternalServer(config: Config): Promise<BackupServer> {
  const { natsUrl, natsCreds, natsUser, natsPassword } = config;
  return openBackupServer(
    {
      url: natsUrl!,
      ...(natsCreds === null ? {} : { credentials: await readCredentials(natsCreds) }),
      ...(natsUser === null ? {} : { user: natsUser, password: natsPassword ?? '' }),
    },
    systemClock,
  );
}

/** @throws AW_NATS_MISSING */
export function brokerOptions(config: Config, signal: AbortSignal): StartBrokerOptions {
  return {
    dataDirectory: config.data,
    serverPath: findServer({ root: config.root, env: process.env }).path,
    configFile: join(config.root, 'nats.conf'),
    syncInterval: syncIntervalOf(config.durability),
    clock: systemClock,
    random: systemRandom,
    log: noLog,
    signal,
  };
}

async function readCredentials(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new AutoWeaveError('AW_CONFIG_INVALID', `Cannot read "${file}": ${(cause as Error).message}`, {
      hint: 'set AUTOWEAVE_NATS_CREDS to a credentials file that this user may read',
      cause,
    });
  }
}
