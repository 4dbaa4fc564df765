/**
 * The instructions that a plugin may have, with what is needed to walk over them: the form of what follows the opcode,
 * and by how much an instruction changes the height of the operand stack. Those that control the flow, and calls, whose
 * change depends on a type, are the walker's. Not there, and so refused: exceptions, threads, garbage-collected types.
 *
 * Rows are `[first, last, form, change]`, from the specification's index of instructions.
 */
type Row = readonly [first: number, last: number, form: Form, change: number];

export const FORM = {
  unknown: 0,
  plain: 1,
  /** A LEB128 number. */
  one: 2,
  two: 3,
  bytes4: 4,
  bytes8: 5,
  bytes16: 6,
  byte: 7,
  /** Two numbers and a byte. */
  lane: 8,
  /** A list of bytes. */
  types: 9,
  flow: 10,
  /** A second opcode follows. */
  bulk: 11,
  vector: 12,
} as const;
export type Form = (typeof FORM)[keyof typeof FORM];

export interface Instructions {
  readonly forms: Uint8Array;
  readonly changes: Int8Array;
}

/** i32, i64, f32, f64, v128, funcref, externref. */
export const VALUE_TYPES: ReadonlySet<number> = new Set([0x7f, 0x7e, 0x7d, 0x7c, 0x7b, 0x70, 0x6f]);

const { plain, one, two, bytes4, bytes8, bytes16, byte, lane, types, flow, bulk, vector } = FORM;

export const PLAIN: Instructions = tabulate(256, [
  [0x00, 0x00, flow, 0],
  [0x01, 0x01, plain, 0],
  [0x02, 0x05, flow, 0],
  [0x0b, 0x0f, flow, 0],
  [0x10, 0x13, flow, 0],
  [0x1a, 0x1a, plain, -1],
  [0x1b, 0x1b, plain, -2],
  [0x1c, 0x1c, types, -2],
  [0x20, 0x20, one, 1],
  [0x21, 0x21, one, -1],
  [0x22, 0x22, one, 0],
  [0x23, 0x23, one, 1],
  [0x24, 0x24, one, -1],
  [0x25, 0x25, one, 0],
  [0x26, 0x26, one, -2],
  [0x28, 0x35, two, 0],
  [0x36, 0x3e, two, -2],
  [0x3f, 0x3f, one, 1],
  [0x40, 0x40, one, 0],
  [0x41, 0x42, one, 1],
  [0x43, 0x43, bytes4, 1],
  [0x44, 0x44, bytes8, 1],
  [0x45, 0xc4, plain, -1],
  // Of one operand: eqz, clz and the like, conversions.
  [0x45, 0x45, plain, 0],
  [0x50, 0x50, plain, 0],
  [0x67, 0x69, plain, 0],
  [0x79, 0x7b, plain, 0],
  [0x8b, 0x91, plain, 0],
  [0x99, 0x9f, plain, 0],
  [0xa7, 0xc4, plain, 0],
  [0xd0, 0xd0, one, 1],
  [0xd1, 0xd1, plain, 0],
  [0xd2, 0xd2, one, 1],
  [0xfc, 0xfc, bulk, 0],
  [0xfd, 0xfd, vector, 0],
]);

/** After 0xfc: conversions, memory and tables at large. */
export const BULK: Instructions = tabulate(18, [
  [0, 7, plain, 0],
  [8, 8, two, -3],
  [9, 9, one, 0],
  [10, 10, two, -3],
  [11, 11, one, -3],
  [12, 12, two, -3],
  [13, 13, one, 0],
  [14, 14, two, -3],
  [15, 15, one, -1],
  [16, 16, one, 1],
  [17, 17, one, -3],
]);

/** After 0xfd: vectors of 128 bits, relaxed ones included. */
export const VECTOR: Instructions = tabulate(276, [
  [0, 10, two, 0],
  [11, 11, two, -2],
  [12, 12, bytes16, 1],
  [13, 13, bytes16, -1],
  [14, 14, plain, -1],
  [15, 20, plain, 0],
  [21, 34, byte, 0],
  // Of them, those that replace a lane.
  [23, 23, byte, -1],
  [26, 26, byte, -1],
  [28, 28, byte, -1],
  [30, 30, byte, -1],
  [32, 32, byte, -1],
  [34, 34, byte, -1],
  [35, 81, plain, -1],
  [77, 77, plain, 0],
  [82, 82, plain, -2],
  [83, 83, plain, 0],
  [84, 87, lane, -1],
  [88, 91, lane, -2],
  [92, 93, two, 0],
  [94, 95, plain, 0],
  [96, 255, plain, -1],
  // Of one operand: absolute values, negations, roundings, tests, extensions, conversions.
  [96, 100, plain, 0],
  [103, 106, plain, 0],
  [116, 117, plain, 0],
  [122, 122, plain, 0],
  [124, 129, plain, 0],
  [131, 132, plain, 0],
  [135, 138, plain, 0],
  [148, 148, plain, 0],
  [160, 161, plain, 0],
  [163, 164, plain, 0],
  [167, 170, plain, 0],
  [192, 193, plain, 0],
  [195, 196, plain, 0],
  [199, 202, plain, 0],
  [224, 225, plain, 0],
  [227, 227, plain, 0],
  [236, 237, plain, 0],
  [239, 239, plain, 0],
  [248, 255, plain, 0],
  [256, 256, plain, -1],
  [257, 260, plain, 0],
  [261, 268, plain, -2],
  [269, 274, plain, -1],
  [275, 275, plain, -2],
]);

/** Later rows overwrite earlier ones. */
function tabulate(size: number, rows: readonly Row[]): Instructions {
  const forms = new Uint8Array(size);
  const changes = new Int8Array(size);
  for (const [first, last, form, change] of rows) {
    forms.fill(form, first, last + 1);
    changes.fill(change, first, last + 1);
  }
  return { forms, changes };
}
