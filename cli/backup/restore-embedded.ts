import type { Progress } from '../../runtime/bus/backup/backup.ts';
import { openBackupServer } from '../../runtime/bus/backup/backup-server.ts';
import { listStreams } from '../../runtime/bus/backup/found-streams.ts';
import type { Manifest } from '../../runtime/bus/backup/manifest.ts';
import { replaceStore } from '../../runtime/bus/backup/replace-store.ts';
import { notEmpty, restoreStreams, verifyBackup } from '../../runtime/bus/backup/restore.ts';
import { startBroker } from '../../runtime/bus/broker/broker.ts';
import { systemClock } from '../../runtime/clock/system-clock.ts';
import { AutoWeaveError } from '../../runtime/errors/errors.ts';
import type { Config } from '../config.ts';
import { openDataDirectory } from '../data-directory.ts';
import { brokerOptions } from './broker-access.ts';

export interface RestoreEmbeddedOptions {
  readonly directory: string;
  readonly isReplacing: boolean;
  readonly onProgress: (progress: Progress) => void;
  readonly signal: AbortSignal;
}

/**
 * Restores into a data directory on which nothing runs. It is made where there is none; its streams are exchanged in
 * one step when all of the backup is there, so that a restore that fails leaves them as they were.
 *
 * @throws AW_DATA_IN_USE, AW_RESTORE_NOT_EMPTY, and what restoring and starting nats-server throw
 */
export async function restoreEmbedded(config: Config, options: RestoreEmbeddedOptions): Promise<Manifest> {
  const { directory, isReplacing, onProgress, signal } = options;
  // Before a data directory is made for nothing.
  await verifyBackup(directory, signal);
  await using data = await openDataDirectory(config.data);
  const broker = brokerOptions({ ...config, data: data.path }, signal);
  if (!isReplacing) {
    await using standing = await startBroker(broker);
    await using server = await openBackupServer(standing, systemClock);
    const streams = await listStreams(server);
    if (streams.length > 0) {
      throw notEmpty(
        `"${data.path}"`,
        streams.map((stream) => stream.config.name),
      );
    }
  }
  return replaceStore(broker, async (made) => {
    await using server = await openBackupServer(made, systemClock);
    return await restoreStreams({ server, directory, onProgress, signal });
  }).catch((error: unknown) => {
    throw error instanceof AutoWeaveError && error.code === 'AW_RESTORE_FAILED' ? unchanged(data.path, error) : error;
  });
}

/** What was half restored is gone with the nats-server that held it. */
function unchanged(path: string, { cause }: AutoWeaveError): AutoWeaveError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new AutoWeaveError('AW_RESTORE_FAILED', `The restore failed: ${why}; the streams in "${path}" are as before`, {
    hint: 'correct the cause, then run the restore again',
    cause,
  });
}
