import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareVersions, findVersion } from './version.mjs';

test('compareVersions goes by number, not by text', () => {
  const cases: ReadonlyArray<[left: string, right: string, sign: number]> = [
    ['2.14.0', '2.14.0', 0],
    ['2.14', '2.14.0', 0],
    ['v2.14.5', '2.14.0', 1],
    ['2.9.10', '2.14.0', -1],
    ['2.10.27', '2.9.10', 1],
    ['3.0.0', '2.99.99', 1],
    ['2.14.0-RC.1', '2.14.0', 0],
    ['2.15.1+ds', '2.15.1', 0],
    ['', '0.0.1', -1],
  ];
  for (const [left, right, sign] of cases) {
    assert.equal(Math.sign(compareVersions(left, right)), sign, `${left} and ${right}`);
    assert.equal(Math.sign(compareVersions(right, left)), sign === 0 ? 0 : -sign, `${right} and ${left}`);
  }
});

test('findVersion reads what programs print', () => {
  assert.equal(findVersion('nats-server: v2.15.1\n'), '2.15.1');
  assert.equal(findVersion('nats-server: v2.14.5-RC.1'), '2.14.5');
  assert.equal(findVersion('usage: nats-server'), undefined);
});
