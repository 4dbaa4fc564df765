import { invalidModule, type ModuleReader } from './module-reader.ts';

/**
 * The sections in which a module says how large its memory and its tables are, and may become. Both functions check one
 * and give its content anew, as the numbers to be written, with a maximum for each.
 */

/** @param section the memory section, from its first byte */
export function limitMemory(section: ModuleReader, maxPages: number): readonly number[] {
  const count = readCount(section, 1, 'memories');
  const content = [count];
  for (let index = 0; index < count; index++) {
    const start = section.offset();
    const { initial, maximum } = readLimits(section, 'memory');
    if (initial > maxPages) {
      const needed = toMebibytes(initial);
      throw invalidModule(start, `its memory needs ${needed} MiB, its limit is ${toMebibytes(maxPages)} MiB`, MORE);
    }
    content.push(HAS_MAXIMUM, initial, Math.min(maximum ?? maxPages, maxPages));
  }
  section.finish('its memory');
  return content;
}

/** @param section the table section, from its first byte; all tables share `maxSlots`, the first ones first */
export function limitTables(section: ModuleReader, maxSlots: number): readonly number[] {
  const count = readCount(section, MAX_TABLES, 'tables');
  const start = section.offset();
  const tables: { type: number; initial: number; maximum: number | undefined }[] = [];
  let left = maxSlots;
  for (let index = 0; index < count; index++) {
    const at = section.offset();
    const type = section.byte('a table');
    if (!TABLE_TYPES.has(type)) throw invalidModule(at, `table ${index} is of type 0x${type.toString(16)}`);
    const limits = readLimits(section, 'table');
    tables.push({ type, ...limits });
    left -= limits.initial;
  }
  section.finish('its tables');
  if (left < 0) throw invalidModule(start, `its tables need ${maxSlots - left} slots of at most ${maxSlots}`);
  const content = [count];
  for (const { type, initial, maximum } of tables) {
    const more = Math.min((maximum ?? initial + left) - initial, left);
    left -= more;
    content.push(type, HAS_MAXIMUM, initial, initial + more);
  }
  return content;
}

const MORE = 'ask for more in `permissions.memory.max_heap_mb`, or build it with less';
/** Toolchains make one or two. */
const MAX_TABLES = 16;
/** funcref, externref. One byte each also as a number: both are below 0x80. */
const TABLE_TYPES = new Set([0x70, 0x6f]);
const PAGES_PER_MEBIBYTE = 16;
const HAS_MAXIMUM = 0x01;
const SHARED = 0x02;
const WIDE = 0x04;
const PAGE_SIZE = 0x08;

function readCount(section: ModuleReader, most: number, what: string): number {
  const start = section.offset();
  const count = section.u32(`the number of ${what}`);
  if (count > most) throw invalidModule(start, `it has ${count} ${what} of at most ${most}`);
  return count;
}

function readLimits(section: ModuleReader, what: string): { initial: number; maximum: number | undefined } {
  const start = section.offset();
  const flags = section.byte(`the limits of a ${what}`);
  if (flags > HAS_MAXIMUM) throw invalidModule(start, `its ${what} ${describeFlags(flags)}`);
  const initial = section.u32(`the size of a ${what}`);
  if (flags !== HAS_MAXIMUM) return { initial, maximum: undefined };
  const maximum = section.u32(`the maximum of a ${what}`);
  if (maximum < initial) throw invalidModule(start, `its ${what} has ${initial} at first and ${maximum} at most`);
  return { initial, maximum };
}

function describeFlags(flags: number): string {
  if (flags > (HAS_MAXIMUM | SHARED | WIDE | PAGE_SIZE)) return `has limits of an unknown kind, ${flags}`;
  if (flags & WIDE) return 'has 64-bit addresses';
  if (flags & SHARED) return 'is shared between threads';
  return 'has pages of another size than 64 KiB';
}

function toMebibytes(pages: number): number {
  return Math.ceil((pages / PAGES_PER_MEBIBYTE) * 10) / 10;
}
