import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type AgentOrder, type AgentState, nextState } from './agent-life.ts';

/** Each state with each order: the state that follows, or what is said instead. */
const ORDERS: readonly AgentOrder[] = [
  'create',
  'update',
  'deploy',
  'stop',
  'delete',
  'start',
  'run_ended',
  'all_ended',
  'all_ended_badly',
];
const TABLE: Readonly<Record<AgentState, readonly string[]>> = {
  NONE: ['DRAFT', 'there is none', 'there is none', 'there is none', 'NONE', 'there is none', 'NONE', 'NONE', 'NONE'],
  DRAFT: ['DRAFT', 'DRAFT', 'DEPLOYED', 'nothing starts', 'NONE', 'deploy it first', 'DRAFT', 'DRAFT', 'DRAFT'],
  DEPLOYED: [
    'DEPLOYED',
    'stop it first',
    'DEPLOYED',
    'STOPPED',
    'stop it first',
    'RUNNING',
    'DEPLOYED',
    'DEPLOYED',
    'ERROR',
  ],
  RUNNING: [
    'RUNNING',
    'stop it first',
    'RUNNING',
    'STOPPED',
    'stop it first',
    'RUNNING',
    'RUNNING',
    'DEPLOYED',
    'ERROR',
  ],
  ERROR: ['ERROR', 'DEPLOYED', 'ERROR', 'STOPPED', 'stop it first', 'RUNNING', 'ERROR', 'DEPLOYED', 'ERROR'],
  STOPPED: ['STOPPED', 'STOPPED', 'DEPLOYED', 'STOPPED', 'NONE', 'deploy it again', 'STOPPED', 'STOPPED', 'STOPPED'],
};

describe('nextState', () => {
  for (const [state, row] of Object.entries(TABLE) as [AgentState, readonly string[]][]) {
    for (const [index, order] of ORDERS.entries()) {
      const expected = row[index]!;
      test(`${order} of ${state}: ${expected}`, () => {
        if (expected in TABLE) return assert.equal(nextState('a', state, order), expected);
        const code = state === 'NONE' ? 'AW_AGENT_UNKNOWN' : 'AW_AGENT_STATE';
        assert.throws(() => nextState('a', state, order), { code, message: new RegExp(`agent "a": .*${expected}`) });
      });
    }
  }
});
