import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JOB_TYPES, SCHEMAS, SHARED_SCHEMAS } from '../../proto/generated/messages.ts';
import { isMessageType } from '../message/subjects.ts';
import { createContracts, type JsonSchema } from './contracts.ts';

const schema = {
  type: 'object',
  properties: { add: { type: 'number' } },
  required: ['add'],
  additionalProperties: false,
};

test('validate says where data breaks its schema', () => {
  const contracts = createContracts({ 'counter.add': schema });
  contracts.validate('counter.add', { add: 1 });
  assert.throws(() => contracts.validate('counter.add', { add: 'x' }), {
    code: 'AW_DATA_INVALID',
    message: /\/add must be number/,
  });
  assert.throws(() => contracts.validate('counter.add', { add: 1, b: 2 }), { code: 'AW_DATA_INVALID', message: /"b"/ });
  assert.throws(() => contracts.validate('counter.add', null), { code: 'AW_DATA_INVALID' });
  assert.throws(() => contracts.validate('counter.sub', {}), { code: 'AW_TYPE_UNKNOWN' });
});

test('add takes a new type, or the same schema again, and refuses another one', () => {
  const contracts = createContracts({ 'counter.add': schema });
  contracts.add('counter.add', structuredClone(schema));
  contracts.add('counter.sub', schema);
  contracts.validate('counter.sub', { add: 1 });
  assert.throws(() => contracts.add('counter.add', { type: 'object' }), { code: 'AW_SCHEMA_CONFLICT' });
  assert.throws(() => contracts.add('counter.bad', { type: 'nonsense' }), { code: 'AW_SCHEMA_INVALID' });
});

test('every schema of proto compiles, references included', () => {
  const contracts = createContracts(
    SCHEMAS as Record<string, JsonSchema>,
    SHARED_SCHEMAS as Record<string, JsonSchema>,
  );
  for (const type of contracts.types()) {
    assert.throws(() => contracts.validate(type, 'no object'), { code: 'AW_DATA_INVALID' });
  }
});

for (const type of JOB_TYPES) {
  test(`job ${type} describes each of its fields, and takes no other`, () => {
    const { description, additionalProperties, properties } = SCHEMAS[type];
    assert.ok(isMessageType(type));
    assert.match(String(description), /^Job: /);
    assert.equal(additionalProperties, false);
    for (const [field, schema] of Object.entries(
      properties as Record<string, { description?: string; $ref?: string }>,
    )) {
      assert.ok(schema.description ?? schema.$ref, field);
    }
  });
}
