import { quote } from './quote.ts';

/** What a schema says about a text. */
export interface TextSchema {
  readonly pattern?: string;
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
}

/** What is wrong with a text, in words that go on after its place. */
export function faultOfText(text: string, schema: TextSchema): string | undefined {
  const { pattern, format, minLength = 0, maxLength = Number.POSITIVE_INFINITY } = schema;
  const words = pattern === undefined ? undefined : wordsOf(pattern, schema);
  // A length that is in the words is told with them.
  if (text.length > maxLength && pattern !== NAME) return `is longer than ${maxLength} characters`;
  const isWrongLength = text.length < minLength || text.length > maxLength;
  if (pattern === undefined ? text.length < minLength : isWrongLength || !new RegExp(pattern, 'u').test(text)) {
    return text === '' && words === undefined ? 'is empty' : `is ${quote(text)}, and should be ${words ?? 'longer'}`;
  }
  if (format === 'uri' && !URL.canParse(text)) return `is ${quote(text)}, and should be an address with its scheme`;
  return undefined;
}

/** A pattern in words. */
export function wordsOf(pattern: string, { minLength, maxLength }: TextSchema = {}): string {
  const words = WORDS[pattern] ?? `a text that matches ${pattern}`;
  return pattern === NAME && maxLength !== undefined ? `${minLength ?? 0} to ${maxLength} ${words}` : words;
}

const NAME = '^[a-z0-9-]+$';
/** By the patterns of the schemas of the manifest and its permissions. */
const WORDS: Readonly<Record<string, string>> = {
  [NAME]: 'lower-case letters, digits and hyphens',
  '^\\d+\\.\\d+\\.\\d+(-[a-zA-Z0-9.-]+)?$': 'three numbers, such as 1.0.0',
  '^(?!.*\\.\\.)[A-Za-z0-9_-][A-Za-z0-9_./-]*\\.wasm$': 'a .wasm file within the folder, such as plugin.wasm',
  '^[A-Za-z_][A-Za-z0-9_]{0,99}$': 'the name of an exported function: letters, digits and underscores',
  '^[a-z][a-z0-9_-]{0,62}\\.[a-z][a-z0-9_-]{0,62}$': 'noun.verb in lower-case letters, such as label.print',
  '^[a-fA-F0-9]{64}$': '64 hexadecimal digits',
  '^(0x[0-9a-fA-F]{4}|\\*)$': '0x and four hexadecimal digits, or *',
  '^[A-Za-z0-9_.-]+$': 'letters, digits, dots, hyphens and underscores',
};
