import assert from 'node:assert/strict';
import { test } from 'node:test';
import { didYouMean, editDistance } from './did-you-mean.ts';

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
