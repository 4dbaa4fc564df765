import { resolve } from 'node:path';

/** What a value's text is read against. */
export interface ParseContext {
  /** Relative paths in the environment and in flags begin here. */
  readonly cwd: string;
}

/** One kind of value: what is allowed, and how its text is read. */
export interface ValueKind<Value> {
  /** For people, behind "allowed:". */
  readonly allowed: string;
  /** The value, or undefined when the text is not allowed. */
  parse(text: string, ctx: ParseContext): Value | undefined;
}

/** The same shape with nothing set: an optional value. */
export function optional<Value>(kind: ValueKind<Value>): ValueKind<Value | null> {
  return kind;
}

export function integer(from: number, to: number): ValueKind<number> {
  return {
    allowed: `a whole number from ${from} to ${to}`,
    parse(text) {
      if (!/^\d{1,15}$/.test(text)) return undefined;
      const value = Number(text);
      return value >= from && value <= to ? value : undefined;
    },
  };
}

export function oneOf<const Values extends readonly string[]>(values: Values): ValueKind<Values[number]> {
  return {
    allowed: values.join(', '),
    parse: (text) => values.find((value) => value === text.toLowerCase()),
  };
}

export function matching(pattern: RegExp, allowed: string): ValueKind<string> {
  return { allowed, parse: (text) => (pattern.test(text) ? text : undefined) };
}

export const onOrOff: ValueKind<boolean> = {
  allowed: 'on or off',
  parse(text) {
    if (/^(on|true|1|yes)$/i.test(text)) return true;
    return /^(off|false|0|no)$/i.test(text) ? false : undefined;
  },
};

export const path: ValueKind<string> = {
  allowed: 'a path',
  parse: (text, { cwd }) => (text.includes('\0') ? undefined : resolve(cwd, text)),
};

/** Separated by commas; blanks around them do not count. */
export function list<Value>(kind: ValueKind<Value>): ValueKind<readonly Value[]> {
  return {
    allowed: `${kind.allowed}; several are separated by commas`,
    parse(text, ctx) {
      const parts = text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '');
      const values = parts.map((part) => kind.parse(part, ctx));
      return values.every((value) => value !== undefined) ? values : undefined;
    },
  };
}

/** A command with its arguments, so that no shell has to take it apart. */
export const command: ValueKind<readonly string[]> = {
  allowed: 'a JSON array of strings, such as ["unshare","--net"]',
  parse(text) {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return undefined;
    }
    return Array.isArray(value) && value.every((part) => typeof part === 'string' && part !== '') ? value : undefined;
  },
};

/** One or several URLs of NATS servers, separated by commas. */
export const natsUrl: ValueKind<string> = {
  allowed: 'nats://host:port or tls://host:port; those of one cluster are separated by commas',
  parse(text) {
    const urls = text.split(',').map((url) => url.trim());
    return urls.every(isNatsUrl) ? urls.join(',') : undefined;
  },
};

function isNatsUrl(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^(nats|tls|ws|wss):$/.test(url.protocol) && url.hostname !== '';
}
