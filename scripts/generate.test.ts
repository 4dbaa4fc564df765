import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { generate } from './generate.ts';

const SCHEMAS = {
  'envelope.schema.json': { $id: 'envelope', title: 'Envelope', type: 'object' },
  'messages/lamp.on.schema.json': {
    $id: 'lamp.on',
    title: 'LampOn',
    type: 'object',
    properties: { lamp: { $ref: 'schemas/lamp' } },
    required: ['lamp'],
    additionalProperties: false,
  },
  'messages/lamp.off.schema.json': {
    $id: 'lamp.off',
    title: 'LampOff',
    type: 'object',
    properties: { lamp: { $ref: 'schemas/lamp' } },
    additionalProperties: false,
  },
  'jobs/lamp.change_bulb.schema.json': {
    $id: 'lamp.change_bulb',
    title: 'LampChangeBulb',
    type: 'object',
    properties: { lamp: { $ref: 'schemas/lamp' } },
    additionalProperties: false,
  },
  'schemas/lamp.schema.json': {
    $id: 'schemas/lamp',
    title: 'Lamp',
    type: 'object',
    properties: { watts: { type: 'number' } },
  },
};
const SDL = 'type Query { lamp(id: ID!): Lamp }\n"A `lamp`."\ntype Lamp { id: ID!, watts: Float }\n';
const OPERATIONS = 'query Lamp($id: ID!) { lamp(id: $id) { ...Watts } }\nfragment Watts on Lamp { watts }\n';

test('generate writes types that --check accepts, and the same bytes again', async (context) => {
  const root = plant(context);
  assert.equal((await write(root)).code, 0);
  assert.deepEqual(await check(root), { code: 0, lines: [] });
  assert.deepEqual(await perform(root, false), { code: 0, lines: [] });

  const messages = readFileSync(join(root, 'proto/generated/messages.ts'), 'utf8');
  assert.match(messages, /^\/\/ Generated from proto\/ by npm run generate; do not edit\.\n/);
  assert.match(messages, /export interface MessageData \{\n {2}'lamp\.off': LampOff;\n {2}'lamp\.on': LampOn;\n\}/);
  assert.match(messages, /export interface JobData \{\n {2}'lamp\.change_bulb': LampChangeBulb;\n\}/);
  assert.match(messages, /export const JOB_TYPES: readonly \(keyof JobData\)\[\] = \['lamp\.change_bulb'\];/);
  assert.match(messages, /export interface LampOn \{\n {2}lamp: Lamp;\n\}/);
  assert.equal(messages.match(/export interface Lamp\w*/g)?.length, 4, 'a shared definition is one type');
  assert.match(messages, /lamp: \{ \$ref: 'schemas\/lamp' \}/);
  const operations = readFileSync(join(root, 'ui/src/generated/operations.ts'), 'utf8');
  assert.match(operations, /'query Lamp\(\$id:ID!\)\{lamp\(id:\$id\)\{\.\.\.Watts\}\}fragment Watts on Lamp\{watts\}'/);
  assert.equal(existsSync(join(root, 'cli/generated')), false);
  const { SDL: kept } = await import(join(root, 'proto/generated/sdl.ts'));
  assert.equal(kept, SDL);
});

test('generate --check names what drifted', async (context) => {
  const root = plant(context);
  await write(root);
  const schema = { ...SCHEMAS['schemas/lamp.schema.json'], required: ['watts'] };
  writeFileSync(join(root, 'proto/schemas/lamp.schema.json'), JSON.stringify(schema));
  appendFileSync(join(root, 'proto/generated/sdl.ts'), '// by hand\n');
  const { code, lines } = await check(root);
  assert.equal(code, 1);
  assert.deepEqual(
    lines.map((line) => line.split(' is not what')[0]),
    ['proto/generated/messages.ts', 'proto/generated/sdl.ts'],
  );
});

test('generate --check names types that the AsyncAPI document leaves out', async (context) => {
  const root = plant(context);
  await write(root);
  writeFileSync(join(root, 'proto/asyncapi.yaml'), 'messages:\n  lamp.on: {}\n  lamp.offer: {}\n  lamp.change: {}\n');
  const lines = ['lamp.off', 'lamp.change_bulb'].map((type) => `proto/asyncapi.yaml does not name the type "${type}"`);
  assert.deepEqual(await check(root), { code: 1, lines });
});

test('generate refuses what does not fit together', async (context) => {
  const root = plant(context);
  writeFileSync(join(root, 'ui/src/operations.graphql'), 'query Lamp { bulb }');
  await assert.rejects(write(root), /bulb/);
  const twice = join(root, 'proto/messages/lamp.change_bulb.schema.json');
  writeFileSync(twice, JSON.stringify({ ...SCHEMAS['jobs/lamp.change_bulb.schema.json'], title: 'Twice' }));
  await assert.rejects(write(root), /"lamp.change_bulb" is both a message and a job/);
  rmSync(twice);
  rmSync(join(root, 'proto/schemas/lamp.schema.json'));
  await assert.rejects(write(root), /"lamp.off" refers to "schemas\/lamp", which no schema has as its \$id/);
});

const check = (root: string) => perform(root, true);
const write = async (root: string) => {
  const { code, lines } = await perform(root, false);
  return { code, lines: lines.filter((line) => !line.endsWith(' written')) };
};

async function perform(root: string, isCheck: boolean): Promise<{ code: number; lines: string[] }> {
  const lines: string[] = [];
  const code = await generate(root, isCheck, (line) => lines.push(line));
  return { code, lines };
}

function plant(context: { after(done: () => void): void }): string {
  const root = mkdtempSync(join(tmpdir(), 'aw-generate-'));
  context.after(() => rmSync(root, { recursive: true, force: true }));
  const files = {
    ...Object.fromEntries(Object.entries(SCHEMAS).map(([name, schema]) => [`proto/${name}`, JSON.stringify(schema)])),
    'proto/gateway.graphql': SDL,
    'proto/asyncapi.yaml': 'messages: [lamp.on, lamp.off, lamp.change_bulb]\n',
    'ui/src/operations.graphql': OPERATIONS,
    'package.json': '{"type":"module"}',
  };
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), content);
  }
  return root;
}
