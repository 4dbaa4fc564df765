import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { createInbox, type Subscription } from '@nats-io/transport-node';
import type { Clock } from '../../clock/clock.ts';
import { AutoWeaveError } from '../../errors/errors.ts';
import { unavailable } from '../bus-errors.ts';
import { readHeaders } from '../nats-headers.ts';
import { fileError } from './backup-directory.ts';
import type { BackupServer } from './backup-server.ts';
import type { StreamSettings, StreamState } from './found-streams.ts';

/** What one snapshot brought. */
export interface Snapshot {
  readonly config: StreamSettings;
  readonly state: StreamState;
  readonly size: number;
  /** Hexadecimal, of the file. */
  readonly sha256: string;
}

export interface SnapshotOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** The bytes of the file so far. */
  readonly onBytes: (bytes: number) => void;
}

const CHUNK_BYTES = 128 * 1024;
/** The server sends so much ahead of our acknowledgements: also the most that waits in memory. */
const WINDOW_BYTES = 8 * 1024 * 1024;
/** Before the first byte the server may check every message of the stream. */
const START_MS = 600_000;
/** Between two chunks; a disk that needs longer for one is broken. */
const SILENCE_MS = 60_000;
const END_OF_SNAPSHOT = 204;

/**
 * Writes the server's own snapshot of a stream into a file (mode 0600). The server reads and checks each message; a
 * chunk is acknowledged when it is written.
 *
 * @throws AW_BACKUP_FAILED, AW_BROKER_UNAVAILABLE, AW_DISK_FULL, AW_BACKUP_UNWRITABLE, or the signal's reason
 */
export async function takeSnapshot(
  server: BackupServer,
  stream: string,
  file: string,
  options: SnapshotOptions,
): Promise<Snapshot> {
  const inbox = createInbox();
  const subscription = server.connection.subscribe(inbox);
  const written = writeChunks(server, subscription, stream, file, options);
  const request = { deliver_subject: inbox, jsck: true, chunk_size: CHUNK_BYTES, window_size: WINDOW_BYTES };
  try {
    const [{ config, state }, { size, sha256 }] = await Promise.all([
      server.api<Pick<Snapshot, 'config' | 'state'>>(`STREAM.SNAPSHOT.${stream}`, request, START_MS),
      written,
    ]);
    return { config, state, size, sha256 };
  } catch (error) {
    if (error instanceof AutoWeaveError && error.code === 'AW_BROKER_REFUSED')
      throw failed(stream, error.message, error);
    throw error;
  } finally {
    subscription.unsubscribe();
    await written.catch(() => undefined);
  }
}

async function writeChunks(
  { connection }: BackupServer,
  subscription: Subscription,
  stream: string,
  file: string,
  { clock, signal, onBytes }: SnapshotOptions,
): Promise<{ readonly size: number; readonly sha256: string }> {
  const hash = createHash('sha256');
  const stop = () => subscription.unsubscribe();
  signal.addEventListener('abort', stop, { once: true });
  let isSilent = false;
  let cancelSilence = clock.schedule(START_MS, stop);
  let size = 0;
  try {
    await using handle = await open(file, 'w', 0o600);
    for await (const message of subscription) {
      signal.throwIfAborted();
      cancelSilence();
      cancelSilence = clock.schedule(SILENCE_MS, () => {
        isSilent = true;
        stop();
      });
      if (message.data.length === 0) {
        const { status, description } = readHeaders(message);
        if (status !== 0 && status !== END_OF_SNAPSHOT) throw failed(stream, `${status} ${description}`);
        await handle.sync();
        return { size, sha256: hash.digest('hex') };
      }
      hash.update(message.data);
      await handle.writeFile(message.data);
      size += message.data.length;
      // The very last chunk asks for no acknowledgement.
      if (message.reply && !connection.isClosed()) connection.publish(message.reply);
      onBytes(size);
    }
  } catch (error) {
    throw fileError(file, error);
  } finally {
    cancelSilence();
    signal.removeEventListener('abort', stop);
  }
  signal.throwIfAborted();
  if (isSilent) throw failed(stream, `nothing came for ${SILENCE_MS} ms`);
  throw unavailable(`the connection was lost during the snapshot of ${stream}`);
}

function failed(stream: string, why: string, cause?: unknown): AutoWeaveError {
  return new AutoWeaveError('AW_BACKUP_FAILED', `Cannot take a snapshot of ${stream}: ${why}`, {
    hint: "read the NATS server's log",
    cause,
  });
}
