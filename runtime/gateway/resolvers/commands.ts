import { callActor, callTime, traceOf } from '../call-actor.ts';
import { type MutationResolvers, traced } from '../resolver.ts';

const FILE = 'runtime/gateway/resolvers/commands.ts';

export const commandMutations = {
  sendCommand: traced('sendCommand', FILE, ({ actor, key, type, data }, { services, tenant }, traceparent) =>
    services.send({ tenant, actor, key }, type, data, traceOf(traceparent)),
  ),
  callCommand: traced('callCommand', FILE, async ({ actor, key, type, data, timeoutMs }, ctx, traceparent) =>
    callActor({ actor, key, type, data, timeoutMs: callTime(timeoutMs, ctx) }, ctx, traceparent),
  ),
} satisfies Pick<MutationResolvers, 'sendCommand' | 'callCommand'>;
