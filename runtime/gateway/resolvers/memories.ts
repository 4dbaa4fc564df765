import { AutoWeaveError } from '../../errors/errors.ts';
import { callActor } from '../call-actor.ts';
import type { MemoryMutationResolvers, MemoryQueryResolvers } from '../memory-resolver.ts';
import { isMemory, MAX_MEMORIES, readWords, toMemory } from '../memory-view.ts';
import { given, pageSize, traced } from '../resolver.ts';

const FILE = 'runtime/gateway/resolvers/memories.ts';
const ACTOR = 'memory';
const MAX_ID = 200;

export const memoryQueries = {
  memories: async ({ query, agentId, first, after }, { services }) =>
    services.memories.search({
      ...given('query', readWords(query)),
      ...given('agentId', agentId),
      first: pageSize('first', first, 20, MAX_MEMORIES),
      ...given('after', after),
    }),
  async memory({ id }, { services }) {
    const state = (await services.getState(ACTOR, id))?.state;
    return isMemory(state) ? toMemory(id, state) : null;
  },
} satisfies MemoryQueryResolvers;

export const memoryMutations = {
  remember: traced('remember', FILE, async ({ input }, ctx, traceparent) => {
    const { text, agentId, metadata } = input;
    const id = input.id == null ? ctx.random.uuid() : checkId(input.id);
    const data = { text, ...given('agentId', agentId), ...given('metadata', metadata) };
    const reply = await callActor({ actor: ACTOR, key: id, type: 'memory.remember', data }, ctx, traceparent);
    if (isMemory(reply)) return toMemory(id, reply);
    throw new TypeError(`"${ACTOR}" has not answered with a memory`);
  }),
  forget: traced('forget', FILE, async ({ id }, ctx, traceparent) => {
    const key = checkId(id);
    return (await callActor({ actor: ACTOR, key, type: 'memory.forget', data: {} }, ctx, traceparent)) === true;
  }),
} satisfies MemoryMutationResolvers;

function checkId(id: string): string {
  if (id.length >= 1 && id.length <= MAX_ID) return id;
  throw new AutoWeaveError('AW_ARGUMENT_INVALID', `Cannot use an id of ${id.length} characters: it has 1 to ${MAX_ID}`);
}
