import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dataTemplate } from './data-template.ts';

test('dataTemplate gives what is required, with the simplest values', () => {
  const schema = {
    type: 'object',
    required: ['name', 'times', 'mode', 'tags', 'parts', 'deep', 'isDry'],
    properties: {
      name: { type: 'string' },
      times: { type: 'integer', minimum: 1 },
      mode: { enum: ['fast', 'slow'] },
      tags: { type: 'array', items: { type: 'string' } },
      parts: { type: 'array', minItems: 1, items: { type: 'object', required: ['id'], properties: { id: {} } } },
      deep: { type: 'object', required: ['on'], properties: { on: { type: ['boolean', 'null'], default: true } } },
      isDry: { type: 'boolean' },
      optional: { type: 'string' },
    },
  };
  const expected = {
    name: '',
    times: 1,
    mode: 'fast',
    tags: [],
    parts: [{ id: {} }],
    deep: { on: true },
    isDry: false,
  };
  assert.deepEqual(dataTemplate(schema), expected);
});

test('dataTemplate gives an empty object for a schema that it does not understand, or that has no end', () => {
  for (const schema of [null, undefined, true, {}, { $ref: 'elsewhere' }, []]) {
    assert.deepEqual(dataTemplate(schema), {});
  }
  const endless: Record<string, unknown> = { type: 'object', required: ['next'] };
  endless['properties'] = { next: endless };
  assert.match(JSON.stringify(dataTemplate(endless)), /^(\{"next":){5}\{\}\}{5}$/);
});
