import { AutoWeaveError } from '../../errors/errors.ts';
import { type MutationResolvers, traced } from '../resolver.ts';

const FILE = 'runtime/gateway/resolvers/commands.ts';

export const commandMutations = {
  sendCommand: traced('sendCommand', FILE, ({ actor, key, type, data }, { services }, traceparent) =>
    services.send({ tenant: services.tenant, actor, key }, type, data, traceparent === '' ? {} : { traceparent }),
  ),
  callCommand: traced('callCommand', FILE, async ({ actor, key, type, data, timeoutMs }, ctx, traceparent) => {
    const { services, limits, closing } = ctx;
    return await services.call({ tenant: services.tenant, actor, key }, type, data, {
      ...(traceparent === '' ? {} : { traceparent }),
      timeoutMs: checkTime(timeoutMs ?? limits.callMs, limits.longestCallMs),
      // Not ended with the request: what was sent is done, whether its sender still listens or not.
      signal: closing,
    });
  }),
} satisfies Pick<MutationResolvers, 'sendCommand' | 'callCommand'>;

function checkTime(timeoutMs: number, most: number): number {
  if (timeoutMs >= 1 && timeoutMs <= most) return timeoutMs;
  throw new AutoWeaveError('AW_ARGUMENT_INVALID', `Cannot wait ${timeoutMs} ms: "timeoutMs" is 1 to ${most}`);
}
