import { chmodSync, copyFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';

/**
 * Puts a program to its place below `.autoweave/bin`, with a note beside it that says what it is. The rename comes
 * last, so that a program found there is a whole one; one that runs already keeps its file.
 *
 * @param {string} from
 * @param {string} target
 * @param {string} origin for people, such as `Debian forky`
 */
export function keepBinary(from, target, origin) {
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(from, `${target}.new`);
  chmodSync(`${target}.new`, 0o755);
  writeFileSync(`${target}.json`, `${JSON.stringify({ name: basename(target), origin }, null, 2)}\n`);
  renameSync(`${target}.new`, target);
}

/**
 * Where a provided program came from.
 *
 * @param {string} target
 * @returns {string}
 */
export function readOrigin(target) {
  try {
    return JSON.parse(readFileSync(`${target}.json`, 'utf8')).origin;
  } catch {
    return 'below .autoweave';
  }
}
