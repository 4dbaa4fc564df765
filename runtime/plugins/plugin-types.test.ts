import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createContracts } from '../contracts/contracts.ts';
import { createPluginTypes } from './plugin-types.ts';

type Types = Record<string, Record<string, unknown>>;

const CONFLICT = { code: 'AW_SCHEMA_CONFLICT' };
const NUMBER = { type: 'number' };
const TEXT = { type: 'string' };

function open() {
  const contracts = createContracts({ 'agent.run': {} });
  const loaded = new Set<string>();
  const types = createPluginTypes(contracts, (name) => loaded.has(name));
  const learn = (name: string, jobs: Types, events: Types = {}) => {
    types.learn({ name, jobs, events });
    loaded.add(name);
  };
  const takes = (type: string, data: unknown) => {
    try {
      contracts.validate(type, data);
      return true;
    } catch {
      return false;
    }
  };
  return { contracts, loaded, types, learn, takes };
}

describe('the types of plugins', () => {
  test('are those of the newest load', () => {
    const { contracts, learn, takes } = open();
    learn('one', { 'a.a': NUMBER, 'a.b': NUMBER }, { 'a.c': NUMBER });
    learn('one', { 'a.a': TEXT }, { 'a.b': TEXT });
    assert.deepEqual(contracts.types(), ['agent.run', 'a.a', 'a.b']);
    assert.deepEqual([takes('a.a', 'x'), takes('a.a', 1), takes('a.b', 'x')], [true, false, true]);
  });

  test('belong to a plugin while it is loaded, and are known until another one takes them', () => {
    const { contracts, loaded, learn, takes } = open();
    learn('one', { 'a.a': NUMBER, 'a.b': NUMBER });
    assert.throws(() => learn('two', { 'a.c': TEXT, 'a.a': TEXT }), CONFLICT);
    assert.equal(contracts.has('a.c'), false, 'nothing is changed');
    loaded.delete('one');
    assert.equal(takes('a.a', 1), true);
    learn('two', { 'a.a': TEXT });
    assert.deepEqual([takes('a.a', 'x'), takes('a.b', 1)], [true, true]);
    assert.throws(() => learn('one', { 'a.a': NUMBER }), CONFLICT);
  });

  test('are none of those of AutoWeave', () => {
    const { learn, takes } = open();
    assert.throws(() => learn('one', { 'agent.run': TEXT }), CONFLICT);
    assert.equal(takes('agent.run', 1), true);
  });

  test('are forgotten when the plugins end, and can be learnt again', () => {
    const { contracts, types, learn } = open();
    learn('one', { 'a.a': NUMBER });
    types[Symbol.dispose]();
    assert.deepEqual(contracts.types(), ['agent.run']);
    createPluginTypes(contracts, () => true).learn({ name: 'one', jobs: { 'a.a': NUMBER } });
  });
});
