import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../runtime/clock/system-clock.ts';
import { type Condition, createHealthBoard, worstOf } from './health.ts';

test('createHealthBoard gives each part its code while something is wrong, and keeps since when', () => {
  let nowMs = 0;
  let usb: Condition = { status: 'DEGRADED', code: 'USB_ABSENT', detail: 'No USB bus on this host' };
  const board = createHealthBoard({ usb: () => usb }, { ...systemClock, now: () => nowMs });
  const since = '1970-01-01T00:00:00.000Z';
  assert.deepEqual(board.components(), [{ name: 'usb', ...usb, since }]);
  nowMs = 1_000;
  usb = { status: 'DEGRADED', code: 'USB_DEGRADED', detail: 'Devices are seen late' };
  assert.deepEqual(board.components(), [{ name: 'usb', ...usb, since }]);
  usb = { status: 'OK', detail: 'Watched' };
  assert.deepEqual(board.components(), [{ name: 'usb', ...usb, code: null, since: '1970-01-01T00:00:01.000Z' }]);
});

test('worstOf is as its worst part', () => {
  assert.equal(worstOf([]), 'OK');
  assert.equal(worstOf([{ status: 'OK' }, { status: 'DEGRADED' }]), 'DEGRADED');
  assert.equal(worstOf([{ status: 'DOWN' }, { status: 'DEGRADED' }]), 'DOWN');
});
