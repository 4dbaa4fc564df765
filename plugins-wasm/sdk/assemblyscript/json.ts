import { Reader } from './reader';
import { Kind, Value } from './value';

/** AssemblyScript has no JSON of its own. Reads what RFC 8259 allows, and writes it without blanks. */
export namespace json {
  /** The call fails when it is none, with the place. */
  export function parse(text: string): Value {
    const reader = new Reader(text);
    const value = reader.read();
    if (reader.problem.length > 0) throw new Error(reader.problem);
    return value;
  }

  /** Null when it is none. */
  export function tryParse(text: string): Value | null {
    const reader = new Reader(text);
    const value = reader.read();
    return reader.problem.length > 0 ? null : value;
  }

  export function object(): Value {
    return new Value(Kind.Record);
  }

  export function array(): Value {
    return new Value(Kind.List);
  }

  export function nothing(): Value {
    return new Value(Kind.Null);
  }

  /** A text, a number, a flag, or an array of these. */
  export function from<T>(value: T): Value {
    return Value.from<T>(value);
  }

  /** JSON that is there as text already, and is taken at its word. */
  export function raw(text: string): Value {
    return new Value(Kind.Raw, text);
  }

  /** One text of a JSON text, for those who need no more: `json.text(input(), "device.product")`. */
  export function text(source: string, path: string, otherwise: string = ''): string {
    return parse(source).text(path, otherwise);
  }

  export function number(source: string, path: string, otherwise: f64 = 0): f64 {
    return parse(source).number(path, otherwise);
  }

  export function flag(source: string, path: string, otherwise: bool = false): bool {
    return parse(source).flag(path, otherwise);
  }
}
