/**
 * Questions to `apt-get` whose answers, one after the other, `debianMirrors` reads. apt itself thereby reads its
 * sources, in either format, with every option they may have. With release information it names only repositories
 * whose index it has fetched, and a fresh container has fetched none: so it is asked for both.
 */
export const MIRROR_QUESTIONS = [[], ['--no-release-info']].map((options) => [
  'indextargets',
  ...options,
  '--format',
  '$(REPO_URI)|$(COMPONENT)|$(ORIGIN)|$(LABEL)',
]);

/**
 * The mirrors of Debian's main archive among the repositories that this machine uses, the surest first. A repository
 * says itself what it is (origin and label) once apt has fetched its index; before that its address must do. Guessing
 * wrong costs a refused download: nothing is believed without Debian's signature.
 *
 * @param {string} answers a line for each index of each repository
 * @returns {string[]} without duplicates
 */
export function debianMirrors(answers) {
  const repositories = answers
    .split('\n')
    .map((line) => line.trim().split('|'))
    .filter(([uri = '', component]) => component === 'main' && !uri.startsWith('cdrom:'));
  const known = repositories.filter(([, , origin]) => isKnown(origin));
  const named = known.filter(([, , origin, label]) => origin === 'Debian' && label === 'Debian');
  const likely = repositories.filter(
    ([uri = '']) =>
      /(^|\/)debian(\/|\.list|$)/.test(uri) && !uri.includes('security') && !known.some(([one]) => one === uri),
  );
  return [...new Set([...named, ...likely].map(([uri = '']) => uri))];
}

/**
 * apt leaves the placeholder as it is where it knows no value.
 *
 * @param {string | undefined} value
 */
function isKnown(value) {
  return value !== undefined && value !== '' && !value.startsWith('$(');
}
