/** True for a subject that the filter names: `*` stands for one token, `>` at the end for one or more. */
export type SubjectFilter = (subject: string) => boolean;

export function isLiteral(filter: string): boolean {
  return !/(^|\.)(\*|>)(\.|$)/.test(filter);
}

export function compileFilter(filter: string): SubjectFilter {
  if (isLiteral(filter)) return (subject) => subject === filter;
  if (filter === '>') return () => true;
  const wanted = filter.split('.');
  return (subject) => matches(wanted, subject);
}

/** Compares token by token without cutting the subject into pieces: most subjects differ early. */
function matches(wanted: readonly string[], subject: string): boolean {
  let start = 0;
  for (let index = 0; index < wanted.length; index++) {
    if (start > subject.length) return false;
    const token = wanted[index]!;
    if (token === '>') return start < subject.length;
    let end = subject.indexOf('.', start);
    if (end === -1) end = subject.length;
    if (token !== '*' && (end - start !== token.length || !subject.startsWith(token, start))) return false;
    start = end + 1;
  }
  return start === subject.length + 1;
}
