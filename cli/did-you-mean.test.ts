import assert from 'node:assert/strict';
import { test } from 'node:test';
import { didYouMean, didYouMeanCommand, editDistance } from './did-you-mean.ts';

test('editDistance counts slips of the finger', () => {
  const cases: [string, string, number][] = [
    ['', '', 0],
    ['device', 'device', 0],
    ['devise', 'device', 1],
    ['devcie', 'device', 1],
    ['devic', 'device', 1],
    ['ddevice', 'device', 1],
    ['', 'abc', 3],
    ['kitten', 'sitting', 3],
  ];
  for (const [from, to, expected] of cases) assert.equal(editDistance(from, to), expected, `${from} → ${to}`);
});

test('didYouMean suggests what is like it, and nothing else', () => {
  const commands = ['up', 'doctor', 'config', 'device', 'actor', 'dead', 'trace'];
  const cases: [string, string | undefined][] = [
    ['devise', 'device'],
    ['DOCTOR', 'doctor'],
    ['dcotor', 'doctor'],
    ['pu', 'up'],
    ['traces', 'trace'],
    ['kubernetes', undefined],
    ['x', undefined],
  ];
  for (const [word, expected] of cases) assert.equal(didYouMean(word, commands), expected, word);
});

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
