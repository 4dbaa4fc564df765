import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOutput, renderTable } from './output.ts';

const COLUMNS = [{ title: 'id', shrinksTo: 4 }, { title: 'state' }, { title: 'name', shrinksTo: 6 }];
const ROWS = [
  ['1209:0001:A1', 'attached', 'Label printer'],
  ['1209:0002', 'detached', null],
];

test('renderTable aligns its columns and leaves no blanks behind', () => {
  assert.equal(
    renderTable(COLUMNS, ROWS, undefined),
    ['ID            STATE     NAME', '1209:0001:A1  attached  Label printer', '1209:0002     detached', ''].join('\n'),
  );
});

test('renderTable fits a narrow terminal, the widest cells first', () => {
  const lines = renderTable(COLUMNS, ROWS, 28).split('\n');
  assert.deepEqual(lines, ['ID        STATE     NAME', '1209:00…  attached  Label p…', '1209:00…  detached', '']);
});

test('renderTable never cuts below what a column needs', () => {
  const [, line] = renderTable(COLUMNS, ROWS, 5).split('\n');
  assert.equal(line, '120…  attached  Label…');
});

test('renderTable leaves out what there is no room for', () => {
  const columns = [
    { title: 'id' },
    { title: 'added', spare: 1 },
    { title: 'state', spare: 2 },
    { title: 'error', shrinksTo: 6 },
  ] as const;
  const rows = [['agent-3e37578e/09f9-1', '10:00', 'failed', 'It is full']];
  const lineOf = (available?: number) => renderTable(columns, rows, available).split('\n')[1];
  assert.equal(lineOf(), 'agent-3e37578e/09f9-1  10:00  failed  It is full');
  assert.equal(lineOf(80), 'agent-3e37578e/09f9-1  10:00  failed  It is full');
  assert.equal(lineOf(44), 'agent-3e37578e/09f9-1  10:00  failed  It is…');
  assert.equal(lineOf(40), 'agent-3e37578e/09f9-1  failed  It is fu…');
  assert.equal(lineOf(29), 'agent-3e37578e/09f9-1  It is…');
});

test('renderTable shows what a device says without obeying it', () => {
  assert.match(renderTable([{ title: 'name' }], [['\u001b[2J']], undefined), /^NAME\n\ufffd\[2J\n$/);
});

test('createOutput keeps notes away from programs', () => {
  for (const isJson of [false, true]) {
    const [out, err]: string[][] = [[], []];
    const output = createOutput({ write: (text) => out!.push(text) }, { write: (text) => err!.push(text) }, { isJson });
    output.note('by the way');
    output.json({ a: 1 }, { isLine: true });
    assert.deepEqual(out, ['{"a":1}\n']);
    assert.deepEqual(err, isJson ? [] : ['by the way\n']);
  }
});
