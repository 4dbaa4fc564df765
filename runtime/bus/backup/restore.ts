import { AutoWeaveError } from '../../errors/errors.ts';
import { isAtLeast } from '../broker/server-version.ts';
import type { Progress } from './backup.ts';
import type { BackupServer } from './backup-server.ts';
import { type FoundStream, isOurs, listStreams } from './found-streams.ts';
import { type Manifest, readManifest, type SavedStream, verifyFiles } from './manifest.ts';
import { restoreStream } from './restore-stream.ts';

export interface RestoreOptions {
  readonly server: BackupServer;
  /** The backup. */
  readonly directory: string;
  /** Deletes the streams of ours that are there. */
  readonly isReplacing?: boolean;
  readonly onProgress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
}

/** A backup whose files were all read and found to be what was saved. */
export async function verifyBackup(directory: string, signal = new AbortController().signal): Promise<Manifest> {
  const manifest = await readManifest(directory);
  await verifyFiles(directory, manifest, signal);
  return manifest;
}

/**
 * Makes the streams of a backup on a server, with their sequences, settings and messages. Nothing is changed there
 * before the backup was verified; when it fails later, what was restored by then is removed again.
 *
 * @throws AW_BACKUP_NOT_FOUND, AW_BACKUP_VERSION, AW_BACKUP_DAMAGED, AW_NATS_TOO_OLD, AW_RESTORE_NOT_EMPTY,
 * AW_STREAM_REFUSED, AW_RESTORE_FAILED, AW_BROKER_UNAVAILABLE, or the signal's reason before anything was changed
 */
export async function restoreStreams(options: RestoreOptions): Promise<Manifest> {
  const { server, directory, isReplacing = false, onProgress, signal = new AbortController().signal } = options;
  const manifest = await verifyBackup(directory, signal);
  refuseOlderServer(server, manifest);
  const standing = await findStanding(server, manifest);
  if (standing.length > 0 && !isReplacing) throw notEmpty(server.url, standing);
  signal.throwIfAborted();

  const begun: string[] = [];
  try {
    for (const name of standing) await server.api(`STREAM.DELETE.${name}`);
    for (const [index, saved] of inOrderOfRestore(manifest.streams).entries()) {
      const { name: stream, size: totalBytes } = saved;
      const place = { stream, index: index + 1, count: manifest.streams.length, totalBytes };
      begun.push(stream);
      await restoreStream(server, directory, saved, {
        signal,
        onBytes: (bytes) => onProgress?.({ ...place, bytes, isDone: false }),
      });
      onProgress?.({ ...place, bytes: totalBytes, isDone: true });
    }
  } catch (cause) {
    throw failed(cause, standing, begun, await removeAll(server, begun));
  }
  return manifest;
}

/**
 * A stream that copies from another one is made after it: else the server looks for that again only after some seconds.
 * To the server a restored stream is another one than before, and would be copied from the beginning; whatever is saved
 * of it was copied before (`backup.ts` sees to that).
 */
function inOrderOfRestore(streams: readonly SavedStream[]): readonly SavedStream[] {
  const lastOf = new Map(streams.map(({ name, state }) => [name, state.last_seq]));
  const isCopy = ({ config }: SavedStream) => (config.sources?.length ?? 0) > 0;
  const copies = streams.filter(isCopy).map((saved) => {
    const sources = saved.config.sources!.map((source) => ({
      ...source,
      opt_start_seq: (lastOf.get(source.name) ?? 0) + 1,
    }));
    return { ...saved, config: { ...saved.config, sources } };
  });
  return [...streams.filter((saved) => !isCopy(saved)), ...copies];
}

export function notEmpty(where: string, streams: readonly string[]): AutoWeaveError {
  return new AutoWeaveError('AW_RESTORE_NOT_EMPTY', `${where} holds ${streams.join(', ')} already`, {
    hint: 'restore to an empty one, or add --replace to delete what is there',
  });
}

/** What a server writes, an older one may not read; a fix release changes nothing there. */
function refuseOlderServer({ url, version }: BackupServer, manifest: Manifest): void {
  const needed = manifest.server.split('.', 2).join('.');
  if (isAtLeast(version, needed)) return;
  throw new AutoWeaveError('AW_NATS_TOO_OLD', `NATS at ${url} is ${version}, the backup is of ${manifest.server}`, {
    hint: `restore to a nats-server that is at least ${needed}`,
  });
}

/** The streams that are in the way: ours, whether the backup has them or not, since they belong together. */
async function findStanding(server: BackupServer, manifest: Manifest): Promise<readonly string[]> {
  const names = new Set(manifest.streams.map(({ name }) => name));
  const streams = await listStreams(server);
  const foreign = streams.find((stream) => names.has(nameOf(stream)) && !isOurs(stream));
  if (foreign === undefined) return streams.filter(isOurs).map(nameOf);
  throw new AutoWeaveError('AW_STREAM_REFUSED', `Stream ${nameOf(foreign)} on this server is not AutoWeave's`, {
    hint: 'give AutoWeave a NATS account of its own',
  });
}

function nameOf({ config }: FoundStream): string {
  return config.name;
}

/** Whether nothing of them is left, as far as the server can be asked. */
async function removeAll(server: BackupServer, streams: readonly string[]): Promise<boolean> {
  for (const stream of streams) await server.api(`STREAM.DELETE.${stream}`).catch(() => undefined);
  const left = await listStreams(server).catch(() => undefined);
  return left !== undefined && !left.some((found) => streams.includes(nameOf(found)));
}

function failed(
  cause: unknown,
  standing: readonly string[],
  begun: readonly string[],
  isRemoved: boolean,
): AutoWeaveError {
  const parts = [`The restore failed: ${cause instanceof Error ? cause.message : String(cause)}`];
  if (begun.length > 0)
    parts.push(isRemoved ? 'what it had restored was removed again' : `a part of ${begun.join(', ')} may be there`);
  if (standing.length > 0) parts.push(`${standing.join(', ')} of before may be deleted`);
  return new AutoWeaveError('AW_RESTORE_FAILED', parts.join('; '), {
    hint: 'correct the cause, then run the restore again with --replace; do not start AutoWeave on it before',
    cause,
  });
}
