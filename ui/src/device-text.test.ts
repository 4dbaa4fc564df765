import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseHex, speedText, usbId } from './device-text.ts';

test('usbId writes ids as lsusb does', () => {
  assert.equal(usbId({ vendorId: 0x1209, productId: 1 }), '1209:0001');
  assert.equal(usbId({ vendorId: 0, productId: 65535 }), '0000:ffff');
});

test('parseHex takes what a person types and nothing else', () => {
  const table: ReadonlyArray<readonly [text: string, expected: number | null]> = [
    ['1209', 0x1209],
    ['0x1209', 0x1209],
    [' FFff ', 0xffff],
    ['1', 1],
    ['12090', null],
    ['', null],
    ['0x', null],
    ['12g9', null],
    ['-1', null],
  ];
  for (const [text, expected] of table) assert.equal(parseHex(text), expected, text);
});

test('speedText gives the unit', () => {
  const table: ReadonlyArray<readonly [speed: string | null, expected: string]> = [
    ['480', '480 Mb/s'],
    ['1.5', '1.5 Mb/s'],
    ['5000', '5 Gb/s'],
    ['unknown', 'unknown'],
    ['', '–'],
    [null, '–'],
  ];
  for (const [speed, expected] of table) assert.equal(speedText(speed), expected);
});
