import type { AgentStep } from '../../proto/generated/messages.ts';
import type { ActorContext, EnqueueOptions } from '../../runtime/actor/definition.ts';
import { AutoWeaveError, RetryableError } from '../../runtime/errors/errors.ts';
import { MEMORY, MEMORY_QUEUE } from './agent-names.ts';
import { type Condition, holds } from './condition.ts';
import type { AgentNode } from './graph-order.ts';
import { fill, type Scope } from './template.ts';
import { checkSize, MAX_BYTES } from './value-size.ts';

/** What beginning a step comes to: its output, and how much it has sent; or the job that it waits for. */
export type Begun =
  | { readonly output: unknown; readonly sentBytes?: number }
  | { readonly job: NonNullable<AgentStep['job']> };

/** Where a step stands. */
export interface StepPlace {
  readonly agentId: string;
  /** Key of the actor `agent-run`. */
  readonly runId: string;
  /** From 0. */
  readonly step: number;
}

/** A plugin that traps, or a search whose process ends, may do better the next time. */
const ATTEMPTS = 3;
/** The last attempt that an actor's message has: 2 s after the first, a type that is still unknown is a mistake. */
const TYPE_ATTEMPTS = 5;
const TYPE_WAIT_MS = 500;
/** What a search gives that has nothing to look for: what it would have named is missing in this run. */
const NOTHING_FOUND = { memories: [], total: 0 };

/**
 * Begins the step of a node. What it sends goes out with the commit of the run, under ids that follow from the place:
 * however often this is tried, it is sent once.
 *
 * @throws AW_AGENT_VALUE_TOO_LARGE, AW_DATA_INVALID, AW_TYPE_UNKNOWN and the like, all of them for good; AW_TYPE_UNKNOWN
 *   only after a while
 */
export function beginStep(ctx: ActorContext, node: AgentNode, place: StepPlace, scope: Scope): Begun {
  const { agentId, runId, step } = place;
  const id = `agent-${runId}-${step}`;
  const notify = { actor: ctx.actor, key: runId, ref: String(step) };
  const wait = (queue: string, type: string, data: unknown, attempts?: number): Begun => {
    add(ctx, queue, type, data, { id, notify, ...(attempts === undefined ? {} : { attempts }) });
    return { job: { queue, id } };
  };
  switch (node.type) {
    case 'plugin': {
      const input = node.input === undefined ? {} : { input: fill(node.input, scope) };
      return wait(`plugin-${node.plugin}`, 'plugin.call', { function: node.function, ...input }, ATTEMPTS);
    }
    case 'job': {
      const data = fill(node.data ?? {}, scope);
      if (node.wait !== false) return wait(node.queue, node.jobType, data);
      add(ctx, node.queue, node.jobType, data, { id });
      return { output: { jobId: id }, sentBytes: bytesOf(data) };
    }
    case 'search': {
      const query = asText(fill(node.query, scope));
      if (query === '') return { output: NOTHING_FOUND };
      const limit = node.limit === undefined ? {} : { limit: node.limit };
      const whose = node.scope === 'tenant' ? {} : { agentId };
      return wait(MEMORY_QUEUE, 'memory.search', { query, ...limit, ...whose }, ATTEMPTS);
    }
    case 'remember': {
      const text = asText(fill(node.text, scope));
      const metadata = node.metadata === undefined ? {} : { metadata: fill(node.metadata, scope) };
      checkSize('the metadata', metadata.metadata, MAX_BYTES.metadata);
      ctx.cast(MEMORY, id, 'memory.remember', { text, agentId, ...metadata });
      return { output: { memoryId: id }, sentBytes: bytesOf({ text, ...metadata }) };
    }
    case 'condition':
      return { output: holds(fill(node.if, scope) as Condition) };
  }
}

/** After a start, job types of plugins are known again a moment later than runs go on: the turn is tried again. */
function add(ctx: ActorContext, queue: string, type: string, data: unknown, options: EnqueueOptions): void {
  try {
    ctx.enqueue(queue, type, data, options);
  } catch (error) {
    const isUnknown = error instanceof AutoWeaveError && error.code === 'AW_TYPE_UNKNOWN';
    if (!isUnknown || ctx.attempt >= TYPE_ATTEMPTS) throw error;
    throw new RetryableError(error.code, error.message, { retryAfterMs: TYPE_WAIT_MS, cause: error });
  }
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/** What a place alone stands for may be anything. */
function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === null ? '' : JSON.stringify(value);
}
