import { maskSource } from './mask-source.ts';

export interface Import {
  readonly specifier: string;
  /** Counted from 1. */
  readonly line: number;
  /** `url`: a file named by `new URL('./x.ts', import.meta.url)`, which a worker or child process then runs. */
  readonly kind: 'module' | 'url';
}

/**
 * Every way in which TypeScript names another module: `import` and `export … from` (types too), `import()`,
 * `require()`. The place is found in the mask, where a string cannot look like code; the name is read in the source.
 */
export function findImports(source: string): Import[] {
  const mask = maskSource(source);
  const found = PATTERNS.flatMap(({ pattern, kind }) =>
    [...mask.matchAll(pattern)].map((match) => {
      const open = match.index + match[0].length - 1;
      const close = mask.indexOf(mask[open] ?? '', open + 1);
      const line = mask.slice(0, open).split('\n').length;
      return { specifier: source.slice(open + 1, close), line, kind };
    }),
  );
  return found.filter(({ kind, specifier }) => kind === 'module' || /^\.{1,2}\/.*\.[mc]?[jt]sx?$/.test(specifier));
}

/** Each ends with the quote that opens the specifier. */
const PATTERNS = [
  { kind: 'module', pattern: /(?<![.\w$])(?:import|export)\b(?!\s*\()[^;'"`]*?\bfrom\s*['"]/g },
  { kind: 'module', pattern: /(?<![.\w$])import\s*['"]/g },
  { kind: 'module', pattern: /(?<![.\w$])(?:import|require)\s*\(\s*['"`]/g },
  { kind: 'url', pattern: /(?<![.\w$])new\s+URL\(\s*['"]/g },
] as const;
