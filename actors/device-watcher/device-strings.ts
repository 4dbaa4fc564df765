import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../runtime/clock/clock.ts';

/** What a device says of itself. */
export interface DeviceStrings {
  readonly manufacturer?: string;
  readonly product?: string;
  readonly serial?: string;
  /** A string is there and could not be read, was not read in time, or was cut. */
  readonly partial: boolean;
}

/** Reads each session's strings once. */
export interface StringReader {
  /** Resolves after the time-out at the latest, then with `partial`; a later call has what has come meanwhile. */
  read(session: string, entry: string): Promise<DeviceStrings>;
  /** Forgets all other sessions. */
  retain(sessions: ReadonlySet<string>): void;
}

export interface StringReaderOptions {
  readonly timeoutMs?: number;
  /** For tests: reads one file whole. */
  readonly readText?: (path: string) => Promise<string>;
}

/** A string descriptor has at most 255 bytes, two of them its header: 126 units of UTF-16. */
export const MAX_STRING_UNITS = 126;

/** The kernel answers from memory within microseconds, unless the device is locked: then it may take minutes. */
const TIMEOUT_MS = 250;

/**
 * Manufacturer, product and serial from sysfs, where each read takes the device's lock. A driver that hangs while it
 * probes one device holds that lock, and must not hold up the view of the others: one device waits at most once for
 * `timeoutMs`, and blocks at most one thread.
 */
export function createStringReader(clock: Clock, options: StringReaderOptions = {}): StringReader {
  const { timeoutMs = TIMEOUT_MS, readText = (path: string) => readFile(path, 'utf8') } = options;
  const readings = new Map<string, Reading>();

  const begin = (session: string, entry: string): Reading => {
    const reading: Reading = { strings: { partial: true }, isOverdue: false, finished: Promise.resolve() };
    reading.finished = readAll(entry, readText).then(({ isRefused, ...strings }) => {
      reading.strings = strings;
      // Refused now may be readable at the next look; what was read does not change during a session.
      if (isRefused && readings.get(session) === reading) readings.delete(session);
    });
    readings.set(session, reading);
    return reading;
  };

  return {
    async read(session, entry) {
      const reading = readings.get(session) ?? begin(session, entry);
      if (!reading.isOverdue) {
        await new Promise<void>((resolve) => {
          const cancel = clock.schedule(timeoutMs, () => {
            reading.isOverdue = true;
            resolve();
          });
          void reading.finished.then(() => {
            cancel();
            resolve();
          });
        });
      }
      return reading.strings;
    },
    retain(sessions) {
      for (const session of readings.keys()) if (!sessions.has(session)) readings.delete(session);
    },
  };
}

/** A device's string as it may enter: well-formed Unicode, at most {@link MAX_STRING_UNITS} long, not empty. */
export function cleanString(text: string): { readonly text?: string; readonly isCut: boolean } {
  const isCut = text.length > MAX_STRING_UNITS;
  // Cutting may leave half of a surrogate pair at the end: it goes.
  const kept = (isCut ? text.slice(0, MAX_STRING_UNITS).replace(/[\uD800-\uDBFF]$/, '') : text).toWellFormed();
  return kept === '' ? { isCut } : { text: kept, isCut };
}

interface Reading {
  /** `{ partial: true }` until finished. */
  strings: DeviceStrings;
  isOverdue: boolean;
  /** Never rejects. */
  finished: Promise<void>;
}

/** One after the other: a locked device then blocks one thread of the pool, not three. */
async function readAll(
  entry: string,
  readText: (path: string) => Promise<string>,
): Promise<DeviceStrings & { readonly isRefused: boolean }> {
  const found: { manufacturer?: string; product?: string; serial?: string } = {};
  let isRefused = false;
  let isCut = false;
  for (const name of ['manufacturer', 'product', 'serial'] as const) {
    try {
      // The kernel ends each with a line feed of its own; all others are the device's.
      const cleaned = cleanString((await readText(join(entry, name))).replace(/\n$/, ''));
      if (cleaned.text !== undefined) found[name] = cleaned.text;
      isCut ||= cleaned.isCut;
    } catch (error) {
      // ENOENT: the device has no such string.
      isRefused ||= !(error instanceof Error && 'code' in error && error.code === 'ENOENT');
    }
  }
  return { ...found, partial: isRefused || isCut, isRefused };
}
