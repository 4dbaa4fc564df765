import { type MutationResolvers, traced } from '../resolver.ts';

const FILE = 'runtime/gateway/resolvers/commands.ts';

export const commandMutations = {
  sendCommand: traced('sendCommand', FILE, ({ actor, key, type, data }, { services }, traceparent) =>
    services.send({ tenant: services.tenant, actor, key }, type, data, traceparent === '' ? {} : { traceparent }),
  ),
} satisfies Pick<MutationResolvers, 'sendCommand'>;
