import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AutoWeaveError } from '../../errors/errors.ts';
import { fileError, writeSynced } from './backup-directory.ts';
import type { StreamSettings, StreamState } from './found-streams.ts';

export const MANIFEST_FILE = 'manifest.json';
/** Changes when a backup can no longer be read as before. */
export const FORMAT = 1;

/** What stands in `manifest.json`: all that is known of a backup. */
export interface Manifest {
  readonly format: typeof FORMAT;
  /** Version of the AutoWeave that made it. */
  readonly autoweave: string;
  /** Version of the nats-server that it came from: an older one may not understand its snapshots. */
  readonly server: string;
  /** ISO 8601 in UTC. */
  readonly createdAt: string;
  /** In the order in which they were saved. */
  readonly streams: readonly SavedStream[];
}

export interface SavedStream {
  readonly name: string;
  readonly config: StreamSettings;
  readonly state: StreamState;
  /** Beside the manifest. */
  readonly file: string;
  /** Of the file, in bytes. */
  readonly size: number;
  /** Of the file, hexadecimal. */
  readonly sha256: string;
}

const STREAM_NAME = /^[A-Za-z0-9_-]{1,255}$/;

export function snapshotFile(stream: string): string {
  return `${stream}.snapshot`;
}

export async function writeManifest(directory: string, manifest: Manifest): Promise<void> {
  const text = `${JSON.stringify({ ...manifest, sha256: digest(manifest) }, null, 2)}\n`;
  await writeSynced(join(directory, MANIFEST_FILE), text);
}

/** @throws AW_BACKUP_NOT_FOUND, AW_BACKUP_VERSION, AW_BACKUP_DAMAGED, AW_BACKUP_UNWRITABLE */
export async function readManifest(directory: string): Promise<Manifest> {
  const file = join(directory, MANIFEST_FILE);
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT' && cause.code !== 'ENOTDIR') throw fileError(file, cause);
    throw new AutoWeaveError('AW_BACKUP_NOT_FOUND', `"${directory}" holds no backup: there is no ${MANIFEST_FILE}`, {
      hint: 'give the directory that autoweave backup made; one whose name has ".partial-" in it was never completed',
      cause,
    });
  });
  const { sha256, ...manifest } = parse(text, file) as Manifest & { readonly sha256?: unknown };
  if (manifest.format !== FORMAT) {
    throw new AutoWeaveError(
      'AW_BACKUP_VERSION',
      `The backup has format ${JSON.stringify(manifest.format)}, this AutoWeave reads ${FORMAT}`,
      { hint: 'restore it with the version of AutoWeave that made it, or a newer one' },
    );
  }
  const isWhole = sha256 === digest(manifest) && Array.isArray(manifest.streams);
  if (!isWhole) throw damaged(`${MANIFEST_FILE} was changed`);
  const wrong = manifest.streams.find(({ name, file }) => !STREAM_NAME.test(name) || file !== snapshotFile(name));
  if (wrong !== undefined) throw damaged(`${MANIFEST_FILE} names the file "${wrong.file}"`);
  return manifest;
}

/** @throws AW_BACKUP_DAMAGED when a file is missing, or not what the manifest says; the signal's reason */
export async function verifyFiles(directory: string, manifest: Manifest, signal: AbortSignal): Promise<void> {
  for (const { file, size, sha256 } of manifest.streams) {
    const path = join(directory, file);
    const found = await stat(path).catch((cause) => {
      throw cause.code === 'ENOENT' ? damaged(`${file} is missing`, cause) : fileError(path, cause);
    });
    if (found.size !== size) throw damaged(`${file} has ${found.size} bytes, the manifest says ${size}`);
    const hash = createHash('sha256');
    try {
      for await (const chunk of createReadStream(path, { signal })) hash.update(chunk);
    } catch (error) {
      signal.throwIfAborted();
      throw fileError(path, error);
    }
    if (hash.digest('hex') !== sha256) throw damaged(`${file} has another SHA-256 than the manifest says`);
  }
}

function parse(text: string, file: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch (cause) {
    throw damaged(`"${file}" is no JSON`, cause);
  }
  throw damaged(`"${file}" is no manifest`);
}

function digest(manifest: Manifest): string {
  return createHash('sha256').update(JSON.stringify(manifest)).digest('hex');
}

function damaged(what: string, cause?: unknown): AutoWeaveError {
  return new AutoWeaveError('AW_BACKUP_DAMAGED', `The backup is damaged: ${what}`, {
    hint: 'copy it anew from where it came, or use another backup; nothing was restored',
    cause,
  });
}
