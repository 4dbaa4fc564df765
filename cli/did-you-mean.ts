/** The candidate that is most like a mistyped word, or undefined when none is like it. */
export function didYouMean(word: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  // One slip for each three letters; more and it is another word.
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** More than these would be a list, which help gives. */
const MOST_COMMANDS = 3;

/**
 * The commands that a line may mean whose first word begins none: its words the other way round, run together, or the
 * second one alone. Empty when none is like it, or too many are.
 */
export function didYouMeanCommand(
  typed: readonly string[],
  commands: readonly (readonly string[])[],
): readonly string[] {
  const [first = '', second] = typed;
  const swapped = commands.find(([group, word]) => group === second && word === first);
  if (swapped !== undefined) return [swapped.join(' ')];
  const fitting = (word: string | undefined) =>
    commands.filter((words) => words.length > 1 && words[1] === word).map((words) => words.join(' '));
  const exact = fitting(first);
  if (exact.length > 0) return exact.length > MOST_COMMANDS ? [] : exact;
  const group = didYouMean(first, [...new Set(commands.map(([word]) => word!))]);
  if (group !== undefined) return [group];
  const whole = commands.find((words) => words.length > 1 && editDistance(first.toLowerCase(), words.join('')) <= 1);
  if (whole !== undefined) return [whole.join(' ')];
  const near = fitting(didYouMean(first, [...new Set(commands.flatMap((words) => words.slice(1)))]));
  return near.length > MOST_COMMANDS ? [] : near;
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
