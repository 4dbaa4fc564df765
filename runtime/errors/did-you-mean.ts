/** The candidate that was meant by a word that nobody knows, case and hyphens aside, or undefined when none is like it. */
export function didYouMean(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > MAX_LENGTH) return undefined;
  const plain = toPlain(word);
  let best: string | undefined;
  let bestDistance = Math.min(MOST_SLIPS, Math.max(1, Math.floor(plain.length / LETTERS_PER_SLIP))) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(plain, toPlain(candidate));
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** Insertions, deletions, substitutions and swaps of neighbours that turn one word into the other. */
export function editDistance(from: string, to: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const isSame = from[row - 1] === to[column - 1];
      let cost = Math.min(previous[column]! + 1, current[column - 1]! + 1, previous[column - 1]! + (isSame ? 0 : 1));
      const isSwap = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (isSwap) cost = Math.min(cost, beforePrevious[column - 2]! + 1);
      current.push(cost);
    }
    [beforePrevious, previous] = [previous, current];
  }
  return previous[to.length]!;
}

/** A word may come from a file of anybody: its time is that of its length. */
const MAX_LENGTH = 200;
/** With more slips it is another word. */
const LETTERS_PER_SLIP = 3;
const MOST_SLIPS = 3;

function toPlain(word: string): string {
  return word.toLowerCase().replace(/[_-]/g, '');
}
