import { AutoWeaveError } from '../errors/errors.ts';

/** Longest key, in bytes of UTF-8: encoded it is at most three times as long, well under a server's control line. */
export const MAX_KEY_BYTES = 512;

const PLAIN = /^[A-Za-z0-9_:@+~-]$/;
/** What is its own token: most keys are. */
const ALL_PLAIN = /^[A-Za-z0-9_:@+~-]{1,512}$/;
const EMPTY = '=';
const utf8 = new TextEncoder();
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Any key as one token of a NATS subject: bytes of its UTF-8 outside `A-Z a-z 0-9 _ : @ + ~ -` become `=XX`
 * (upper-case hexadecimal), the empty key becomes `=`. One key has exactly one token.
 *
 * @throws AW_KEY_INVALID when it is longer than {@link MAX_KEY_BYTES}, not well-formed Unicode, or no string.
 */
export function encodeKey(key: string): string {
  if (typeof key !== 'string') {
    throw new AutoWeaveError(
      'AW_KEY_INVALID',
      `Cannot encode key: it is ${key === null ? 'null' : typeof key}, not a string`,
    );
  }
  if (ALL_PLAIN.test(key)) return key;
  if (!key.isWellFormed()) {
    throw new AutoWeaveError('AW_KEY_INVALID', 'Cannot encode key: it holds half of a surrogate pair');
  }
  const bytes = utf8.encode(key);
  if (bytes.length > MAX_KEY_BYTES) {
    throw new AutoWeaveError('AW_KEY_INVALID', `Cannot encode key: it has ${bytes.length} bytes of ${MAX_KEY_BYTES}`);
  }
  if (bytes.length === 0) return EMPTY;
  let token = '';
  for (const byte of bytes) {
    const char = String.fromCharCode(byte);
    token += PLAIN.test(char) ? char : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return token;
}

/** True for what {@link encodeKey} takes. */
export function isKey(value: unknown): value is string {
  return typeof value === 'string' && value.isWellFormed() && utf8.encode(value).length <= MAX_KEY_BYTES;
}

/** The key of a token, or undefined when no key has this token. */
export function decodeKey(token: string): string | undefined {
  if (ALL_PLAIN.test(token)) return token;
  if (token === EMPTY) return '';
  const bytes: number[] = [];
  for (let at = 0; at < token.length; at++) {
    if (token[at] !== '=') {
      bytes.push(token.charCodeAt(at));
      continue;
    }
    const hex = token.slice(at + 1, at + 3);
    if (!/^[0-9A-F]{2}$/.test(hex)) return undefined;
    bytes.push(Number.parseInt(hex, 16));
    at += 2;
  }
  try {
    const key = strictUtf8.decode(Uint8Array.from(bytes));
    return encodeKey(key) === token ? key : undefined;
  } catch {
    return undefined;
  }
}
