import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, test } from 'node:test';
import { CONFIG_ENTRIES, type ConfigEntry, OTHER_VARIABLES } from '../../cli/config-entries.ts';
import { ROOT } from '../harness/root.ts';

/** The documents say what the sources do: no code, no variable and no file is missing, and none is made up. */

const SOURCES = '{runtime,actors,cli,scripts,ui/src}/**/*.{ts,tsx,mjs}';
const DOCUMENTS = ['README.md', 'docs/**/*.md'];
/** What begins like a code and is none: the form of one, and the beginning of set-up's. */
const NO_CODES = ['AW_NOUN_PROBLEM', 'AW_SETUP_'];
/** Their default depends on the machine; its row says so in words. */
const WORDS: Readonly<Record<string, string>> = { AUTOWEAVE_HOSTNAME: "the machine's name" };

describe('errors.md', () => {
  const document = read('docs/operations/errors.md');
  const source = sources();

  test('has a row for every code in the sources, and no other', () => {
    assert.deepEqual(compare(codesIn(source), rowsOf(document)), { missing: [], madeUp: [] });
  });

  test('control: a code without a row is found, and a row without a code', () => {
    const withAnother = `${source}\nthrow new AutoWeaveError('AW_MADE_UP', 'No row has it');`;
    assert.deepEqual(compare(codesIn(withAnother), rowsOf(document)), { missing: ['AW_MADE_UP'], madeUp: [] });
    const withRow = `${document}\n| \`AW_MADE_UP\` | No source has it. | Nothing. |\n`;
    assert.deepEqual(compare(codesIn(source), rowsOf(withRow)), { missing: [], madeUp: ['AW_MADE_UP'] });
  });

  test('has one row for each code, with three cells', () => {
    const rows = rowsOf(document);
    assert.deepEqual(
      rows.filter((code, index) => rows.indexOf(code) !== index),
      [],
    );
    for (const line of document.split('\n').filter((text) => text.startsWith('| `AW_')))
      assert.equal(cellsOf(line).filter((cell) => cell !== '').length, 3, line);
  });
});

describe('running.md', () => {
  const document = read('docs/operations/running.md');
  const entries: readonly ConfigEntry[] = Object.values(CONFIG_ENTRIES);

  test('has a row for every variable, with its default and its flag', () => {
    assert.deepEqual(entries.map((entry) => findFault(entry, document)).filter(Boolean), []);
  });

  test('control: a variable without a row is found, and one whose default has changed', () => {
    const port: ConfigEntry = CONFIG_ENTRIES.port;
    assert.equal(findFault({ ...port, env: 'AUTOWEAVE_MADE_UP' }, document), 'AUTOWEAVE_MADE_UP has no row');
    assert.match(findFault({ ...port, default: () => 4001 }, document) ?? '', /^AUTOWEAVE_PORT has the row/);
    assert.match(findFault({ ...port, flag: '--made-up' }, document) ?? '', /^AUTOWEAVE_PORT has the row/);
  });

  test('names the other variables, and none that does not exist', () => {
    const known: readonly string[] = [...entries.map(({ env }) => env), ...OTHER_VARIABLES];
    const named = new Set(document.match(/AUTOWEAVE_[A-Z0-9_]*[A-Z0-9]/g));
    for (const name of OTHER_VARIABLES) assert.ok(named.has(name), name);
    assert.deepEqual(
      [...named].filter((name) => !known.includes(name)),
      [],
    );
  });
});

describe('links', () => {
  const documents = globSync(DOCUMENTS, { cwd: ROOT }).sort();

  test('lead to a file that exists, and to a heading in it', () => {
    assert.ok(documents.includes('README.md') && documents.includes('docs/operations/errors.md'));
    assert.deepEqual(
      documents.flatMap((file) => brokenLinks(file, read(file))),
      [],
    );
  });

  test('control: a link to no file is found, and one to no heading', () => {
    const text = [
      '[here](running.md), [there](../guide/actors.md#failure), ![a picture](made-up.png), `[code](made-up.ts)`',
      '[nowhere](../made-up.md) and [no heading](running.md#made-up); [elsewhere](https://example.com/made-up.md)',
      '```',
      '[in a block](made-up.md)',
      '```',
      '<img src="../images/made-up.png">',
    ].join('\n');
    assert.deepEqual(brokenLinks('docs/operations/errors.md', text), [
      'docs/operations/errors.md: made-up.png',
      'docs/operations/errors.md: ../made-up.md',
      'docs/operations/errors.md: running.md#made-up',
      'docs/operations/errors.md: ../images/made-up.png',
    ]);
  });
});

function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

/** Tests are left out: they make codes up. */
function sources(): string {
  const files = globSync(SOURCES, { cwd: ROOT, exclude: ['**/*.test.ts', '**/node_modules/**'] });
  return files.map(read).join('\n');
}

function codesIn(source: string): readonly string[] {
  return [...new Set(source.match(/\bAW_[A-Z0-9_]+/g))].filter((code) => !NO_CODES.includes(code)).sort();
}

/** The codes that have a row of a table to themselves. */
function rowsOf(document: string): readonly string[] {
  return [...document.matchAll(/^\| `(AW_[A-Z0-9_]+)` \|/gm)].map(([, code]) => code!);
}

function compare(codes: readonly string[], rows: readonly string[]) {
  return {
    missing: codes.filter((code) => !rows.includes(code)),
    madeUp: rows.filter((code) => !codes.includes(code)),
  };
}

/** What is wrong with a variable's row; nothing when it is right. */
function findFault(entry: ConfigEntry, document: string): string | undefined {
  const row = document.split('\n').find((line) => line.startsWith(`| \`${entry.env}\` |`));
  if (row === undefined) return `${entry.env} has no row`;
  const [, shownDefault, shownFlag] = cellsOf(row);
  const [wantedDefault, wantedFlag] = [defaultOf(entry), entry.flag === undefined ? '' : `\`${entry.flag}\``];
  if (shownDefault === wantedDefault && shownFlag === wantedFlag) return undefined;
  return `${entry.env} has the row "${row}", not ${wantedDefault} and "${wantedFlag}"`;
}

function defaultOf({ env, default: make }: ConfigEntry): string {
  const word = WORDS[env];
  if (word !== undefined) return word;
  const value = make({ root: ROOT });
  if (value === null || (Array.isArray(value) && value.length === 0)) return 'none';
  if (typeof value === 'boolean') return value ? '`on`' : '`off`';
  const text = String(value);
  return `\`${text.startsWith(ROOT) ? relative(ROOT, text) : text}\``;
}

function cellsOf(row: string): readonly string[] {
  return row
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}

/** Relative links that lead nowhere, as `document: link`. Code is no link, and other hosts are not asked. */
function brokenLinks(file: string, text: string): readonly string[] {
  const prose = text.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '');
  const links = [...prose.matchAll(/\]\(\s*<?([^)\s>]+)|\b(?:src|href)="([^"]+)"/g)].map(
    ([, link, html]) => link ?? html!,
  );
  return links
    .filter((link) => !/^[a-z][a-z+.-]*:/i.test(link) && !leadsSomewhere(file, link))
    .map((link) => `${file}: ${link}`);
}

function leadsSomewhere(file: string, link: string): boolean {
  const [path = '', heading] = link.split('#');
  const target = path === '' ? join(ROOT, file) : join(ROOT, dirname(file), decodeURI(path));
  if (!existsSync(target)) return false;
  return heading === undefined || anchorsOf(readFileSync(target, 'utf8')).includes(heading);
}

/** Headings as GitHub names them: lower case, hyphens for blanks, nothing else but letters, digits and `_`. */
function anchorsOf(markdown: string): readonly string[] {
  return [...markdown.matchAll(/^#{1,6} +(.+?) *$/gm)].map(([, title]) =>
    title!
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-'),
  );
}
