import { didYouMean, editDistance } from '../runtime/errors/did-you-mean.ts';

export { didYouMean };

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
