import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { JOB_TYPES, SCHEMAS, SHARED_SCHEMAS } from '../../proto/generated/messages.ts';
import { STREAMS } from '../../runtime/bus/streams.ts';
import { type Contracts, createContracts, type JsonSchema } from '../../runtime/contracts/contracts.ts';
import { encodeSingle, type JobEntry, packSubject, singleSubject } from '../../runtime/message/job-message.ts';
import { encodeHeaders } from '../../runtime/message/message.ts';
import {
  commandSubject,
  deadSubject,
  eventSubject,
  historySubject,
  parkedSubject,
  timerSubject,
} from '../../runtime/message/subjects.ts';
import { factSubject, outcomeSubject } from '../../runtime/queue/outcome-record.ts';
import { recordSubject } from '../../runtime/queue/queue-record.ts';
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
  const filled = addresses.map((address) =>
    address
      .replace('{partition}', '7')
      .replace('{class}', 'r0')
      .replace('{size}', '1')
      .replace('{state}.{effects}', 'moved.n')
      .replace('{verb}.{id}', 'log.id')
      .replaceAll(/\{(\w+)\}/g, (_, name) => name),
  );
  const place = { tenant: 'tenant', partition: 7, actor: 'actor', key: 'key' };
  const subjects = [
    commandSubject({ tenant: 'tenant', actor: 'actor', key: 'key' }),
    eventSubject('tenant', 'device.verb', 'key'),
    eventSubject('tenant', 'noun.verb', 'key'),
    deadSubject('tenant', 'noun', 'key'),
    parkedSubject(place),
    historySubject(place),
    timerSubject(place, 'turn'),
    packSubject('tenant', 'queue', 'r0', 1),
    singleSubject('tenant', 'queue', 'r0', 'id'),
    outcomeSubject('tenant', 'queue', 'moved', false, 'home'),
    factSubject('tenant', 'queue', 'log', 'id'),
    recordSubject('tenant', 'queue'),
    'aw.tenant.dedup.queue.id',
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
    deadline: 1,
    callers: ['a/k'],
    data: null,
  };
  for (const header of Object.keys(encodeHeaders(message))) {
    assert.match(document, headerLine(header), header);
  }
  assert.match(document, headerLine('aw-parked-sequence'));
  assert.doesNotMatch(document, headerLine('aw-made-up'));
  for (const { name, description } of STREAMS) {
    if (name !== 'STATE') assert.ok(document.includes(`\`${name}\``), description);
  }
});

test('asyncapi.yaml shows jobs as the code takes them', () => {
  const contracts = createContracts(
    { ...SCHEMAS, 'job.pack': { type: 'array', items: { $ref: '../schemas/job-entry.schema.json' } } },
    SHARED_SCHEMAS as Record<string, JsonSchema>,
  );
  const shown = [...document.matchAll(/^ {10}payload: (\[\{ "t": .+\])$/gm)].map(([, body]) => body!);
  assert.equal(shown.length, 3);
  for (const body of shown) checkJobs(contracts, body);
  const options = { pr: 10, a: 2, b: ['custom', 'slow', 5], l: true, k: 'k', sch: { id: 's', turn: 1 } } as const;
  const job = { tenant: 't', queue: 'q', id: '7', type: 'agent.stop', data: { agentId: '7' }, addedAt: 1, options };
  checkJobs(contracts, encodeSingle({ ...job, incarnation: 'b', at: 2 }).body);
  for (const wrong of ['{"t":"a.b"}', '[{"t":"a.b"}]', '[{"t":"a.b","d":1,"o":{"b":["fixed","5s"]}}]']) {
    assert.throws(() => checkJobs(contracts, wrong), { code: 'AW_DATA_INVALID' }, wrong);
  }
  assert.deepEqual(
    JOB_TYPES.filter((type) => !document.includes(`            - ${type}\n`)),
    [],
  );
});

test('asyncapi.yaml refers to nothing that it does not hold', () => {
  assert.deepEqual(danglingReferences(document), []);
  const broken = document.replace("{ $ref: '#/components/messages/ok' }", "{ $ref: '#/components/messages/made-up' }");
  assert.deepEqual(danglingReferences(broken), ['#/components/messages/made-up']);
});

function checkJobs(contracts: Contracts, body: string): void {
  const entries = JSON.parse(body) as readonly JobEntry[];
  contracts.validate('job.pack', entries);
  for (const { t, d } of entries) contracts.validate(t, d);
}

function headerLine(name: string): RegExp {
  return new RegExp(`^ +${name}: \\{`, 'm');
}

/** Goes by the document's indentation: its last word is a key, below the section that the rest names. */
function danglingReferences(text: string): readonly string[] {
  const references = [...text.matchAll(/\$ref: '(#\/[^']+)'/g)].map(([, reference]) => reference!);
  return references.filter((reference) => {
    const steps = reference.split('/').slice(1);
    let rest = text;
    for (const [depth, step] of steps.entries()) {
      const found = rest.match(new RegExp(`^ {${2 * depth}}${step}:`, 'm'));
      if (found?.index === undefined) return true;
      rest = rest.slice(found.index + found[0].length);
    }
    return false;
  });
}
