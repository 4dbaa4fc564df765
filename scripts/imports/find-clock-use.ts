import { maskSource } from './mask-source.ts';

/** Time and chance that are not asked of the clock: nothing that uses them can be repeated. */
const USES = [
  /\bDate\.now\b/g,
  /\bnew\s+Date\s*(?:\(\s*\)|(?!\s*\())/g,
  /(?<![.\w$]|new\s+)Date\s*\(\s*\)/g,
  /(?<![.\w$#])(?:globalThis\.)?(?:setTimeout|setInterval)\s*\(/g,
  /\bMath\.random\b/g,
];

/** `// clock: why this must be the real one`, on the line itself or alone on the line above. */
const PERMISSION = /\/\/ clock: \S/;

export interface ClockUse {
  readonly line: number;
  readonly what: string;
}

export function findClockUse(source: string): ClockUse[] {
  const mask = maskSource(source);
  const lines = source.split('\n');
  const isPermitted = (line: number) => {
    const above = lines[line - 2]?.trim() ?? '';
    return PERMISSION.test(lines[line - 1] ?? '') || (above.startsWith('//') && PERMISSION.test(above));
  };
  return USES.flatMap((use) => [...mask.matchAll(use)])
    .map((match) => ({ line: mask.slice(0, match.index).split('\n').length, what: match[0].replace(/\s*\($/, '') }))
    .filter(({ line }) => !isPermitted(line))
    .sort((left, right) => left.line - right.line);
}
