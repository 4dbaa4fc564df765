import { BULK, FORM, type Instructions, PLAIN, VALUE_TYPES, VECTOR } from './instructions.ts';
import { invalidModule, type ModuleReader } from './module-reader.ts';

/** How many values a function, or a block, takes and gives. */
export interface Signature {
  readonly parameters: number;
  readonly results: number;
}

/**
 * Walks over the code, and refuses it where compiling would take too long. The engine's first compiler writes code for
 * each local and each operand wherever the flow joins: the sum of those is the cost. Nothing ends it before it is done,
 * no deadline and no `terminate()`: a function of 140 KB with 50,000 locals and 20,000 blocks holds a thread for a
 * minute, and one of 1.4 MB takes all memory of the machine.
 *
 * @param section the code section, from its first byte
 * @param types by their index
 * @param imported the types of imported functions
 * @param own the types of its own
 */
export function checkCode(
  section: ModuleReader,
  types: readonly Signature[],
  imported: readonly number[],
  own: readonly number[],
): void {
  const functions = [...imported, ...own];
  const count = section.u32('the number of functions');
  let left = MAX_COST;
  for (let index = 0; index < count; index++) {
    const size = section.u32('the size of a function');
    const what = `function ${imported.length + index}`;
    const code = section.part(size, what);
    const start = code.offset();
    if (size > MAX_FUNCTION_BYTES) {
      throw invalidModule(start, `${what} has ${size} bytes of at most ${MAX_FUNCTION_BYTES}`, HINT);
    }
    const signature = types[own[index] ?? -1];
    if (signature === undefined) throw invalidModule(start, `${what} has no type`);
    const locals = signature.parameters + countLocals(code);
    left -= locals + walk(code, locals, left, signature, types, functions);
    if (left < 0) {
      throw invalidModule(start, `${what} is too much to compile: ${locals} locals in ${size} bytes of code`, HINT);
    }
  }
  section.finish('its code');
}

/**
 * A quarter of a second and a quarter of a GB, at the most. Code that a compiler made is far below it: the 9 MB of Binaryen
 * cost 13 million, the 1.6 MB of a Rust library 3 million.
 */
const MAX_COST = 20_000_000;
/** Of one function, which is compiled in one go. In Binaryen the largest has 226 KB. */
const MAX_FUNCTION_BYTES = 1024 * 1024;
/** Blocks within blocks: a kilobyte of the compiler's memory for each. */
const MAX_DEPTH = 10_000;
/** The engine's own limit. */
const MAX_LOCALS = 50_000;
const HINT = 'split its largest function, or build it with optimization';

const OP = {
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  br: 0x0c,
  brIf: 0x0d,
  brTable: 0x0e,
  call: 0x10,
  callIndirect: 0x11,
  returnCall: 0x12,
  returnCallIndirect: 0x13,
} as const;
const FUNCTION_INDEX = 'the function of a call';

function countLocals(code: ModuleReader): number {
  const start = code.offset();
  const groups = code.u32('the number of locals');
  let locals = 0;
  for (let group = 0; group < groups; group++) {
    locals += code.u32('a number of locals');
    if (locals > MAX_LOCALS) throw invalidModule(start, `a function has more than ${MAX_LOCALS} locals`, HINT);
    code.byte('the type of locals');
  }
  return locals;
}

interface Block extends Signature {
  /** Operands below those of the block. */
  readonly base: number;
}

/** The cost of a function's instructions; it stops where that is more than `most`. */
function walk(
  code: ModuleReader,
  locals: number,
  most: number,
  { results }: Signature,
  types: readonly Signature[],
  functions: readonly number[],
): number {
  const outer: Block[] = [];
  let block: Block = { base: 0, parameters: 0, results };
  let height = 0;
  let cost = 0;

  const call = (index: number | undefined, at: number): void => {
    const signature = types[index ?? -1];
    if (signature === undefined) throw invalidModule(at, 'it calls a function without a type');
    height += signature.results - signature.parameters;
    cost += signature.results + signature.parameters;
  };

  const control = (opcode: number, at: number): void => {
    if (opcode !== OP.block) cost += locals + height;
    switch (opcode) {
      case OP.block:
      case OP.loop:
      case OP.if: {
        if (opcode === OP.if) height--;
        const { parameters, results } = readBlockType(code, types);
        cost += parameters + results;
        if (outer.push(block) > MAX_DEPTH)
          throw invalidModule(at, `it has more than ${MAX_DEPTH} blocks in each other`);
        block = { base: Math.max(height - parameters, block.base), parameters, results };
        return;
      }
      case OP.else:
        height = block.base + block.parameters;
        return;
      case OP.end:
        height = block.base + block.results;
        cost += height;
        block = outer.pop() ?? END;
        return;
      case OP.brIf:
        code.skipNumber('a label');
        height--;
        return;
      case OP.call:
        call(functions[code.u32(FUNCTION_INDEX)], at);
        return;
      case OP.callIndirect:
        height--;
        call(code.u32('the type of a call'), at);
        code.skipNumber('the table of a call');
        return;
      case OP.brTable: {
        const targets = code.u32('the number of labels');
        for (let target = 0; target <= targets; target++) code.skipNumber('a label');
        cost += (locals + height) * targets;
        break;
      }
      case OP.br:
        code.skipNumber('a label');
        break;
      case OP.returnCallIndirect:
        code.skipNumber('the type of a call');
        code.skipNumber('the table of a call');
        break;
      case OP.returnCall:
        code.skipNumber(FUNCTION_INDEX);
        break;
    }
    // What follows is never reached: the engine writes nothing for it.
    height = block.base;
  };

  while (block !== END && cost <= most) {
    const at = code.offset();
    const opcode = code.byte('its code');
    const form = PLAIN.forms[opcode]!;
    if (form === FORM.flow) control(opcode, at);
    else if (form === FORM.bulk) height += step(code, BULK, code.u32('an instruction'), at);
    else if (form === FORM.vector) height += step(code, VECTOR, code.u32('an instruction'), at);
    else height += step(code, PLAIN, opcode, at);
    if (height < block.base) height = block.base;
  }
  if (block === END) code.finish('a function');
  return cost;
}

const END: Block = { base: 0, parameters: 0, results: 0 };

/** Goes on after an instruction. @returns the change of the height */
function step(code: ModuleReader, { forms, changes }: Instructions, opcode: number, at: number): number {
  switch (forms[opcode]) {
    case FORM.plain:
      break;
    case FORM.one:
      code.skipNumber('an instruction');
      break;
    case FORM.two:
      code.skipNumber('an instruction');
      code.skipNumber('an instruction');
      break;
    case FORM.bytes4:
      code.part(4, 'a number');
      break;
    case FORM.bytes8:
      code.part(8, 'a number');
      break;
    case FORM.bytes16:
      code.part(16, 'a vector');
      break;
    case FORM.byte:
      code.byte('a lane');
      break;
    case FORM.lane:
      code.skipNumber('an address');
      code.skipNumber('an address');
      code.byte('a lane');
      break;
    case FORM.types:
      for (let rest = code.u32('a number of types'); rest > 0; rest--) code.byte('a type');
      break;
    default:
      throw invalidModule(at, `it has an instruction that is not allowed, 0x${opcode.toString(16)}`, FEATURES);
  }
  return changes[opcode]!;
}

const FEATURES = 'build it without exceptions, threads and garbage-collected types';
const EMPTY = 0x40;
const NO_VALUES: Signature = { parameters: 0, results: 0 };
const ONE_VALUE: Signature = { parameters: 0, results: 1 };

/** A value type, nothing, or the index of a type: a signed number, of which the first two are negative. */
function readBlockType(code: ModuleReader, types: readonly Signature[]): Signature {
  const at = code.offset();
  let byte = code.byte('the type of a block');
  if (byte === EMPTY) return NO_VALUES;
  if (VALUE_TYPES.has(byte)) return ONE_VALUE;
  let index = byte & 0x7f;
  for (let shift = 7; byte >= 0x80 && shift < 35; shift += 7) {
    byte = code.byte('the type of a block');
    index += (byte & 0x7f) * 2 ** shift;
  }
  const signature = types[index];
  if (signature === undefined) throw invalidModule(at, 'it has a block without a type');
  return signature;
}
