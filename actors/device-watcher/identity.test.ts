import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deviceOf, identify } from './identity.ts';
import type { SeenDevice } from './snapshot.ts';

const SEEN: SeenDevice = {
  session: '1:4:77',
  bus: 1,
  address: 4,
  port: '1-4.2',
  vendorId: 0x1d6b,
  productId: 0x4,
  path: '/dev/bus/usb/001/004',
  partial: false,
};

test('identify goes by the serial where it tells devices apart, else by the port', () => {
  const table: [serial: string | undefined, taken: string[], id: string][] = [
    ['SN1', [], '1d6b:0004:SN1'],
    ['SN1', ['1d6b:0004:SN2', '1d6c:0004:SN1'], '1d6b:0004:SN1'],
    ['SN1', ['1d6b:0004:SN1'], '1d6b:0004@1-4.2'],
    [undefined, [], '1d6b:0004@1-4.2'],
    ['', [], '1d6b:0004@1-4.2'],
    [' \t ', [], '1d6b:0004@1-4.2'],
    [' a/b.c ', [], '1d6b:0004: a/b.c '],
    ['a\u0000\u001b', [], '1d6b:0004:a\u0000\u001b'],
    ['漢🖨', [], '1d6b:0004:漢🖨'],
    [undefined, ['1d6b:0004@1-4.2'], '1d6b:0004@1-4.2#2'],
    ['SN1', ['1d6b:0004:SN1', '1d6b:0004@1-4.2', '1d6b:0004@1-4.2#2'], '1d6b:0004@1-4.2#3'],
  ];
  for (const [serial, taken, id] of table) {
    assert.equal(identify(serial === undefined ? SEEN : { ...SEEN, serial }, new Set(taken)), id);
  }
});

test('identify keeps long serials apart within 210 bytes', () => {
  const long = ['x'.repeat(200), 'x'.repeat(201), `${'x'.repeat(200)}y`, '漢'.repeat(126), `${'漢'.repeat(125)}字`];
  const ids = long.map((serial) => identify({ ...SEEN, serial }, new Set()));
  assert.equal(new Set(ids).size, long.length);
  assert.equal(ids[0], `1d6b:0004:${'x'.repeat(200)}`);
  for (const id of ids) {
    assert.ok(Buffer.byteLength(id) <= 210, id);
    assert.ok(id.isWellFormed());
  }
});

test('deviceOf names what does not name itself', () => {
  const bare = deviceOf(SEEN, { id: 'i', host: 'h', at: 5 });
  assert.deepEqual(
    [bare.vendor, bare.product, 'deviceName' in bare, bare.virtual, bare.timestamp],
    ['Vendor 1d6b', 'Product 0004', false, false, 5],
  );
  const named = deviceOf(
    { ...SEEN, manufacturer: 'Acme', product: 'Pen', virtual: true },
    { id: 'i', host: 'h', at: 5 },
  );
  assert.deepEqual([named.vendor, named.product, named.deviceName, named.virtual], ['Acme', 'Pen', 'Pen', true]);
});
