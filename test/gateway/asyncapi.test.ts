import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { STREAMS } from '../../runtime/bus/streams.ts';
import { encodeHeaders } from '../../runtime/message/message.ts';
import { commandSubject, deadSubject, eventSubject } from '../../runtime/message/subjects.ts';
import { ROOT } from '../harness/root.ts';

const document = await readFile(join(ROOT, 'proto', 'asyncapi.yaml'), 'utf8');

test('asyncapi.yaml has every message of proto/messages, and no other', async () => {
  const files = await readdir(join(ROOT, 'proto', 'messages'));
  const described = [...document.matchAll(/\$ref: \.\/messages\/(\S+\.schema\.json)/g)].map(([, file]) => file);
  assert.deepEqual(described.sort(), files.sort());
  for (const file of files) {
    const type = file.replace('.schema.json', '');
    assert.ok(document.includes(`      ${type}: { $ref: '#/components/messages/${type}' }`), `${type} is in a channel`);
    assert.ok(document.includes(`\n    ${type}:\n`), `${type} is a message`);
  }
});

test('asyncapi.yaml writes subjects as the code does', () => {
  const addresses = [...document.matchAll(/^ {4}address: (aw\S+)$/gm)].map(([, address]) => address!);
  const filled = addresses.map((address) => address.replaceAll(/\{(\w+)\}/g, (_, name) => name));
  const subjects = [
    commandSubject({ tenant: 'tenant', actor: 'actor', key: 'key' }),
    eventSubject('tenant', 'device.verb', 'key'),
    eventSubject('tenant', 'noun.verb', 'key'),
    deadSubject('tenant', 'noun', 'key'),
  ];
  assert.deepEqual(filled.sort(), subjects.sort());
  assert.ok(document.includes('`bench=2F1d6b:0104@1-4`'));
  assert.ok(eventSubject('t', 'a.b', 'bench/1d6b:0104@1-4').endsWith('.bench=2F1d6b:0104@1-4'));
});

test('asyncapi.yaml names the headers and streams that there are', () => {
  const message = {
    id: '1',
    type: 'a.b',
    source: 's',
    subject: 'k',
    time: '2026-01-02T03:04:05Z',
    traceparent: '00',
    replyTo: 'inbox',
    data: null,
  };
  for (const header of Object.keys(encodeHeaders(message))) {
    assert.match(document, new RegExp(`^ +${header}: \\{`, 'm'), header);
  }
  for (const { name, description } of STREAMS) {
    if (name !== 'STATE') assert.ok(document.includes(`\`${name}\``), description);
  }
});
