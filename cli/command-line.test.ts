import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { CommandSpec } from './command.ts';
import { parseCommandLine } from './command-line.ts';
import { usageLine } from './help.ts';

const load = () => Promise.reject(new Error('not loaded here'));
const COMMANDS: readonly CommandSpec[] = [
  { words: ['up'], summary: 'Run', options: [{ name: 'no-usb', description: '' }], examples: [], load },
  {
    words: ['device', 'plug'],
    summary: 'Plug',
    arguments: [
      { name: 'ID', description: '' },
      { name: 'NOTE', description: '', isOptional: true },
    ],
    options: [
      { name: 'serial', value: 'TEXT', description: '' },
      { name: 'tag', value: 'TEXT', description: '', isRepeatable: true },
    ],
    examples: [],
    load,
  },
  { words: ['device', 'ls'], summary: 'List', examples: [], load },
  {
    words: ['find'],
    summary: 'Find',
    arguments: [
      { name: 'WHERE', description: '' },
      { name: 'WORD', description: '', isOptional: true, isRepeatable: true },
    ],
    examples: [],
    load,
  },
];

suite('parseCommandLine', () => {
  test('finds command, arguments and options', () => {
    const cases: [string, Record<string, string | undefined>, string[], string | undefined][] = [
      ['device plug a', { ID: 'a', NOTE: undefined }, [], undefined],
      ['device plug a b --serial s1', { ID: 'a', NOTE: 'b' }, [], 's1'],
      ['device plug --serial=-s a', { ID: 'a', NOTE: undefined }, [], '-s'],
      ['--json device plug a', { ID: 'a', NOTE: undefined }, [], undefined],
      ['device plug --tag x a --tag y', { ID: 'a', NOTE: undefined }, ['x', 'y'], undefined],
      ['device plug -- --strange', { ID: '--strange', NOTE: undefined }, [], undefined],
    ];
    for (const [line, args, tags, serial] of cases) {
      const request = parseCommandLine(line.split(' '), COMMANDS);
      assert.equal(request.kind, 'run', line);
      assert.deepEqual(request.command.words, ['device', 'plug'], line);
      assert.deepEqual(request.arguments, args, line);
      assert.deepEqual(request.options.texts('tag'), tags, line);
      assert.equal(request.options.text('serial'), serial, line);
      assert.equal(request.options.flag('json'), line.includes('--json'), line);
    }
  });

  test('gives all that a last argument takes, in order', () => {
    const cases: [string, string | undefined, string[]][] = [
      ['find here', undefined, []],
      ['find here a', 'a', ['a']],
      ['find here a --json b -- --c', 'a', ['a', 'b', '--c']],
    ];
    for (const [line, first, several] of cases) {
      const request = parseCommandLine(line.split(' '), COMMANDS);
      assert.equal(request.kind, 'run', line);
      assert.deepEqual(request.arguments, { WHERE: 'here', WORD: first }, line);
      assert.deepEqual(request.several, several, line);
    }
    assert.throws(() => parseCommandLine(['find'], COMMANDS), /WHERE is missing/);
    assert.equal(usageLine(COMMANDS.at(-1)!), 'autoweave find WHERE [WORD…] [options]');
  });

  test('gives help and version where they are asked for', () => {
    const cases: [string, string[] | 'version'][] = [
      ['', []],
      ['--help', []],
      ['-h', []],
      ['help', []],
      ['help device', ['device']],
      ['help device plug', ['device', 'plug']],
      ['device', ['device']],
      ['device --help', ['device']],
      ['device plug --help', ['device', 'plug']],
      ['device plug --serial s -h', ['device', 'plug']],
      ['--version', 'version'],
    ];
    for (const [line, expected] of cases) {
      const request = parseCommandLine(line === '' ? [] : line.split(' '), COMMANDS);
      const found = request.kind === 'help' ? request.words : request.kind;
      assert.deepEqual(found, expected, line);
    }
  });

  test('says what is wrong, and what was meant', () => {
    const cases: [string, RegExp][] = [
      ['devise', /^autoweave: unknown command "devise" \(did you mean "device"\?\)$/],
      ['device plugg', /^autoweave device: unknown command "plugg" \(did you mean "plug"\?\)$/],
      ['device xyzzy', /^autoweave device: unknown command "xyzzy"$/],
      ['plug', /^autoweave: unknown command "plug" \(did you mean "device plug"\?\)$/],
      ['--jsn', /^autoweave: unknown option "--jsn"$/],
      ['up --no-ubs', /^autoweave up: unknown option "--no-ubs" \(did you mean "--no-usb"\?\)$/],
      ['up --usb', /unknown option "--usb"/],
      ['up -x', /unknown option "-x"/],
      ['up --no-usb=yes', /--no-usb takes no value/],
      ['device plug', /ID is missing/],
      ['device plug a b c', /unexpected argument "c"/],
      ['device plug a --serial', /--serial needs a value: --serial TEXT/],
      ['device plug a --serial --json', /--serial needs a value/],
      ['device plug a --serial s --serial t', /--serial is given twice/],
      ['up now', /unexpected argument "now"/],
    ];
    for (const [line, expected] of cases) {
      assert.throws(
        () => parseCommandLine(line.split(' '), COMMANDS),
        (error: Error & { code?: string; hint?: string }) => {
          assert.equal(error.code, 'AW_CLI_USAGE', line);
          assert.match(error.message, expected);
          assert.match(error.hint ?? '', /^autoweave.* --help$/);
          return true;
        },
      );
    }
  });
});
