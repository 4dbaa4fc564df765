/** The candidate that was meant by a word that nobody knows: the same but for case, hyphens or a slip or two. */
export function nearWord(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > MAX_LENGTH) return undefined;
  const plain = toPlain(word);
  const most = plain.length < LONG ? 1 : 2;
  for (let slips = 0; slips <= most; slips++) {
    const found = candidates.find((candidate) => isWithin(plain, toPlain(candidate), slips));
    if (found !== undefined) return found;
  }
  return undefined;
}

const MAX_LENGTH = 40;
/** Two slips in a word that is shorter make another word of it. */
const LONG = 6;

function toPlain(word: string): string {
  return word.toLowerCase().replace(/[_-]/g, '');
}

/** A slip is a letter too many, one that is missing, one that is another, or two that changed places. */
function isWithin(left: string, right: string, slips: number): boolean {
  if (left === right) return true;
  if (slips === 0) return false;
  let same = 0;
  while (same < left.length && left[same] === right[same]) same++;
  const [a, b] = [left.slice(same), right.slice(same)];
  return (
    isWithin(a.slice(1), b, slips - 1) ||
    isWithin(a, b.slice(1), slips - 1) ||
    isWithin(a.slice(1), b.slice(1), slips - 1) ||
    (a[0] === b[1] && a[1] === b[0] && isWithin(a.slice(2), b.slice(2), slips - 1))
  );
}
