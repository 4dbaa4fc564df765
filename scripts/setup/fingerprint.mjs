import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The hash of what files contain; for few files that decide much, such as a lock file.
 *
 * @param {readonly string[]} files
 */
export function hashContents(files) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}

/**
 * The hash of names, sizes and modification times below the paths; for trees that are looked at before every start.
 * A path that does not exist is part of the answer, not an error.
 *
 * @param {string} root
 * @param {readonly string[]} paths files or folders, relative to the root
 * @param {{ skip?: readonly string[] }} [options] paths to leave out
 */
export function hashTree(root, paths, { skip = [] } = {}) {
  const hash = createHash('sha256');
  const pending = [...paths].reverse();
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    if (skip.includes(path)) continue;
    const stat = statSync(join(root, path), { throwIfNoEntry: false });
    if (stat?.isDirectory()) pending.push(...namesIn(join(root, path)).map((name) => `${path}/${name}`));
    else hash.update(`${path}\0${stat === undefined ? 'absent' : stampOf(stat)}\0`);
  }
  return hash.digest('hex');
}

/**
 * Tells whether a file is still the one that was looked at, without reading it.
 *
 * @param {string} path
 * @returns {string | undefined} nothing when there is no such file
 */
export function fileStamp(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat?.isFile() ? `${path} ${stampOf(stat)}` : undefined;
}

/** Backwards, since they are taken from the end; sorted, since the file system's order is its own affair. */
function namesIn(/** @type {string} */ folder) {
  return readdirSync(folder).sort().reverse();
}

/** @param {import('node:fs').Stats} stat */
function stampOf(stat) {
  return `${stat.size} ${stat.mtimeMs}`;
}
