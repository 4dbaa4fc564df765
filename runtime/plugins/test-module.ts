/** Modules for tests, put together byte by byte; what no toolchain would write can be written too. */

/** A module of these sections, in this order. */
export function moduleOf(...sections: readonly (readonly number[])[]): Uint8Array<ArrayBuffer> {
  const length = sections.reduce((sum, bytes) => sum + bytes.length, HEADER.length);
  const module = new Uint8Array(length);
  module.set(HEADER);
  let offset = HEADER.length;
  for (const bytes of sections) {
    module.set(bytes, offset);
    offset += bytes.length;
  }
  return module;
}

export function section(id: number, content: readonly number[]): number[] {
  return [id, ...leb(content.length), ...content];
}

/** A vector: its length, then its items. */
export function list(...items: readonly (readonly number[])[]): number[] {
  return [...leb(items.length), ...items.flat()];
}

export function text(value: string): number[] {
  const bytes = [...new TextEncoder().encode(value)];
  return [...leb(bytes.length), ...bytes];
}

/** LEB128, unsigned. @param length padded to that many bytes */
export function leb(value: number, length = 1): number[] {
  const bytes: number[] = [];
  for (let rest = value; rest > 0 || bytes.length < length; rest = Math.floor(rest / 128))
    bytes.push((rest % 128) | 0x80);
  bytes[bytes.length - 1]! &= 0x7f;
  return bytes;
}

export const I32 = 0x7f;
export const FUNCREF = 0x70;
export const FUNCTION = 0;
export const MEMORY = 2;

export function functionType(parameters: readonly number[] = [], results: readonly number[] = []): number[] {
  return [0x60, ...list(...parameters.map((type) => [type])), ...list(...results.map((type) => [type]))];
}

export function importOf(namespace: string, name: string, kind: number, ...type: readonly number[]): number[] {
  return [...text(namespace), ...text(name), kind, ...type];
}

export function exportOf(name: string, kind: number, index: number): number[] {
  return [...text(name), kind, ...leb(index)];
}

/** A body without locals. */
export function body(...code: readonly number[]): number[] {
  const bytes = [0, ...code, 0x0b];
  return [...leb(bytes.length), ...bytes];
}

/** Memory or table limits. */
export function limits(initial: number, maximum?: number): number[] {
  return maximum === undefined ? [0, ...leb(initial)] : [1, ...leb(initial), ...leb(maximum)];
}

/**
 * A small plugin with something of everything: it imports `log`, has a memory of a page, a table of a slot, a global, a
 * start function, elements and data, and exports `run`, which grows its memory by a page and returns the page before.
 */
export function smallModule(memory: readonly number[] = limits(1), table: readonly number[] = limits(1)): number[][] {
  return [
    section(1, list(functionType([I32, I32, I32]), functionType([], [I32]), functionType())),
    section(2, list(importOf('autoweave', 'log', FUNCTION, 0))),
    section(3, list([1], [2])),
    section(4, list([FUNCREF, ...table])),
    section(5, list(memory)),
    section(6, list([I32, 1, 0x41, 0, 0x0b])),
    section(7, list(exportOf('memory', MEMORY, 0), exportOf('run', FUNCTION, 1), exportOf('table', 1, 0))),
    section(8, [2]),
    section(9, list([0, 0x41, 0, 0x0b, ...list([1])])),
    section(12, [1]),
    section(10, list(body(0x41, 1, 0x40, 0), body())),
    section(11, list([0, 0x41, 0, 0x0b, ...text('data')])),
    section(0, [...text('name'), 0, 2, ...text('p')]),
  ];
}

const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
