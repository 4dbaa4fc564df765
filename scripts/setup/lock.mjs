import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * One set-up at a time in a checkout. The lock is a file that names its holders: the set-up's process, and the
 * command it runs at the moment. A command outlives a set-up that was killed (npm goes on writing node_modules), so
 * the lock is free only when all of them are gone.
 *
 * @typedef {object} Lock
 * @property {(pid: number) => void} cover adds a process that must be gone before anybody else may begin
 * @property {() => void} release
 */

const POLL_MS = 200;

/** Breaking a stale lock takes microseconds: a mark of that age was left by a process that was killed meanwhile. */
const BREAK_MAX_AGE_MS = 5_000;

/**
 * Resolves when the lock is ours.
 *
 * @param {string} file
 * @param {{ onWait?: (pid: number) => void }} [options] `onWait` is called once, with the process that holds the lock
 * @returns {Promise<Lock>}
 */
export async function takeLock(file, { onWait } = {}) {
  mkdirSync(dirname(file), { recursive: true });
  const self = holder(process.pid);
  let waits = false;
  while (!create(file, self)) {
    const text = readIfThere(file);
    const living = text?.split('\n').find(isAlive);
    if (living !== undefined) {
      if (!waits) onWait?.(Number.parseInt(living, 10));
      waits = true;
    } else if (text !== undefined) breakLock(file, text);
    await sleep(POLL_MS);
  }
  return {
    cover(pid) {
      writeFileSync(beside(file), `${self}\n${holder(pid)}`);
      renameSync(beside(file), file);
    },
    release: () => rmSync(file, { force: true }),
  };
}

/**
 * Removes a lock whose holders are gone. Two waiters may find it stale at once, and the slower one would remove the
 * lock that the faster one has made since: so only who has made the mark beside it may look again and remove it.
 *
 * @param {string} file
 * @param {string} stale what the lock said
 */
function breakLock(file, stale) {
  const mark = `${file}.break`;
  if (!create(mark, holder(process.pid))) {
    const age = Date.now() - (statSync(mark, { throwIfNoEntry: false })?.mtimeMs ?? Number.POSITIVE_INFINITY);
    if (age > BREAK_MAX_AGE_MS) rmSync(mark, { force: true });
    return;
  }
  try {
    if (readIfThere(file) === stale) rmSync(file, { force: true });
  } finally {
    rmSync(mark, { force: true });
  }
}

/**
 * A process by id and, where the system tells it cheaply, by its time of start: an id alone comes around again.
 *
 * @param {number} pid
 */
function holder(pid) {
  return `${pid} ${startTime(pid) ?? ''}`.trim();
}

/** @param {string} line */
function isAlive(line) {
  const [pid = '', start] = line.split(' ');
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    if (codeOf(error) !== 'EPERM') return false;
  }
  return start === undefined || start === (startTime(Number(pid)) ?? start);
}

/**
 * Field 22 of Linux' `/proc/<pid>/stat`, in ticks since the system booted; the second field is a name in brackets
 * that may hold anything.
 *
 * @param {number} pid
 */
function startTime(pid) {
  const stat = readIfThere(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

/**
 * Makes a file with its content in one step: who finds it never finds it empty.
 *
 * @param {string} file
 * @param {string} text
 * @returns {boolean} false when the file is there already
 */
function create(file, text) {
  writeFileSync(beside(file), text);
  try {
    linkSync(beside(file), file);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(beside(file), { force: true });
  }
}

const beside = (/** @type {string} */ file) => `${file}.${process.pid}`;

/** @param {string} file */
function readIfThere(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ESRCH') return undefined;
    throw error;
  }
}

/** @param {unknown} error */
function codeOf(error) {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
