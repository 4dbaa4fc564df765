/** What neither shows nor stays in its line: control, format and unassigned characters, line separators. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}"\\]/gu;
const MAX_SHOWN = 64;

/**
 * A text of a plugin in quotes, for a message or a question to a person: it can't end the line, turn its direction, or
 * look as if the sentence went on after it.
 */
export function quote(text: string): string {
  const shown = text.slice(0, MAX_SHOWN).replace(UNSEEN, show);
  return `"${shown}${text.length > MAX_SHOWN ? '…' : ''}"`;
}

function show(character: string): string {
  if (character === '"' || character === '\\') return `\\${character}`;
  return `\\u{${character.codePointAt(0)!.toString(16)}}`;
}
