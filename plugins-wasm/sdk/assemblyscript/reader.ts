import { quote } from './quote';
import { Kind, Value } from './value';

/** Deeper nesting is refused: each level takes stack, of which there are 32 KiB. */
const DEEPEST = 100;

/** Reads one JSON text, as RFC 8259 has it. `problem` is empty when all is well. */
@final
export class Reader {
  problem: string = '';
  private at: i32 = 0;
  private depth: i32 = 0;

  constructor(private readonly source: string) {}

  read(): Value {
    const value = this.readValue();
    this.skipBlanks();
    if (this.at < this.source.length) this.refuse('the end');
    return value;
  }

  private readValue(): Value {
    this.skipBlanks();
    const code = this.peek();
    if (code == 0x22 /* " */) return new Value(Kind.Text, this.readText());
    if (code == 0x7b /* { */) return this.readRecord();
    if (code == 0x5b /* [ */) return this.readList();
    if (code == 0x2d /* - */ || isDigit(code)) return this.readNumber();
    if (this.take('true')) return new Value(Kind.Flag, 'true');
    if (this.take('false')) return new Value(Kind.Flag, 'false');
    if (!this.take('null')) this.refuse('a value');
    return new Value(Kind.Null);
  }

  private readRecord(): Value {
    const record = new Value(Kind.Record);
    this.enter();
    if (this.takeCode(0x7d /* } */)) return this.leave(record);
    do {
      this.skipBlanks();
      if (this.peek() != 0x22 /* " */) this.refuse('a name in quotes');
      const key = this.isBroken ? '' : this.readText();
      if (!this.takeCode(0x3a /* : */)) this.refuse('":"');
      if (!this.isBroken) record.set(key, this.readValue());
    } while (this.takeCode(0x2c /* , */));
    if (!this.takeCode(0x7d)) this.refuse('"," or "}"');
    return this.leave(record);
  }

  private readList(): Value {
    const list = new Value(Kind.List);
    this.enter();
    if (this.takeCode(0x5d /* ] */)) return this.leave(list);
    do {
      if (!this.isBroken) list.push(this.readValue());
    } while (this.takeCode(0x2c /* , */));
    if (!this.takeCode(0x5d)) this.refuse('"," or "]"');
    return this.leave(list);
  }

  private readNumber(): Value {
    const from = this.at;
    this.takeHere(0x2d /* - */);
    if (!this.takeHere(0x30 /* 0 */)) this.takeDigits();
    if (this.takeHere(0x2e /* . */)) this.takeDigits();
    if (this.takeHere(0x65 /* e */) || this.takeHere(0x45 /* E */)) {
      if (!this.takeHere(0x2b /* + */)) this.takeHere(0x2d /* - */);
      this.takeDigits();
    }
    return new Value(Kind.Number, this.source.substring(from, this.at));
  }

  private readText(): string {
    let from = ++this.at;
    const parts: string[] = [];
    for (;;) {
      const code = this.peek();
      if (code == 0x22 /* " */) break;
      if (code < 0x20) {
        this.refuse(code < 0 ? 'a closing "' : 'an escape for a control character');
        return '';
      }
      if (code != 0x5c /* \ */) {
        this.at++;
        continue;
      }
      if (this.at > from) parts.push(this.source.substring(from, this.at));
      parts.push(this.readEscape());
      if (this.isBroken) return '';
      from = this.at;
    }
    const rest = this.source.substring(from, this.at++);
    if (parts.length == 0) return rest;
    parts.push(rest);
    return parts.join('');
  }

  private readEscape(): string {
    this.at++;
    const code = this.peek();
    if (code == 0x75 /* u */) return this.readCodeUnit();
    const index = '"\\/bfnrt'.indexOf(String.fromCharCode(code));
    if (code < 0 || index < 0) {
      this.refuse('one of "\\/bfnrtu');
      return '';
    }
    this.at++;
    return '"\\/\b\f\n\r\t'.charAt(index);
  }

  /** Both halves of a pair, each with its own escape, come to one character by themselves. */
  private readCodeUnit(): string {
    let code = 0;
    for (let count = 0; count < 4; count++) {
      this.at++;
      const digit = hexDigit(this.peek());
      if (digit < 0) {
        this.refuse('four hexadecimal digits');
        return '';
      }
      code = (code << 4) | digit;
    }
    this.at++;
    return String.fromCharCode(code);
  }

  private enter(): void {
    this.at++;
    if (++this.depth > DEEPEST) this.refuse(`at most ${DEEPEST} levels`);
  }

  private leave(value: Value): Value {
    this.depth--;
    return value;
  }

  private take(word: string): bool {
    if (!this.source.startsWith(word, this.at)) return false;
    this.at += word.length;
    return true;
  }

  /** Blanks may stand before it. */
  private takeCode(code: i32): bool {
    if (this.isBroken) return false;
    this.skipBlanks();
    return this.takeHere(code);
  }

  private takeHere(code: i32): bool {
    if (this.peek() != code) return false;
    this.at++;
    return true;
  }

  private takeDigits(): void {
    if (!isDigit(this.peek())) this.refuse('a digit');
    while (isDigit(this.peek())) this.at++;
  }

  private skipBlanks(): void {
    for (;;) {
      const code = this.peek();
      if (code != 0x20 && code != 0x0a && code != 0x0d && code != 0x09) return;
      this.at++;
    }
  }

  /** -1 at the end. */
  private peek(): i32 {
    return this.at < this.source.length ? this.source.charCodeAt(this.at) : -1;
  }

  private get isBroken(): bool {
    return this.problem.length > 0;
  }

  /** The first one counts. Nothing is read behind it. */
  private refuse(expected: string): void {
    if (this.isBroken) return;
    const isEnd = this.at >= this.source.length;
    const found = isEnd ? 'the end' : quote(this.source.charAt(this.at));
    this.problem = `Not JSON: expected ${expected} at ${this.at}, found ${found}`;
    this.at = this.source.length;
  }
}

function isDigit(code: i32): bool {
  return code >= 0x30 && code <= 0x39;
}

function hexDigit(code: i32): i32 {
  if (isDigit(code)) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
