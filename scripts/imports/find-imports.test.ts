// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the cases are source text
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findImports } from './find-imports.ts';

const CASES: ReadonlyArray<[name: string, source: string, specifiers: string[]]> = [
  [
    'each form',
    "import 'a'; import b from 'b'; import * as c from \"c\"; export { d } from 'd'; export * from 'e';",
    ['a', 'b', 'c', 'd', 'e'],
  ],
  [
    'types',
    "import type { A } from 'a';\nimport { type B } from 'b';\nexport type { C } from 'c';\nlet d: import('d').D;",
    ['a', 'b', 'c', 'd'],
  ],
  ['over several lines', "import {\n  a,\n  b, // from 'x'\n} from 'a';", ['a']],
  ['without semicolons', "export const a = 1\nimport { b } from 'b'\nexport { c } from 'c'", ['b', 'c']],
  ['at run time', "await import('a'); const b = require('b'); import.meta.url; import(`c`);", ['a', 'b', 'c']],
  ['not in comments', "// import 'a';\n/* import 'b'; */ import 'c';", ['c']],
  ['not in strings', "const s = \"import 'a'\"; const t = `\nimport 'b'; ${f('${')} import 'c'`; import 'd';", ['d']],
  ['code in a template', "`${await import('a')} import 'b'`; import 'c';", ['a', 'c']],
  ['nested templates and braces', "`${{ a: `${1}` }.a} import 'b'`; import 'c';", ['c']],
  ['regular expressions with quotes', "const r = /['\"`]/g; const q = a / b; import 'c'; const d = 1 / 2; '/';", ['c']],
  ['a division is no regular expression', "const a = (b) / c; import 'd'; e /f;", ['d']],
  ['an apostrophe in JSX', "const a = <p>Don't</p>;\nimport 'b';", ['b']],
  ['methods of that name', "x.import('a'); y.require('b'); important('c');", []],
  [
    'files by URL only',
    "new URL('./worker.ts', import.meta.url); new URL('/graphql', base); new URL('../proto/x.json', b);",
    ['./worker.ts'],
  ],
];

test('findImports sees every way to name a module, and nothing else', () => {
  for (const [name, source, specifiers] of CASES) {
    const found = findImports(source).map(({ specifier }) => specifier);
    assert.deepEqual(found.sort(), specifiers, name);
  }
});

test('findImports counts lines from 1', () => {
  assert.deepEqual(findImports("\nimport {\n  a,\n} from 'a';"), [{ specifier: 'a', line: 4, kind: 'module' }]);
});
