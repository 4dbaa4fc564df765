import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorPlaces, findInJson } from './json-place.ts';

const TEXT = `{
  "name": "a } \\" {",
  "config": {
    "graph": { "nodes": [
      { "id": "one", "next": "two" },
      {"id": "two",
       "next":"three"}
    ], "a/b": -1.5e3 }
  }
}`;

test('findInJson finds the value of a pointer, or of the last part that there is', () => {
  const cases: [pointer: string, line: number, found: string][] = [
    ['/name', 2, '"a } \\" {"'],
    ['/config/graph/nodes/0/next', 5, '"two"'],
    ['/config/graph/nodes/1/next', 7, '"three"'],
    ['/config/graph/nodes/1/if/to', 6, '{"id": "two",\n       "next":"three"}'],
    ['/config/graph/nodes/7', 4, TEXT.slice(TEXT.indexOf('['), TEXT.indexOf(']') + 1)],
    ['/config/graph/a~1b', 8, '-1.5e3'],
    ['/', 1, TEXT],
    ['', 1, TEXT],
  ];
  for (const [pointer, line, found] of cases) {
    const range = findInJson(TEXT, pointer);
    assert.deepEqual([range.line, TEXT.slice(range.from, range.to)], [line, found], pointer);
  }
});

test('errorPlaces takes a message apart that names places, and leaves any other', () => {
  assert.deepEqual(errorPlaces('Cannot use the graph: /nodes/0/id is "run"; /nodes/1 "b" is lost; and 3 more'), {
    lead: 'Cannot use the graph',
    places: [
      { pointer: '/nodes/0/id', text: '/nodes/0/id is "run"' },
      { pointer: '/nodes/1', text: '/nodes/1 "b" is lost' },
      { pointer: null, text: 'and 3 more' },
    ],
  });
  assert.equal(errorPlaces('Cannot create an agent: its id has 0 characters'), null);
  assert.equal(errorPlaces('No colon'), null);
});
