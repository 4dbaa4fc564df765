/**
 * Compares dotted versions by number. A leading `v` and everything behind the numbers (`-RC.1`, `+ds`) are ignored:
 * whether a release candidate of the needed version will do is not ours to refuse.
 *
 * @param {string} left
 * @param {string} right
 * @returns {number} negative, zero or positive, as a sort wants it
 */
export function compareVersions(left, right) {
  const [a, b] = [numbersOf(left), numbersOf(right)];
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/**
 * The first version in a program's `--version` output, such as `nats-server: v2.15.1`.
 *
 * @param {string} output
 * @returns {string | undefined}
 */
export function findVersion(output) {
  return /\d+\.\d+(\.\d+)?/.exec(output)?.[0];
}

/** @param {string} version */
function numbersOf(version) {
  return /^v?([\d.]*)/.exec(version.trim())?.[1]?.split('.').map(Number) ?? [];
}
