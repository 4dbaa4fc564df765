import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  commandSubject,
  cursorSubject,
  deadSubject,
  eventSubject,
  isMessageType,
  parseEvent,
  parseState,
  parseStoredCommand,
  stateSubject,
} from './subjects.ts';

test('subjects carry tenant, name and encoded key', () => {
  assert.equal(commandSubject({ tenant: 't', actor: 'device-watcher', key: 'a.b' }), 'aw.t.cmd.device-watcher.a=2Eb');
  assert.equal(eventSubject('t', 'device.attached', 'h/1'), 'aw.t.evt.device.attached.h=2F1');
  assert.equal(deadSubject('t', 'device', 'k'), 'aw.t.dead.device.k');
  assert.equal(cursorSubject('EVENTS', 'p3'), 'aw._sys.cursor.events.p3');
});

test('what is built is parsed back', () => {
  const address = { tenant: 't', partition: 63, actor: 'counter', key: 'ä b' };
  assert.deepEqual(parseState(stateSubject(address)), address);
  assert.deepEqual(parseEvent(eventSubject('t', 'device.attached', 'ä b')), {
    tenant: 't',
    type: 'device.attached',
    key: 'ä b',
  });
  assert.deepEqual(parseStoredCommand('aw.t.cmd.7.counter.a=2Eb'), {
    tenant: 't',
    partition: 7,
    actor: 'counter',
    key: 'a.b',
  });
});

for (const subject of [
  'aw.t.cmd.7.counter',
  'aw.t.cmd.7.counter.k.x',
  'aw.t.cmd.x.counter.k',
  'aw.t.cmd.7.counter.=41',
  'xx.t.cmd.7.counter.k',
  '',
]) {
  test(`parseStoredCommand refuses "${subject}"`, () => assert.equal(parseStoredCommand(subject), undefined));
}

for (const subject of [
  'aw.t.evt.device.attached',
  'aw.t.evt.Device.attached.k',
  'aw.t.evt.device.attached.=zz',
  'aw.t.cmd.a.b.k',
]) {
  test(`parseEvent refuses "${subject}"`, () => assert.equal(parseEvent(subject), undefined));
}

test('names that would break a subject are refused', () => {
  for (const tenant of ['', 'a.b', '*', '_sys2', 'A', 'x'.repeat(64)]) {
    assert.throws(() => commandSubject({ tenant, actor: 'a', key: 'k' }), { code: 'AW_NAME_INVALID' });
  }
  for (const actor of ['', 'a.b', '>', '9', 'A']) {
    assert.throws(() => commandSubject({ tenant: 't', actor, key: 'k' }), { code: 'AW_NAME_INVALID' });
  }
  assert.throws(() => eventSubject('t', 'device', 'k'), { code: 'AW_NAME_INVALID' });
});

test('isMessageType takes noun.verb alone', () => {
  assert.deepEqual(['a.b', 'device-watcher.plug', 'a', 'a.b.c', 'A.b', 'a.', '.b', ''].map(isMessageType), [
    true,
    true,
    false,
    false,
    false,
    false,
    false,
    false,
  ]);
});
