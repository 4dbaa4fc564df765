import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ConnectionFacts, connectionOf, connectionStatus, connectionText } from './connection.ts';

const open: ConnectionFacts = { socket: { phase: 'open' }, isCaughtUp: true, wasLive: true, isOnline: true };
const waiting = { phase: 'waiting', retryAtMs: 3000, reason: 'the connection broke' } as const;

test('connectionOf tells what the reader may trust', () => {
  const table: ReadonlyArray<readonly [facts: Partial<ConnectionFacts>, state: string]> = [
    [{}, 'live'],
    [{ isOnline: false }, 'live'],
    [{ isCaughtUp: false }, 'reconnecting'],
    [{ isCaughtUp: false, wasLive: false }, 'connecting'],
    [{ isCaughtUp: false, isOnline: false }, 'reconnecting'],
    [{ socket: { phase: 'connecting', reason: null }, wasLive: false }, 'connecting'],
    [{ socket: { phase: 'connecting', reason: null } }, 'reconnecting'],
    [{ socket: { phase: 'connecting', reason: null }, isOnline: false }, 'offline'],
    [{ socket: waiting }, 'reconnecting'],
    [{ socket: waiting, wasLive: false }, 'reconnecting'],
    [{ socket: waiting, isOnline: false }, 'offline'],
    [{ socket: { phase: 'closed', reason: 'enough' }, isOnline: false }, 'closed'],
  ];
  for (const [facts, state] of table) assert.equal(connectionOf({ ...open, ...facts }).state, state);
});

test('connectionText counts down, connectionStatus does not', () => {
  const connection = connectionOf({ ...open, socket: waiting });
  assert.equal(connectionText(connection, 500), 'Reconnecting in 3 s');
  assert.equal(connectionText(connection, 2999), 'Reconnecting in 1 s');
  assert.equal(connectionText(connection, 3000), 'Reconnecting');
  assert.equal(connectionStatus(connection), 'Reconnecting');
  const closed = connectionOf({ ...open, socket: { phase: 'closed', reason: 'too many sockets' } });
  assert.equal(connectionText(closed, 0), 'Closed: too many sockets');
});
