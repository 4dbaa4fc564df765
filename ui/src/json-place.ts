/** A place that an error names, in the words that came with it. */
export interface ErrorPlace {
  /** JSON pointer, as the error gives it; null where it names none. */
  readonly pointer: string | null;
  readonly text: string;
}

/** `Cannot use the graph: /nodes/0 is wrong; /nodes/1 too` as its beginning and its places; null when it has none. */
export function errorPlaces(message: string): { readonly lead: string; readonly places: readonly ErrorPlace[] } | null {
  const colon = message.indexOf(': ');
  if (colon < 0) return null;
  const places = message
    .slice(colon + 2)
    .split('; ')
    .map((text) => ({ pointer: /^(\/[^\s:]*)/.exec(text)?.[1] ?? null, text }));
  return places.some(({ pointer }) => pointer !== null) ? { lead: message.slice(0, colon), places } : null;
}

/** From where to where something stands in a text. */
export interface TextRange {
  readonly from: number;
  readonly to: number;
  /** Of its beginning, from 1. */
  readonly line: number;
}

/**
 * Where the value of a JSON pointer stands in a JSON text; where there is none, that of the last part which there is.
 *
 * @param text valid JSON
 */
export function findInJson(text: string, pointer: string): TextRange {
  const path = pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  let found = valueAt(text, skipSpace(text, 0));
  for (const name of path) {
    if (name === '') continue;
    const child = childOf(text, found.from, name);
    if (child === null) break;
    found = child;
  }
  return { ...found, line: text.slice(0, found.from).split('\n').length };
}

type Range = Pick<TextRange, 'from' | 'to'>;

/** The member or the item of this name in the object or the list that begins at a place. */
function childOf(text: string, at: number, name: string): Range | null {
  const isObject = text[at] === '{';
  if (!isObject && text[at] !== '[') return null;
  let place = skipSpace(text, at + 1);
  for (let index = 0; text[place] !== '}' && text[place] !== ']'; index++) {
    let key = String(index);
    if (isObject) {
      const written = valueAt(text, place);
      key = String(JSON.parse(text.slice(written.from, written.to)));
      place = skipSpace(text, skipSpace(text, written.to) + 1);
    }
    const value = valueAt(text, place);
    if (key === name) return value;
    place = skipSpace(text, value.to);
    if (text[place] === ',') place = skipSpace(text, place + 1);
  }
  return null;
}

/** The value that begins at a place. */
function valueAt(text: string, from: number): Range {
  const first = text[from];
  if (first !== '{' && first !== '[') {
    const token = first === '"' ? /"(?:[^"\\]|\\.)*"/y : /[^\s,\]}]+/y;
    token.lastIndex = from;
    return { from, to: from + (token.exec(text)?.[0].length ?? 0) };
  }
  let depth = 0;
  const part = /"(?:[^"\\]|\\.)*"|[[\]{}]/g;
  part.lastIndex = from;
  for (let match = part.exec(text); match !== null; match = part.exec(text)) {
    if (match[0] === '{' || match[0] === '[') depth += 1;
    if (match[0] === '}' || match[0] === ']') depth -= 1;
    if (depth === 0) return { from, to: part.lastIndex };
  }
  return { from, to: text.length };
}

function skipSpace(text: string, from: number): number {
  const space = /\s*/y;
  space.lastIndex = from;
  space.exec(text);
  return space.lastIndex;
}
