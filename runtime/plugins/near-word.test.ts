import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearWord } from './near-word.ts';

const KNOWN = ['name', 'permissions', 'call_timeout_ms', 'onUSBAttach', 'onUSBDetach', 'usb'];
const MEANT: readonly (readonly [word: string, meant: string | undefined])[] = [
  ['permisions', 'permissions'],
  ['premisions', 'permissions'],
  ['Permission', 'permissions'],
  ['nmae', 'name'],
  ['callTimeoutMs', 'call_timeout_ms'],
  ['onUsbAtach', 'onUSBAttach'],
  ['onUsbDettach', 'onUSBDetach'],
  ['', undefined],
  ['extra', undefined],
  ['mnea', undefined],
  ['permi', undefined],
  ['permissions'.repeat(10_000), undefined],
];

test('nearWord knows what was meant', () => {
  for (const [word, meant] of MEANT) assert.equal(nearWord(word, KNOWN), meant, word);
});
