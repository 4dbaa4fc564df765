import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Clock } from '../clock/clock.ts';

/** A file of the UI as it is sent. */
export interface StaticFile {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly headers: Readonly<Record<string, string>>;
}

/** The built UI, file by file. Only what a look at its folder has found is served: no path leads out of it. */
export interface StaticFiles {
  /**
   * @param path of the URL
   * @returns undefined for a file that does not exist; `not-built` when there is no UI at all
   */
  find(path: string, acceptsGzip: boolean): Promise<StaticFile | undefined | 'not-built'>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
};
const COMPRESSIBLE = new Set(['.html', '.js', '.css', '.json', '.svg', '.webmanifest']);
const INDEX = '/index.html';
/** Vite puts a hash of the content into these names. */
const HASHED = '/assets/';
/** A file that is not known may have been built since; more looks than this would be a way to keep the disk busy. */
const RESCAN_MS = 1_000;
const compress = promisify(gzip);

export function createStaticFiles(directory: string, clock: Clock): StaticFiles {
  let files: Promise<ReadonlyMap<string, string>> | undefined;
  let scannedAt = 0;
  /** Bodies of hashed files, which can't change: plain, and compressed under another name. */
  const cache = new Map<string, Uint8Array<ArrayBuffer>>();

  const scan = async (): Promise<ReadonlyMap<string, string>> => {
    scannedAt = clock.monotonic();
    cache.clear();
    const found = new Map<string, string>();
    const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const file = join(entry.parentPath, entry.name);
      if (entry.isFile()) found.set(`/${relative(directory, file).split(sep).join('/')}`, file);
    }
    return found;
  };

  const locate = async (path: string): Promise<string | undefined> => {
    files ??= scan();
    const known = (await files).get(path);
    if (known !== undefined || clock.monotonic() - scannedAt < RESCAN_MS) return known;
    files = scan();
    return (await files).get(path);
  };

  const load = async (path: string, file: string, isCompressed: boolean): Promise<Uint8Array<ArrayBuffer>> => {
    const name = isCompressed ? `${path} gzip` : path;
    const cached = cache.get(name);
    if (cached !== undefined) return cached;
    const plain = await readFile(file);
    const body = new Uint8Array(isCompressed ? await compress(plain) : plain);
    if (path.startsWith(HASHED)) cache.set(name, body);
    return body;
  };

  return {
    async find(path, acceptsGzip) {
      // The page finds its own way among its paths; what looks like a file is one or is not there.
      const wanted = path === '/' || (extname(path) === '' && !path.startsWith(HASHED)) ? INDEX : path;
      const file = await locate(wanted);
      if (file === undefined) return wanted === INDEX ? 'not-built' : undefined;
      const type = extname(wanted).toLowerCase();
      const isCompressed = acceptsGzip && COMPRESSIBLE.has(type);
      try {
        const body = await load(wanted, file, isCompressed);
        return { body, headers: headersOf(wanted, type, isCompressed) };
      } catch {
        // Taken away since it was found, by a build that goes on.
        files = undefined;
        return undefined;
      }
    },
  };
}

function headersOf(path: string, type: string, isCompressed: boolean): Record<string, string> {
  return {
    'content-type': TYPES[type] ?? 'application/octet-stream',
    'cache-control': path.startsWith(HASHED) ? 'public, max-age=31536000, immutable' : 'no-store',
    ...(COMPRESSIBLE.has(type) ? { vary: 'accept-encoding' } : {}),
    ...(isCompressed ? { 'content-encoding': 'gzip' } : {}),
  };
}
