import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dirname, join as joinPosix } from 'node:path/posix';
import { findClockUse } from './imports/find-clock-use.ts';
import { findCycles } from './imports/find-cycles.ts';
import { findImports, type Import } from './imports/find-imports.ts';
import { placeOf, refuseFile, refusePackage, refuseSecondFile } from './imports/layers.ts';

const SOURCES = '{proto,runtime,actors,cli,ui,scripts,test,deploy}/**/*.{ts,tsx,mjs}';
const LEFT_OUT = ['**/node_modules/**', 'ui/dist/**'];

/**
 * The rules of STYLE.md's "Who may import whom", and the rule that only the clock knows the time.
 *
 * @returns a line for each place that breaks one, sorted
 */
export function checkImports(root: string): string[] {
  const files = globSync(SOURCES, { cwd: root, exclude: LEFT_OUT }).sort();
  const sources = new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]));
  const imports = new Map([...sources].map(([file, source]) => [file, findImports(source)]));
  return [
    ...[...imports].flatMap(([file, each]) => each.flatMap((one) => checkImport(file, one))),
    ...refuseSecondFile(importersByPackage(imports)).map(({ file, why }) => `${file}: ${why}`),
    ...findCycles(graphOf(imports)).map((cycle) => `${cycle[0]}: import cycle: ${[...cycle, cycle[0]].join(' → ')}`),
    ...[...sources].filter(([file]) => needsClock(file)).flatMap(([file, source]) => checkClock(file, source)),
  ].sort();
}

function checkImport(file: string, { specifier, line }: Import): string[] {
  const why = isRelative(specifier)
    ? refuseFile(file, joinPosix(dirname(file), specifier))
    : refusePackage(file, specifier);
  return why === undefined ? [] : [`${file}:${line}: ${why} ("${specifier}")`];
}

function needsClock(file: string): boolean {
  const place = placeOf(file) ?? '';
  return /^(runtime|actors)(\/|$)/.test(place) && place !== 'runtime/clock' && !file.endsWith('.test.ts');
}

function checkClock(file: string, source: string): string[] {
  return findClockUse(source).map(
    ({ line, what }) => `${file}:${line}: ${what}: take the clock as a parameter, or say why not with "// clock: …"`,
  );
}

/** A worker's file that a module starts by URL may import that module: it runs in a thread of its own. */
function graphOf(imports: ReadonlyMap<string, readonly Import[]>): Map<string, string[]> {
  const graph = new Map<string, string[]>();
  for (const [file, each] of imports) {
    const modules = each.filter(({ kind, specifier }) => kind === 'module' && isRelative(specifier));
    graph.set(
      file,
      modules.map(({ specifier }) => joinPosix(dirname(file), specifier)),
    );
  }
  return graph;
}

function importersByPackage(imports: ReadonlyMap<string, readonly Import[]>): Map<string, string[]> {
  const importers = new Map<string, string[]>();
  for (const [file, each] of imports) {
    for (const { specifier } of each.filter((one) => !isRelative(one.specifier))) {
      importers.set(specifier, [...(importers.get(specifier) ?? []), file]);
    }
  }
  return importers;
}

function isRelative(specifier: string): boolean {
  return specifier.startsWith('.');
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '..');
  const problems = checkImports(root);
  for (const problem of problems) console.log(problem);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
