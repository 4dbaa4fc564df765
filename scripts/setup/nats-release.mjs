import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stateFolder } from './facts.mjs';
import { keepBinary } from './provided-binary.mjs';

const VERSION = '2.14.5';

/**
 * SHA-256 of each archive. Those for Linux stand in the official Docker image's build file. Those for macOS were
 * taken from independent public projects that pin the same release and agree with it on Linux; neither could be
 * compared with the release page from where this was written.
 */
const SHA256 = /** @type {Record<string, string>} */ ({
  'linux-amd64': '5e3b603d47c447bda1f77f9ac16dbf91c90aac4ff3681f8fbbc7201e4ed99355',
  'linux-arm64': '673a98d3faa79dde3f9ebf16d6dfac36a5f694e7ad2015e4954dd7939c85cd4c',
  'darwin-amd64': 'f95c98d6b6ed2b63c5681b46b092c9585c99767d547cf495730c329234625e96',
  'darwin-arm64': 'ddd907854d9a2de834af133fa396915fe6442fe6d8909ae31390d1ea7a0fea50',
});

/** Long enough for a slow line to answer, short enough that a firewall which swallows packets does not hold us up. */
const CONNECT_TIMEOUT_MS = 5_000;
/** 7 MB at 64 kB/s. */
const DOWNLOAD_TIMEOUT_MS = 120_000;

/**
 * The program from the project's own release. What arrives is held against the pinned hash before anything reads it.
 *
 * @param {import('./steps.mjs').Scene} scene
 * @param {string} target
 * @returns {Promise<{ file: string, origin: string }>}
 */
export async function fromRelease({ root, run, report }, target) {
  const platform = `${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`;
  const expected = SHA256[platform];
  if (expected === undefined) throw new Error(`No archive is pinned for ${platform}`);
  const name = `nats-server-v${VERSION}-${platform}`;
  const url = `https://github.com/nats-io/nats-server/releases/download/v${VERSION}/${name}.tar.gz`;
  report(`official release ${VERSION}`);
  const archive = await download(url);
  verify(archive, expected, url);
  const folder = join(stateFolder(root), 'release');
  try {
    keepBinary(await unpack(archive, name, folder, run), target, `official release ${VERSION}`);
    return { file: target, origin: `official release ${VERSION}` };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {Uint8Array} archive
 * @param {string} name of the archive, which is the folder in it
 * @param {string} folder to unpack in
 * @param {import('./command.mjs').Run} run
 * @returns {Promise<string>} the program
 */
export async function unpack(archive, name, folder, run) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'archive.tar.gz'), archive);
  await run('tar', ['-xzf', 'archive.tar.gz', `${name}/nats-server`], { cwd: folder });
  return join(folder, name, 'nats-server');
}

/**
 * @param {Uint8Array} archive
 * @param {string} expected
 * @param {string} url
 */
export function verify(archive, expected, url) {
  const found = createHash('sha256').update(archive).digest('hex');
  if (found !== expected) throw new Error(`Refused ${url}: its sha256 is ${found}, pinned is ${expected}`);
}

/**
 * @param {string} url
 * @param {{ connectTimeoutMs?: number }} [options]
 * @returns {Promise<Uint8Array>}
 */
export async function download(url, { connectTimeoutMs = CONNECT_TIMEOUT_MS } = {}) {
  const host = new URL(url).host;
  const noAnswer = new AbortController();
  const timer = setTimeout(
    () => noAnswer.abort(new Error(`${host} did not answer within ${connectTimeoutMs} ms`)),
    connectTimeoutMs,
  );
  const signal = AbortSignal.any([noAnswer.signal, AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS)]);
  try {
    const response = await fetch(url, { signal });
    clearTimeout(timer);
    if (!response.ok) throw new Error(`${host} answered ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  } finally {
    clearTimeout(timer);
  }
}
