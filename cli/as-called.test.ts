import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asCalled, FIRST_WORDS, programOf } from './as-called.ts';
import { COMMANDS } from './command-table.ts';

test('programOf tells npx from everything else that npm runs', () => {
  const cases: [Record<string, string>, string][] = [
    [{}, 'autoweave'],
    [{ npm_command: 'exec', npm_lifecycle_event: 'npx' }, 'npx autoweave'],
    [{ npm_command: 'run', npm_lifecycle_event: 'autoweave' }, 'autoweave'],
    [{ npm_command: 'run-script', npm_lifecycle_event: 'autoweave' }, 'autoweave'],
    [{ npm_command: 'start', npm_lifecycle_event: 'start' }, 'autoweave'],
  ];
  for (const [env, expected] of cases) assert.equal(programOf(env), expected, JSON.stringify(env));
});

test('asCalled rewrites command lines, each once, and nothing else', () => {
  const cases: [string, string][] = [
    ['autoweave plugin ls shows all', 'npx autoweave plugin ls shows all'],
    ['run "autoweave doctor"', 'run "npx autoweave doctor"'],
    ['npx autoweave plugin ls; autoweave plugin load DIR', 'npx autoweave plugin ls; npx autoweave plugin load DIR'],
    ['Usage: autoweave <command> [options]', 'Usage: npx autoweave <command> [options]'],
    ['autoweave --help', 'npx autoweave --help'],
    ['./autoweave up and my-autoweave up', './autoweave up and my-autoweave up'],
    ['autoweave jobs, autoweave is, autoweave', 'autoweave jobs, autoweave is, autoweave'],
  ];
  for (const [text, expected] of cases) {
    assert.equal(asCalled(text, 'npx autoweave'), expected);
    assert.equal(asCalled(expected, 'autoweave'), text.replace('npx ', ''));
  }
});

test('FIRST_WORDS are those of all commands', () => {
  assert.deepEqual([...FIRST_WORDS], [...new Set(COMMANDS.map(({ words }) => words[0]!))].sort());
});
