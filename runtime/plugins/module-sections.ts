import type { Signature } from './code-cost.ts';
import { VALUE_TYPES } from './instructions.ts';
import { invalidModule, type ModuleReader } from './module-reader.ts';

/** The sections that say what a module is made of, each read from its first byte to its last. */

/** Types, which have to be of functions, without references to other types. */
export function readTypes(section: ModuleReader): Signature[] {
  const types: Signature[] = [];
  const count = section.u32('the number of types');
  for (let index = 0; index < count; index++) {
    const start = section.offset();
    if (section.byte('a type') !== FUNCTION_TYPE) {
      throw invalidModule(start, `type ${index} is not of a function`, 'build it without garbage-collected types');
    }
    types.push({ parameters: readValues(section, 'a parameter'), results: readValues(section, 'a result') });
  }
  section.finish('its types');
  return types;
}

/** The types of imported functions. Which functions may be imported is another question, see import-audit.ts. */
export function readImports(section: ModuleReader): number[] {
  const start = section.offset();
  const count = section.u32('the number of imports');
  if (count > MAX_IMPORTS) throw invalidModule(start, `it has ${count} imports of at most ${MAX_IMPORTS}`);
  const functions: number[] = [];
  for (let index = 0; index < count; index++) {
    section.name('the namespace of an import');
    section.name('the name of an import');
    const at = section.offset();
    const kind = section.byte('the kind of an import');
    if (kind !== 0) {
      const what = IMPORT_KINDS[kind] ?? `thing of kind ${kind}`;
      throw invalidModule(at, `it imports a ${what}; only functions can be imported`, 'build it with its own memory');
    }
    functions.push(section.u32('the type of an import'));
  }
  section.finish('its imports');
  return functions;
}

/** The types of its own functions. */
export function readFunctions(section: ModuleReader): number[] {
  const functions: number[] = [];
  const count = section.u32('the number of functions');
  for (let index = 0; index < count; index++) functions.push(section.u32('the type of a function'));
  section.finish('its functions');
  return functions;
}

/** Only how many there are. */
export function checkExports(section: ModuleReader): void {
  const start = section.offset();
  const count = section.u32('the number of exports');
  if (count > MAX_EXPORTS) throw invalidModule(start, `it has ${count} exports of at most ${MAX_EXPORTS}`);
}

const MAX_IMPORTS = 1_000;
const MAX_EXPORTS = 1_000;
const FUNCTION_TYPE = 0x60;
const IMPORT_KINDS = ['function', 'table', 'memory', 'global', 'tag'];

function readValues(section: ModuleReader, what: string): number {
  const count = section.u32('the length of a type');
  for (let index = 0; index < count; index++) {
    const at = section.offset();
    const type = section.byte(what);
    if (!VALUE_TYPES.has(type)) {
      throw invalidModule(at, `${what} is of type 0x${type.toString(16)}, which is not allowed`);
    }
  }
  return count;
}
