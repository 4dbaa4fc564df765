import { quote } from './quote';

/** What a JSON value is; `Absent` is what a getter finds where there is nothing. */
export const enum Kind {
  Absent,
  Null,
  Flag,
  Number,
  Text,
  List,
  Record,
  /** JSON that is written as it is. */
  Raw,
}

/**
 * A JSON value. Getters take a path such as `device.product` or `lines.0`, and never fail: what is not there, or is
 * something else, is empty text, 0, false or an absent value.
 */
@final
export class Value {
  /** Of a text what it says, of numbers, flags and raw JSON what stands in the JSON: a number passes unchanged. */
  private written: string;
  private items: Value[] | null = null;
  private members: Map<string, Value> | null = null;

  constructor(
    readonly kind: Kind,
    written: string = '',
  ) {
    this.written = written;
    if (kind == Kind.List) this.items = [];
    if (kind == Kind.Record) this.members = new Map<string, Value>();
  }

  static from<T>(value: T): Value {
    if (isString<T>()) return new Value(Kind.Text, changetype<string>(value));
    if (isBoolean<T>()) return new Value(Kind.Flag, value ? 'true' : 'false');
    if (isFloat<T>()) return new Value(isFinite(<f64>value) ? Kind.Number : Kind.Null, writeNumber(<f64>value));
    if (isInteger<T>() && !isReference<T>()) return new Value(Kind.Number, value.toString());
    if (isArray<T>()) {
      const list = new Value(Kind.List);
      for (let index = 0; index < value.length; index++) list.push(value[index]);
      return list;
    }
    if (idof<T>() == idof<Value>()) return changetype<Value>(value);
    ERROR('JSON holds texts, numbers, flags, arrays of these, and Values');
  }

  get isAbsent(): bool {
    return this.kind == Kind.Absent;
  }

  get isNull(): bool {
    return this.kind == Kind.Null;
  }

  get isFlag(): bool {
    return this.kind == Kind.Flag;
  }

  get isNumber(): bool {
    return this.kind == Kind.Number;
  }

  get isText(): bool {
    return this.kind == Kind.Text;
  }

  get isList(): bool {
    return this.kind == Kind.List;
  }

  get isRecord(): bool {
    return this.kind == Kind.Record;
  }

  /** How many items or members it has. */
  get length(): i32 {
    const items = this.items;
    if (items !== null) return items.length;
    const members = this.members;
    return members === null ? 0 : members.size;
  }

  /** A member by its name, which may hold dots. */
  get(key: string): Value {
    const members = this.members;
    return members !== null && members.has(key) ? members.get(key) : ABSENT;
  }

  /** An item, from 0. */
  at(index: i32): Value {
    const items = this.items;
    return items !== null && index >= 0 && index < items.length ? items[index] : ABSENT;
  }

  /** Names of the members, in their order. */
  keys(): string[] {
    const members = this.members;
    return members === null ? [] : members.keys();
  }

  /** What is at a path; the value itself for an empty one. */
  find(path: string): Value {
    let value: Value = this;
    if (path.length == 0) return value;
    const steps = path.split('.');
    for (let index = 0; index < steps.length; index++) {
      const step = steps[index];
      value = value.isList ? value.at(readIndex(step)) : value.get(step);
    }
    return value;
  }

  has(path: string): bool {
    return !this.find(path).isAbsent;
  }

  text(path: string = '', otherwise: string = ''): string {
    const value = this.find(path);
    return value.isText ? value.written : otherwise;
  }

  number(path: string = '', otherwise: f64 = 0): f64 {
    const value = this.find(path);
    return value.isNumber ? F64.parseFloat(value.written) : otherwise;
  }

  /** Exact for whole numbers of up to 63 bits; a fraction is cut off. */
  integer(path: string = '', otherwise: i64 = 0): i64 {
    const value = this.find(path);
    if (!value.isNumber) return otherwise;
    return isWhole(value.written) ? I64.parseInt(value.written) : <i64>F64.parseFloat(value.written);
  }

  flag(path: string = '', otherwise: bool = false): bool {
    const value = this.find(path);
    return value.isFlag ? value.written == 'true' : otherwise;
  }

  /** Sets a member of a record, and gives the record: `json.object().set("id", 7).set("name", "Ann")`. */
  set<T>(key: string, value: T): Value {
    const members = this.members;
    if (members === null) throw new Error('Only a record has members');
    members.set(key, Value.from<T>(value));
    return this;
  }

  /** Adds an item to a list, and gives the list. */
  push<T>(value: T): Value {
    const items = this.items;
    if (items === null) throw new Error('Only a list has items');
    items.push(Value.from<T>(value));
    return this;
  }

  /** Its JSON, without blanks. */
  toString(): string {
    const parts: string[] = [];
    this.write(parts);
    return parts.join('');
  }

  private write(parts: string[]): void {
    if (this.kind == Kind.Text) {
      parts.push(quote(this.written));
    } else if (this.kind == Kind.List) {
      const items = this.items!;
      for (let index = 0; index < items.length; index++) {
        parts.push(index == 0 ? '[' : ',');
        items[index].write(parts);
      }
      parts.push(items.length == 0 ? '[]' : ']');
    } else if (this.kind == Kind.Record) {
      const members = this.members!;
      const keys = members.keys();
      for (let index = 0; index < keys.length; index++) {
        parts.push(index == 0 ? '{' : ',');
        parts.push(quote(keys[index]));
        parts.push(':');
        members.get(keys[index]).write(parts);
      }
      parts.push(keys.length == 0 ? '{}' : '}');
    } else {
      parts.push(this.kind <= Kind.Null ? 'null' : this.written);
    }
  }
}

const ABSENT = new Value(Kind.Absent);

/** Beyond it, neighbouring numbers of a double are more than one apart. */
const LARGEST_WHOLE: f64 = 9007199254740991;

/** JSON knows no infinity, and `2` is shorter than `2.0`. */
function writeNumber(value: f64): string {
  if (!isFinite(value)) return 'null';
  return value == Math.trunc(value) && Math.abs(value) <= LARGEST_WHOLE ? (<i64>value).toString() : value.toString();
}

function isWhole(written: string): bool {
  for (let index = 0; index < written.length; index++) {
    const code = written.charCodeAt(index);
    if (code == 0x2e /* . */ || code == 0x45 /* E */ || code == 0x65 /* e */) return false;
  }
  return true;
}

function readIndex(step: string): i32 {
  if (step.length == 0 || step.length > 9) return -1;
  for (let index = 0; index < step.length; index++) {
    const code = step.charCodeAt(index);
    if (code < 0x30 || code > 0x39) return -1;
  }
  return I32.parseInt(step);
}
