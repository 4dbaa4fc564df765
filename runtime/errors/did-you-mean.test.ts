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
  const fields = ['name', 'permissions', 'call_timeout_ms', 'onUSBAttach', 'onUSBDetach', 'usb'];
  const cases: [string, readonly string[], string | undefined][] = [
    ['devise', commands, 'device'],
    ['DOCTOR', commands, 'doctor'],
    ['dcotor', commands, 'doctor'],
    ['pu', commands, 'up'],
    ['traces', commands, 'trace'],
    ['kubernetes', commands, undefined],
    ['x', commands, undefined],
    ['permisions', fields, 'permissions'],
    ['premisions', fields, 'permissions'],
    ['Permission', fields, 'permissions'],
    ['nmae', fields, 'name'],
    ['callTimeoutMs', fields, 'call_timeout_ms'],
    ['onUsbAtach', fields, 'onUSBAttach'],
    ['onUsbDettach', fields, 'onUSBDetach'],
    ['', fields, undefined],
    ['extra', fields, undefined],
    ['mnea', fields, undefined],
    ['permi', fields, undefined],
    ['permissions'.repeat(10_000), fields, undefined],
  ];
  for (const [word, candidates, expected] of cases) assert.equal(didYouMean(word, candidates), expected, word);
});
