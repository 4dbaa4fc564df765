import assert from 'node:assert/strict';
import { test } from 'node:test';
import { didYouMeanCommand } from './did-you-mean.ts';

test('didYouMeanCommand finds commands of two words by what is left of them', () => {
  const commands = [
    'up',
    'device ls',
    'device plug',
    'plugin load',
    'plugin ls',
    'job ls',
    'agent ls',
    'job show',
    'actor show',
  ];
  const cases: [string, string[]][] = [
    ['plug', ['device plug']],
    ['plgu', ['device plug']],
    ['load plugin', ['plugin load']],
    ['load ./x', ['plugin load']],
    ['show', ['job show', 'actor show']],
    ['pluginload', ['plugin load']],
    ['plugin-load', ['plugin load']],
    ['plugins load', ['plugin']],
    ['ls', []],
    ['kubernetes', []],
  ];
  for (const [line, expected] of cases) {
    const found = didYouMeanCommand(
      line.split(' '),
      commands.map((command) => command.split(' ')),
    );
    assert.deepEqual(found, expected, line);
  }
});
