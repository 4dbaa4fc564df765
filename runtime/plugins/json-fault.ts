import { quote } from './quote.ts';

/** Where a text stops to be JSON, and what should stand there, for the parser tells the place of some faults only. */
export function findJsonFault(text: string): string | undefined {
  const open: string[] = [];
  let at = 0;
  let wants: Wanted = 'value';

  const take = (token: RegExp): boolean => {
    token.lastIndex = at;
    if (!token.test(text)) return false;
    at = token.lastIndex;
    return true;
  };
  const afterValue = (): Wanted => (open.length === 0 ? 'end' : 'comma');

  while (true) {
    take(BLANK);
    const character = text[at];
    if (wants === 'end') return character === undefined ? undefined : say(text, at, 'the end');
    if ((wants === 'comma' || wants === 'first') && character === open.at(-1)) {
      at++;
      open.pop();
      wants = afterValue();
    } else if (wants === 'comma') {
      if (character !== ',') return say(text, at, `a comma or "${open.at(-1)}"`);
      at++;
      wants = open.at(-1) === '}' ? 'key' : 'value';
    } else if (wants === 'colon') {
      if (character !== ':') return say(text, at, 'a colon');
      at++;
      wants = 'value';
    } else if (character === '"') {
      at++;
      take(WITHIN_TEXT);
      if (text[at] !== '"') return say(text, at, text[at] === '\\' ? 'an escape of JSON' : 'the end of the text, a "');
      at++;
      const isKey: boolean = wants === 'key' || (wants === 'first' && open.at(-1) === '}');
      wants = isKey ? 'colon' : afterValue();
    } else if (wants === 'key' || (wants === 'first' && open.at(-1) === '}')) {
      return say(text, at, 'the name of a field in double quotes');
    } else if (character === '{' || character === '[') {
      at++;
      open.push(character === '{' ? '}' : ']');
      wants = 'first';
    } else if (take(WORD)) wants = afterValue();
    else return say(text, at, 'a value');
  }
}

/** `first`: after an opening bracket, where a closing one may stand as well. */
type Wanted = 'value' | 'key' | 'first' | 'colon' | 'comma' | 'end';

const BLANK = /[ \t\n\r]*/y;
const WORD = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON has none in a text
const WITHIN_TEXT = /(?:[^"\\\u0000-\u001f]+|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/y;

function say(text: string, at: number, wanted: string): string {
  const before = text.slice(0, at);
  const line = before.split('\n').length;
  const column = at - before.lastIndexOf('\n');
  const found = at === text.length ? 'it ends' : `there is ${quote(String.fromCodePoint(text.codePointAt(at)!))}`;
  return `at line ${line}, column ${column} ${found} where ${wanted} should be`;
}
