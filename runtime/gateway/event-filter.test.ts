import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createContracts } from '../contracts/contracts.ts';
import { encodeData, encodeHeaders } from '../message/message.ts';
import { ALL_TYPES, checkFilter, decodeEvent, type EventFilter, filterName, filterSubject } from './event-filter.ts';

const contracts = createContracts({ 'device.attached': { type: 'object', required: ['n'] } });
const FILTER: EventFilter = { tenant: 't', types: ['device.attached', 'device.detached'] };

test('filterSubject is as narrow as one subject can be', () => {
  const table: [EventFilter, string][] = [
    [FILTER, 'aw.t.evt.device.*.*'],
    [{ tenant: 't', types: ['device.attached'] }, 'aw.t.evt.device.attached.*'],
    [{ tenant: 't', types: ['job.failed', 'device.failed'] }, 'aw.t.evt.*.failed.*'],
    [{ tenant: 't', types: ['job.done', 'device.failed'], key: 'a/b.c' }, 'aw.t.evt.*.*.a=2Fb=2Ec'],
    [{ tenant: 't', types: ['device.*'] }, 'aw.t.evt.device.*.*'],
    [{ tenant: 't', types: ['device.*', 'device.attached'] }, 'aw.t.evt.device.*.*'],
    [{ tenant: 't', types: ['device.*', 'agent.*'] }, 'aw.t.evt.*.*.*'],
    [{ tenant: 't', types: [ALL_TYPES] }, 'aw.t.evt.*.*.*'],
  ];
  for (const [filter, subject] of table) assert.equal(filterSubject(filter), subject);
});

test('filterName is the same for the same filter, and for no other', () => {
  for (const types of [
    ['device.detached', 'device.attached'],
    ['device.attached', 'device.detached', 'device.attached'],
  ]) {
    assert.equal(filterName(FILTER), filterName({ ...FILTER, types }));
  }
  const others: EventFilter[] = [
    { ...FILTER, tenant: 'u' },
    { ...FILTER, types: ['device.attached'] },
    { ...FILTER, key: '' },
    { ...FILTER, key: 'null' },
  ];
  assert.equal(new Set([FILTER, ...others].map(filterName)).size, 5);
});

test('checkFilter wants types that are types, or all of a noun, or all', () => {
  for (const types of [FILTER.types, ['device.*', 'a.b'], [ALL_TYPES]]) checkFilter({ tenant: 't', types });
  for (const types of [[], ['device'], ['device.attached', '*'], ['*.attached'], ['.*'], ['a.b.*'], ['a.>'], ['A.*']]) {
    assert.throws(() => checkFilter({ tenant: 't', types }), { code: 'AW_NAME_INVALID' });
  }
});

test('decodeEvent tells events from what is unwanted and what is malformed', () => {
  const message = {
    id: 'e1',
    type: 'device.attached',
    source: 's',
    subject: 'k',
    time: '2026-01-02T03:04:05Z',
    data: { n: 1 },
  };
  const filter = { ...FILTER, types: [...FILTER.types, 'own.*'] };
  const stored = (subject: string, more: object = {}, body = encodeData(message.data)) => {
    const headers = { ...encodeHeaders({ ...message, ...more }) };
    return decodeEvent({ stream: 'EVENTS', sequence: 7, subject, headers, body, storedAt: 9 }, filter, contracts);
  };
  const decoded = stored('aw.t.evt.device.attached.k');
  assert.deepEqual(decoded, { outcome: 'event', event: { sequence: 7, key: 'k', message, storedAt: 9 } });
  assert.deepEqual(stored('aw.t.evt.device.renamed.k'), { outcome: 'unwanted' });
  const table: [ReturnType<typeof stored>, string][] = [
    [stored('aw.t.evt.device.attached.=ZZ'), 'AW_MESSAGE_MALFORMED'],
    [stored('aw.t.evt.device.attached.k', { type: 'device.detached' }), 'AW_MESSAGE_MALFORMED'],
    [stored('aw.t.evt.device.attached.k', { id: '' }), 'AW_MESSAGE_MALFORMED'],
    [stored('aw.t.evt.device.attached.k', {}, new Uint8Array([255])), 'AW_MESSAGE_MALFORMED'],
    [stored('aw.t.evt.device.attached.k', {}, encodeData({ m: 1 })), 'AW_DATA_INVALID'],
    [stored('aw.t.evt.device.detached.k', { type: 'device.detached' }), 'AW_TYPE_UNKNOWN'],
  ];
  for (const [found, code] of table) assert.deepEqual(found, { outcome: 'malformed', code });
  const own = stored('aw.t.evt.own.thing.k', { type: 'own.thing' });
  assert.equal(own.outcome, 'event', 'of a plugin that is not loaded, or no longer');
});

test('decodeEvent lets through what a pattern names, and no type that only begins so', () => {
  const outcome = (type: string, types: readonly string[]) => {
    const message = { id: 'e', type, source: 's', subject: 'k', time: '2026-01-02T03:04:05Z', data: {} };
    const place = { stream: 'EVENTS', sequence: 1, subject: `aw.t.evt.${type}.k`, storedAt: 1 } as const;
    const stored = { ...place, headers: { ...encodeHeaders(message) }, body: encodeData(message.data) };
    return decodeEvent(stored, { tenant: 't', types }, createContracts({ [type]: {} })).outcome;
  };
  assert.equal(outcome('agent.started', ['agent.*']), 'event');
  assert.equal(outcome('agent-run.started', ['agent.*']), 'unwanted');
  assert.equal(outcome('agent.started', ['memory.*', 'agent.started']), 'event');
  assert.equal(outcome('agent.started', ['agent.start']), 'unwanted');
  assert.equal(outcome('agent.started', [ALL_TYPES]), 'event');
});
