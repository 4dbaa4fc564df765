import { checkCode, type Signature } from './code-cost.ts';
import { limitMemory, limitTables } from './module-limits.ts';
import { invalidModule, type ModuleReader, openModule } from './module-reader.ts';
import { checkExports, readFunctions, readImports, readTypes } from './module-sections.ts';

/**
 * What a module must be before it is compiled. The engine checks that it is valid; the guard sees to it that whatever it
 * does, it stays within its bounds:
 *
 * - Linear memory and tables get their maximum written into the module, so that the engine itself refuses to grow them.
 *   There is no other way to have them: imported, shared, 64-bit and second memories are refused.
 * - What lies in the heap of the engine instead is refused: garbage-collected types and exceptions. One array of 100 MB
 *   there ends not the thread but the process, whatever the thread's `resourceLimits` say.
 * - Code that takes too long, or too much memory, to be compiled is refused: see code-cost.ts.
 * - Custom sections are left out, but for the names of functions: the engine takes hints from them.
 */
export interface GuardLimits {
  /** Of 64 KiB. */
  readonly maxPages: number;
  /** Of all tables together. */
  readonly maxTableSlots?: number;
}

/**
 * The module as it may run: a copy.
 *
 * @throws AW_PLUGIN_MODULE_INVALID with the offset
 */
export function guardModule(bytes: Uint8Array, limits: GuardLimits): Uint8Array<ArrayBuffer> {
  const reader = openModule(bytes);
  checkHeader(reader);
  const pieces: Uint8Array[] = [bytes.subarray(0, HEADER_BYTES)];
  const known: Known = { types: [], imported: [], own: [] };
  let lastPlace = -1;
  let hasNames = false;
  for (let count = 1; !reader.isAtEnd(); count++) {
    const start = reader.offset();
    if (count > MAX_SECTIONS) throw invalidModule(start, `it has more than ${MAX_SECTIONS} sections`);
    const id = reader.byte('a section');
    const section = reader.part(reader.u32('the size of a section'), `section ${id}`);
    if (id === SECTION.custom) {
      const isNames = section.name('the name of a custom section') === 'name';
      if (isNames && !hasNames) pieces.push(bytes.subarray(start, reader.offset()));
      hasNames ||= isNames;
      continue;
    }
    lastPlace = checkPlace(id, lastPlace, start);
    const limited = limitSection(id, section, known, limits);
    if (limited === undefined) pieces.push(bytes.subarray(start, reader.offset()));
    else pieces.push(Uint8Array.of(id, ...u32(limited.length)), limited);
  }
  return join(pieces);
}

/** Toolchains reserve far less: 65,536 functions that are called by pointer. */
const MAX_TABLE_SLOTS = 65_536;
/** There are thirteen; toolchains add a dozen of their own. More would only cost time. */
const MAX_SECTIONS = 1_000;
/**
 * Of any section but code and data. Some are walked here, which holds up whatever else the process does; from others,
 * elements above all, the engine makes eight bytes of its own heap for each one.
 */
const MAX_SECTION_BYTES = 1024 * 1024;
const HEADER_BYTES = 8;
const MAGIC = [0x00, 0x61, 0x73, 0x6d];
const CORE_VERSION = [0x01, 0x00, 0x00, 0x00];

const SECTION = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  export: 7,
  code: 10,
  tag: 13,
} as const;
/** Code and data. */
const LARGE_SECTIONS: ReadonlySet<number> = new Set([10, 11]);
/** Global 6, start 8, element 9, data 11 and data count 12 are left to the engine. */
const ORDER = [1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11];

function checkHeader(reader: ModuleReader): void {
  if (MAGIC.some((expected) => reader.byte('its first bytes') !== expected)) {
    throw invalidModule(0, 'it is no WebAssembly module', 'name the .wasm file that the build made');
  }
  const version = CORE_VERSION.map(() => reader.byte('its version'));
  if (version[2] === 1 && version[3] === 0) {
    throw invalidModule(4, 'not a core module: it is a component', 'build a core module, for wasm32-unknown-unknown');
  }
  if (version.some((value, index) => value !== CORE_VERSION[index])) {
    throw invalidModule(4, `not a core module: its version is ${version.join('.')}, not ${CORE_VERSION.join('.')}`);
  }
}

function checkPlace(id: number, last: number, offset: number): number {
  const place = ORDER.indexOf(id);
  if (place === -1) throw invalidModule(offset, `section ${id} is unknown`);
  if (place === last) throw invalidModule(offset, `section ${id} is there twice`);
  if (place < last) throw invalidModule(offset, `section ${id} comes after section ${ORDER[last]}`);
  return place;
}

/** What was read of a module so far, and later sections refer to. */
interface Known {
  types: readonly Signature[];
  imported: readonly number[];
  own: readonly number[];
}

/** The content of a section that had to be written anew, or undefined. */
function limitSection(
  id: number,
  section: ModuleReader,
  known: Known,
  { maxPages, maxTableSlots = MAX_TABLE_SLOTS }: GuardLimits,
): Uint8Array | undefined {
  const start = section.offset();
  if (!LARGE_SECTIONS.has(id) && section.left() > MAX_SECTION_BYTES) {
    throw invalidModule(start, `section ${id} has ${section.left()} bytes of at most ${MAX_SECTION_BYTES}`);
  }
  switch (id) {
    case SECTION.type:
      known.types = readTypes(section);
      break;
    case SECTION.import:
      known.imported = readImports(section);
      break;
    case SECTION.function:
      known.own = readFunctions(section);
      break;
    case SECTION.table:
      return encode(limitTables(section, maxTableSlots));
    case SECTION.memory:
      return encode(limitMemory(section, maxPages));
    case SECTION.tag:
      throw invalidModule(start, 'it uses exceptions', 'build it without them');
    case SECTION.export:
      checkExports(section);
      break;
    case SECTION.code:
      checkCode(section, known.types, known.imported, known.own);
      break;
  }
  return undefined;
}

/** Numbers, and single bytes as what they are. */
function encode(values: readonly number[]): Uint8Array {
  return Uint8Array.from(values.flatMap(u32));
}

function u32(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; ) {
    const low = rest % 0x80;
    rest = (rest - low) / 0x80;
    if (rest === 0) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

function join(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let offset = 0;
  for (const piece of pieces) {
    joined.set(piece, offset);
    offset += piece.length;
  }
  return joined;
}
