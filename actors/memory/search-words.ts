/**
 * How texts and what people look for become words. FTS5 takes letters and digits of any script for words, without
 * diacritics and case. Scripts that leave no blanks between words are taken apart into signs, which are then found
 * side by side.
 */

/** Expressions of FTS5. Each word is quoted, so that none is an operator; the last one may go on. */
export interface SearchWords {
  readonly all: string;
  readonly any: string;
}

/** Beyond, what is looked for is a text of its own: the first words of it say enough. */
const MAX_QUERY = 10_000;
const MAX_WORDS = 32;
/** Half of all texts have a word that begins with one given letter, and joining their lists takes long. */
const LEAST_BEGINNING = 2;

const WORD = /[\p{L}\p{N}\p{M}\p{Co}]+/gu;
const SIGN = '[\\p{scx=Han}\\p{scx=Hiragana}\\p{scx=Katakana}]';
const BESIDE_SIGN = new RegExp(`(?<=${SIGN})(?=\\S)|(?<=\\S)(?=${SIGN})`, 'gu');
/** No letter for FTS5, and no blank for a reader. */
const JOINT = '\u200b';

/** Undefined when there is no word in it. */
export function searchWords(query: string): SearchWords | undefined {
  const words = query.slice(0, MAX_QUERY).toLowerCase().match(WORD)?.slice(0, MAX_WORDS) ?? [];
  if (words.length === 0) return undefined;
  // The last word is the one that is being typed, also where it stands further ahead, too.
  const quoted = [...new Set(words.reverse())].reverse().map((word) => `"${apart(word)}"`);
  if (words.at(0)!.length >= LEAST_BEGINNING) quoted[quoted.length - 1] += '*';
  // Beside each other and not by AND: what FTS5 has no letter of is then left out.
  return { all: quoted.join(' '), any: quoted.join(' OR ') };
}

/** A text as it is indexed: signs that are words of their own stand apart. */
export function apart(text: string): string {
  return text.replace(BESIDE_SIGN, JOINT);
}

export function together(text: string): string {
  return text.replaceAll(JOINT, '');
}
