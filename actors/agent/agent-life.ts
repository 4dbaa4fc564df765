import type { Agent } from '../../proto/generated/messages.ts';
import { TerminalError } from '../../runtime/errors/errors.ts';

/**
 * The life of an agent.
 *
 * - *NONE*: there is no such agent.
 * - *DRAFT*: it was made, and nothing starts it yet.
 * - *DEPLOYED*: its triggers start runs; none is at work.
 * - *RUNNING*: deployed, with runs at work.
 * - *ERROR*: deployed, and its last run failed. It goes on being started; the next run that ends well clears it.
 * - *STOPPED*: nothing starts it any more. Runs at work end after their step.
 */
export type AgentStatus = Agent['status'];
export type AgentState = AgentStatus | 'NONE';

/** What is asked of it, and what its runs come to. */
export type AgentOrder =
  | 'create'
  /** Another name, description and graph. */
  | 'update'
  | 'deploy'
  | 'stop'
  | 'delete'
  | 'start'
  /** A run has ended; others are at work. */
  | 'run_ended'
  /** The last run at work has ended, and there is no error. */
  | 'all_ended'
  /** The last run at work has ended, and there is one. */
  | 'all_ended_badly';

export interface Refusal {
  readonly code: 'AW_AGENT_STATE' | 'AW_AGENT_UNKNOWN';
  /** With what to do, where there is something: a hint does not come through a call. */
  readonly why: string;
}

const UNKNOWN: Refusal = { code: 'AW_AGENT_UNKNOWN', why: 'there is none of this id' };
const STOP_FIRST: Refusal = { code: 'AW_AGENT_STATE', why: 'it is deployed; stop it first' };
const DEPLOY_FIRST: Refusal = { code: 'AW_AGENT_STATE', why: 'it is a draft; deploy it first' };
const NOTHING_TO_STOP: Refusal = { code: 'AW_AGENT_STATE', why: 'it is a draft, which nothing starts' };
const DEPLOY_AGAIN: Refusal = { code: 'AW_AGENT_STATE', why: 'it was stopped; deploy it again' };

/**
 * The state that comes next; the same one means that nothing has to be done, but for an update, which leaves the state as
 * it was. Orders may come twice.
 */
export const AGENT_LIFE: Readonly<Record<AgentState, Readonly<Record<AgentOrder, AgentState | Refusal>>>> = {
  NONE: {
    create: 'DRAFT',
    update: UNKNOWN,
    deploy: UNKNOWN,
    stop: UNKNOWN,
    delete: 'NONE',
    start: UNKNOWN,
    run_ended: 'NONE',
    all_ended: 'NONE',
    all_ended_badly: 'NONE',
  },
  DRAFT: {
    create: 'DRAFT',
    update: 'DRAFT',
    deploy: 'DEPLOYED',
    stop: NOTHING_TO_STOP,
    delete: 'NONE',
    start: DEPLOY_FIRST,
    run_ended: 'DRAFT',
    all_ended: 'DRAFT',
    all_ended_badly: 'DRAFT',
  },
  DEPLOYED: {
    create: 'DEPLOYED',
    update: STOP_FIRST,
    deploy: 'DEPLOYED',
    stop: 'STOPPED',
    delete: STOP_FIRST,
    start: 'RUNNING',
    run_ended: 'DEPLOYED',
    all_ended: 'DEPLOYED',
    all_ended_badly: 'ERROR',
  },
  RUNNING: {
    create: 'RUNNING',
    update: STOP_FIRST,
    deploy: 'RUNNING',
    stop: 'STOPPED',
    delete: STOP_FIRST,
    start: 'RUNNING',
    run_ended: 'RUNNING',
    all_ended: 'DEPLOYED',
    all_ended_badly: 'ERROR',
  },
  ERROR: {
    create: 'ERROR',
    update: 'DEPLOYED',
    deploy: 'ERROR',
    stop: 'STOPPED',
    delete: STOP_FIRST,
    start: 'RUNNING',
    run_ended: 'ERROR',
    all_ended: 'DEPLOYED',
    all_ended_badly: 'ERROR',
  },
  STOPPED: {
    create: 'STOPPED',
    update: 'STOPPED',
    deploy: 'DEPLOYED',
    stop: 'STOPPED',
    delete: 'NONE',
    start: DEPLOY_AGAIN,
    run_ended: 'STOPPED',
    all_ended: 'STOPPED',
    all_ended_badly: 'STOPPED',
  },
};

const VERBS: Readonly<Record<AgentOrder, string>> = {
  create: 'create',
  update: 'update',
  deploy: 'deploy',
  stop: 'stop',
  delete: 'delete',
  start: 'run',
  run_ended: 'run',
  all_ended: 'run',
  all_ended_badly: 'run',
};

/** @throws AW_AGENT_STATE, AW_AGENT_UNKNOWN with what to do */
export function nextState(id: string, state: AgentState, order: AgentOrder): AgentState {
  const next = AGENT_LIFE[state][order];
  if (typeof next === 'string') return next;
  throw new TerminalError(next.code, `Cannot ${VERBS[order]} agent "${id}": ${next.why}`);
}
