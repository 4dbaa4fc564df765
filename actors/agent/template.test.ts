import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fill, lookUp, parsePath, placeholdersIn } from './template.ts';
import { MAX_BYTES } from './value-size.ts';

const SCOPE = {
  trigger: { type: 'device', device: { id: '1d6b:0104:A1', bus: 3, serial: null, virtual: false } },
  find: { output: { memories: [{ text: 'first' }, { text: 'a $& {{trigger.type}}' }], total: 2 } },
};

describe('fill', () => {
  const table: ReadonlyArray<readonly [value: unknown, filled: unknown]> = [
    ['{{trigger.device.bus}}', 3],
    ['{{ trigger.device.bus }}', 3],
    ['{{trigger.device.virtual}}', false],
    ['{{trigger.device.serial}}', null],
    ['{{trigger.device}}', SCOPE.trigger.device],
    ['{{find.output.memories[0].text}}', 'first'],
    ['{{find.output.memories.1}}', { text: 'a $& {{trigger.type}}' }],
    ['{{find.output.memories.length}}', 2],
    ['{{trigger.nothing.at.all}}', null],
    ['{{nobody}}', null],
    ['bus {{trigger.device.bus}}: {{trigger.device.id}}', 'bus 3: 1d6b:0104:A1'],
    ['[{{trigger.device.serial}}{{trigger.nothing}}]', '[]'],
    ['{{find.output.memories[0]}}!', '{"text":"first"}!'],
    ['{{find.output.memories[1].text}} again', 'a $& {{trigger.type}} again'],
    ['{{trigger.type}}{{trigger.type}}', 'devicedevice'],
    ['{{a b}} {{}} {{ {{trigger.type}} }}', '{{a b}} {{}} {{ device }}'],
    [
      { a: ['{{trigger.type}}', 1, null, true], b: { c: 'x' } },
      { a: ['device', 1, null, true], b: { c: 'x' } },
    ],
    ['', ''],
    [7, 7],
  ];
  for (const [value, filled] of table) {
    test(`makes ${JSON.stringify(filled)} of ${JSON.stringify(value)}`, () => {
      assert.deepEqual(fill(value, SCOPE), filled);
    });
  }

  test('reaches own properties alone, and nothing of JavaScript', () => {
    const own = JSON.parse('{"node":{"output":{"__proto__":"mine","list":["a"]}}}');
    for (const path of [
      'node.constructor',
      'node.output.constructor.constructor',
      'node.output.toString',
      'node.output.list.map',
      'node.output.list[0].length',
      'node.output.list.-1',
      'node.output.list.01',
      'node.__proto__',
      '__proto__.polluted',
      'constructor',
      'hasOwnProperty',
    ]) {
      assert.equal(fill(`{{${path}}}`, own), null, path);
    }
    assert.equal(fill('{{node.output.__proto__}}', own), 'mine');
  });

  test('keeps a property called __proto__ a property', () => {
    const filled = fill(JSON.parse('{"__proto__":{"isAdmin":true},"a":1}'), SCOPE) as object;
    assert.equal(JSON.stringify(filled), '{"__proto__":{"isAdmin":true},"a":1}');
    assert.equal(Object.getPrototypeOf(filled), Object.prototype);
    assert.equal(Object.hasOwn(Object.prototype, 'isAdmin'), false);
  });

  test('refuses what grows beyond its bound, soon', () => {
    const scope = { big: { output: 'x'.repeat(60_000) } };
    const tooLarge = { code: 'AW_AGENT_VALUE_TOO_LARGE' };
    assert.throws(() => fill('{{big.output}}'.repeat(700), scope), tooLarge);
    assert.throws(() => fill(Array(10_000).fill('{{big.output}}'), scope), tooLarge);
    assert.throws(() => fill(Array(10_000).fill('{{big}}!'), scope), tooLarge);
    assert.equal((fill(['{{big.output}}', 'y'], scope) as string[])[0], scope.big.output);
    let deep: unknown = '{{big.output}}';
    for (let level = 0; level < 70; level++) deep = [deep];
    assert.throws(() => fill(deep, scope), tooLarge);
    assert.throws(() => fill('{{deep}}', { deep }), tooLarge);
    assert.ok(MAX_BYTES.value < 3 * 60_000);
  });
});

test('parsePath takes names and indexes, and nothing else', () => {
  assert.deepEqual(parsePath(' a.b[0][12].c-d '), ['a', 'b', '0', '12', 'c-d']);
  for (const text of ['', ' ', '.', 'a.', '.a', 'a..b', 'a b', 'a[x]', 'a[]', 'a[-1]', 'a.'.repeat(40)]) {
    assert.equal(parsePath(text), undefined, text);
  }
  assert.equal(lookUp(['find', 'output', 'total'], SCOPE), 2);
});

test('placeholdersIn finds all of them, with their places', () => {
  const found = placeholdersIn({ 'a/b': ['{{x}} {{y z}}'], c: { d: '{{q.r}}' } }, '/nodes/0/input');
  assert.deepEqual(found, [
    { at: '/nodes/0/input/a~1b/0', text: 'x', path: ['x'] },
    { at: '/nodes/0/input/a~1b/0', text: 'y z', path: undefined },
    { at: '/nodes/0/input/c/d', text: 'q.r', path: ['q', 'r'] },
  ]);
});
