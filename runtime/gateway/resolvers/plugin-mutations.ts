import { AutoWeaveError } from '../../errors/errors.ts';
import { callTime, traceOf } from '../call-actor.ts';
import type { PluginMutationResolvers } from '../plugin-resolver.ts';
import { given, traced } from '../resolver.ts';

const FILE = 'runtime/gateway/resolvers/plugin-mutations.ts';

export const pluginMutations = {
  loadPlugin: traced('loadPlugin', FILE, ({ manifestPath, options, grant }, { services }, traceparent) =>
    services.plugins.load(manifestPath, {
      ...given('options', readObject('options', options)),
      ...given('grant', readObject('grant', grant)),
      ...traceOf(traceparent),
    }),
  ),
  reloadPlugin: traced('reloadPlugin', FILE, ({ id }, { services }, traceparent) =>
    services.plugins.reload(id, traceOf(traceparent)),
  ),
  unloadPlugin: traced('unloadPlugin', FILE, ({ id }, { services }, traceparent) =>
    services.plugins.unload(id, traceOf(traceparent)),
  ),
  grantPlugin: traced('grantPlugin', FILE, async ({ name, permissions, capabilities }, { services }, traceparent) => {
    const all = readObject('permissions', permissions);
    // Of neither it would be nothing that is granted, and of an empty list nothing more.
    if ((all === undefined) === !capabilities?.length) {
      throw new AutoWeaveError('AW_ARGUMENT_INVALID', 'Cannot grant: give either "permissions" or "capabilities"');
    }
    return all === undefined
      ? services.plugins.grantMore(name, capabilities!, traceOf(traceparent))
      : services.plugins.grant(name, all, traceOf(traceparent));
  }),
  revokePlugin: traced('revokePlugin', FILE, async ({ name, capabilities }, { services }, traceparent) => {
    // Left out by mistake, it would be all.
    if (capabilities?.length === 0) {
      throw new AutoWeaveError('AW_ARGUMENT_INVALID', 'Cannot read "capabilities": it is empty');
    }
    return services.plugins.revoke(name, { ...given('capabilities', capabilities), ...traceOf(traceparent) });
  }),
  executePlugin: traced('executePlugin', FILE, async (args, ctx, traceparent) => {
    const { name, function: functionName, input, timeoutMs } = args;
    const output = await ctx.services.plugins.execute(name, functionName, input, {
      ...traceOf(traceparent),
      timeoutMs: callTime(timeoutMs, ctx),
      // Not ended with the request: the job is stored, whether its sender still listens or not.
      signal: ctx.closing,
    });
    return output ?? null;
  }),
} satisfies PluginMutationResolvers;

/** What stands in it is checked by whoever takes it. */
function readObject(name: string, value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'object' && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>;
  throw new AutoWeaveError('AW_ARGUMENT_INVALID', `Cannot read "${name}": it is no JSON object`);
}
