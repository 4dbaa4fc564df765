import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { AutoWeaveError } from '../../errors/errors.ts';
import { type BackupServer, readAnswer } from './backup-server.ts';
import type { StreamState } from './found-streams.ts';
import type { SavedStream } from './manifest.ts';

/** The server gives up when it needs more than five seconds for one, and a compressed one may hold many messages. */
const CHUNK_BYTES = 16 * 1024;
/** So many are on their way, for servers that are far away. Not more: the server answers no ping before all are stored. */
const CHUNKS_ON_WAY = 8;
const CHUNK_MS = 60_000;
/** What the server says when it gave up. */
const TOO_SLOW = /stalled|closed pipe/;
/** After the last chunk an older server unpacks and reads the whole stream before it answers. */
const END_MS = 3_600_000;

/**
 * Makes a stream of a verified snapshot; none of its name may be there.
 *
 * @throws AW_BROKER_REFUSED, AW_BROKER_UNAVAILABLE, AW_DISK_FULL, AW_RESTORE_FAILED, or the signal's reason, and leaves
 * what the server then has of it
 */
export async function restoreStream(
  server: BackupServer,
  directory: string,
  saved: SavedStream,
  { signal, onBytes }: { readonly signal: AbortSignal; readonly onBytes: (bytes: number) => void },
): Promise<void> {
  const { name, state, file, config } = saved;
  // A server that is alone refuses replicas.
  const fitting = server.isClustered ? config : { ...config, num_replicas: 1 };
  const subject = `STREAM.RESTORE.${name}`;
  const { deliver_subject: target } = await server.api<{ readonly deliver_subject: string }>(subject, {
    config: fitting,
    state,
  });
  const end = () => server.send(target, new Uint8Array(), END_MS);
  try {
    await sendChunks(server, target, createReadStream(join(directory, file), { signal, highWaterMark: CHUNK_BYTES }), {
      subject,
      onBytes,
    });
  } catch (error) {
    // The server would wait some seconds for more, and hold the stream until then.
    await end().catch(() => undefined);
    throw error instanceof AutoWeaveError && TOO_SLOW.test(error.message) ? tooSlow(name, error) : error;
  }
  const restored = readAnswer<{ readonly state: StreamState }>(await end(), subject);
  check(saved, restored.state);
}

async function sendChunks(
  server: BackupServer,
  target: string,
  chunks: AsyncIterable<Uint8Array>,
  { subject, onBytes }: { readonly subject: string; readonly onBytes: (bytes: number) => void },
): Promise<void> {
  const onWay: Promise<number>[] = [];
  let bytes = 0;
  const takeAnswer = async () => onBytes((bytes += await onWay.shift()!));
  try {
    for await (const chunk of chunks) {
      const sent = send(chunk);
      // It may fail before its turn to be waited for comes.
      sent.catch(() => undefined);
      onWay.push(sent);
      if (onWay.length === CHUNKS_ON_WAY) await takeAnswer();
    }
    while (onWay.length > 0) await takeAnswer();
  } finally {
    await Promise.allSettled(onWay);
  }

  async function send(chunk: Uint8Array): Promise<number> {
    const answer = await server.send(target, chunk, CHUNK_MS);
    if (answer.length > 0) readAnswer(answer, subject);
    return chunk.length;
  }
}

function tooSlow(stream: string, cause: AutoWeaveError): AutoWeaveError {
  return new AutoWeaveError(
    'AW_RESTORE_FAILED',
    `the broker gave up on ${stream}, too slow to store it (${cause.message}); set sync_interval there to another value than always for the restore`,
    { cause },
  );
}

/** A sequence that is given a second time would be taken for handled. */
function check({ name, state: wanted, config }: SavedStream, found: StreamState): void {
  const mayShrink = (config.max_age ?? 0) > 0;
  if (found.last_seq >= wanted.last_seq && (mayShrink || found.messages >= wanted.messages)) return;
  throw new AutoWeaveError(
    'AW_RESTORE_FAILED',
    `${name} came back with ${found.messages} messages up to ${found.last_seq}, not ${wanted.messages} up to ${wanted.last_seq}`,
  );
}
