import { join, resolve } from 'node:path';
import { type Clock, isoTime } from '../../clock/clock.ts';
import { AutoWeaveError } from '../../errors/errors.ts';
import { makePartialDirectory } from './backup-directory.ts';
import type { BackupServer } from './backup-server.ts';
import { type FoundStream, inOrderOfBackup, isOurs, listStreams, type StreamState } from './found-streams.ts';
import { FORMAT, type Manifest, type SavedStream, snapshotFile, writeManifest } from './manifest.ts';
import { takeSnapshot } from './snapshot.ts';

/**
 * Words of this folder. A *backup* is a directory with one *snapshot* for each stream of ours and a *manifest*. All
 * snapshots together are one *cut*: as if they had been taken at the same moment.
 */

export interface BackupOptions {
  readonly server: BackupServer;
  /** Where the backup is to stand; must not be there yet, or be empty. */
  readonly directory: string;
  /** Of this program; for the manifest. */
  readonly autoweaveVersion: string;
  /**
   * Makes all runtimes stop to handle and to send until the result is disposed; commands may still be accepted.
   * Disposing rejects when they did not stand still all the time: then there is no backup.
   */
  readonly freeze: () => Promise<AsyncDisposable>;
  readonly clock: Clock;
  readonly onProgress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
}

export interface Progress {
  readonly stream: string;
  /** Of all streams, from 1. */
  readonly index: number;
  readonly count: number;
  /** Of the snapshot's file, so far. */
  readonly bytes: number;
  /** Of the whole file where that is known, which it is at a restore. */
  readonly totalBytes: number | undefined;
  readonly isDone: boolean;
}

export interface Backup {
  /** Absolute. */
  readonly directory: string;
  readonly manifest: Manifest;
}

/** A cut that something moves in is taken again; what moves each time does not stand still at all. */
const CUTS = 3;
/** A stream with schedules moves whenever one is due. */
const SNAPSHOTS = 10;
/** A server that has just started takes some seconds to look for the streams that it copies from. */
const CATCH_UP_TRIES = 300;
const CATCH_UP_MS = 100;

/**
 * Saves every stream of ours. The directory gets its name when all is on the disk, so a half backup is never taken for
 * one; memory is bounded whatever the size.
 *
 * @throws AW_BACKUP_EXISTS, AW_BACKUP_EMPTY, AW_BACKUP_UNSTEADY, AW_BACKUP_FAILED, AW_BACKUP_UNWRITABLE, AW_DISK_FULL,
 * AW_BROKER_UNAVAILABLE, what `freeze` throws, or the signal's reason
 */
export async function backupStreams(options: BackupOptions): Promise<Backup> {
  const { server, directory, freeze, clock, autoweaveVersion, signal } = options;
  signal?.throwIfAborted();
  await using partial = await makePartialDirectory(directory);
  const createdAt = isoTime(clock);
  const frozen = await freeze();
  let streams: readonly SavedStream[];
  try {
    streams = await takeCut(partial.path, options);
  } catch (error) {
    // Why there is no backup is worth more than how the thaw went.
    await Promise.resolve(frozen[Symbol.asyncDispose]()).catch(() => undefined);
    throw error;
  }
  await frozen[Symbol.asyncDispose]();
  signal?.throwIfAborted();
  const manifest: Manifest = {
    format: FORMAT,
    autoweave: autoweaveVersion,
    server: server.version,
    createdAt,
    streams,
  };
  await writeManifest(partial.path, manifest);
  await partial.complete();
  return { directory: resolve(directory), manifest };
}

async function takeCut(path: string, options: BackupOptions): Promise<readonly SavedStream[]> {
  for (let tries = 1; ; tries++) {
    const streams = inOrderOfBackup((await listStreams(options.server)).filter(isOurs));
    if (streams.length === 0) {
      throw new AutoWeaveError('AW_BACKUP_EMPTY', `No stream at ${options.server.url} is AutoWeave's`, {
        hint: 'check the data directory, or AUTOWEAVE_NATS_URL and its account',
      });
    }
    const saved: SavedStream[] = [];
    for (const [index, stream] of streams.entries()) {
      if (stream.config.sources?.length) await untilCaughtUp(stream.config.name, options);
      saved.push(await saveStream(path, stream, { index: index + 1, count: streams.length }, options));
    }
    const moved = findMoved(streams, (await listStreams(options.server)).filter(isOurs));
    if (moved === undefined) return saved;
    if (tries === CUTS) throw unsteady(moved, 'something writes there all the time');
  }
}

/** Takes the snapshot again while messages disappear from a stream whose schedules come due meanwhile. */
async function saveStream(
  path: string,
  { config: { name, allow_msg_schedules: hasSchedules } }: FoundStream,
  place: Pick<Progress, 'index' | 'count'>,
  { server, clock, onProgress, signal = new AbortController().signal }: BackupOptions,
): Promise<SavedStream> {
  const file = snapshotFile(name);
  for (let tries = 1; ; tries++) {
    const report = (bytes: number, isDone: boolean) =>
      onProgress?.({ ...place, stream: name, bytes, totalBytes: undefined, isDone });
    const before = await readState(server, name);
    const onBytes = (bytes: number) => report(bytes, false);
    const snapshot = await takeSnapshot(server, name, join(path, file), { clock, signal, onBytes });
    const isSteady = !hasSchedules || hasOnlyGrown(before, await readState(server, name));
    if (isSteady) {
      report(snapshot.size, true);
      return { name, file, ...snapshot };
    }
    if (tries === SNAPSHOTS) throw unsteady(name, 'a schedule came due during each snapshot');
  }
}

/** A copy goes on after the restore behind all that is saved of what it copies from. */
async function untilCaughtUp(name: string, { server, clock, signal }: BackupOptions): Promise<void> {
  for (let tries = 1; tries <= CATCH_UP_TRIES; tries++) {
    const { sources } = await server.api<FoundStream>(`STREAM.INFO.${name}`);
    if (sources?.every(({ lag, active }) => lag === 0 && active >= 0)) return;
    await clock.sleep(CATCH_UP_MS, signal);
  }
  throw unsteady(name, 'it does not catch up with what it copies from');
}

async function readState(server: BackupServer, stream: string): Promise<StreamState> {
  return (await server.api<FoundStream>(`STREAM.INFO.${stream}`)).state;
}

/**
 * A scheduled message that comes due leaves its place and is stored again at the end. A snapshot ends where the stream
 * ended at its beginning, so one that moved meanwhile may be in neither place.
 */
function hasOnlyGrown(before: StreamState, after: StreamState): boolean {
  return after.messages - before.messages === after.last_seq - before.last_seq;
}

/**
 * The first stream that is not as it was saved. Those with schedules were looked after by themselves; one that copies
 * from another had caught up, and moves only after that.
 */
function findMoved(before: readonly FoundStream[], after: readonly FoundStream[]): string | undefined {
  const sequences = new Map(after.map(({ config, state }) => [config.name, state.last_seq]));
  const known = new Set(before.map(({ config }) => config.name));
  const moved = before.find(({ config, state }) => !mayMove(config) && sequences.get(config.name) !== state.last_seq);
  return moved?.config.name ?? after.find(({ config }) => !known.has(config.name))?.config.name;
}

function mayMove({ allow_msg_schedules: hasSchedules = false, sources }: FoundStream['config']): boolean {
  return hasSchedules || (sources?.length ?? 0) > 0;
}

function unsteady(stream: string, why: string): AutoWeaveError {
  return new AutoWeaveError('AW_BACKUP_UNSTEADY', `${stream} changed while it was saved: ${why}`, {
    hint: 'stop AutoWeave, or try again when less happens',
  });
}
