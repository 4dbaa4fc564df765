import { systemClock } from '../../../runtime/clock/system-clock.ts';
import { startPluginHost } from '../../../runtime/plugins/plugin-host.ts';
import { readPlugin } from '../../../runtime/plugins/read-plugin.ts';
import { noLog } from '../../../runtime/telemetry/log.ts';
import { startTelemetry } from '../../../runtime/telemetry/telemetry.ts';
import type { Contestant, ContestantOptions, GuestFolders } from './guest.ts';

/** A job's result holds less, a call of the host does not have to. */
const MAX_OUTPUT_KB = 2_048;

/** AutoWeave's plugin host as a runtime starts it, with metrics and traces; calls come without a trace, as most do. */
export async function startAutoweaveContestant(
  { own }: GuestFolders,
  { spares }: ContestantOptions,
): Promise<Contestant> {
  const { tracer, instruments, ...telemetry } = await startTelemetry({
    serviceName: 'bench',
    version: '0.0.0',
    host: 'bench',
    env: {},
    clock: systemClock,
  });
  const host = startPluginHost({
    tenant: 'default',
    clock: systemClock,
    log: noLog,
    tracer,
    instruments,
    readKey: async () => 'value',
    checkData: () => undefined,
    spares,
  });
  return {
    async load(name, { deadlineMs } = {}) {
      const { manifest, ...files } = await readPlugin(own);
      const deadline = deadlineMs === undefined ? {} : { call_timeout_ms: deadlineMs };
      const limits = { limits: { ...deadline, max_output_kb: MAX_OUTPUT_KB } };
      const granted = manifest.permissions;
      await host.load({ ...files, manifest: { ...manifest, ...limits, name } }, { granted });
      return {
        async call(functionName, input) {
          return (await host.call(name, functionName, input)).output;
        },
      };
    },
    async [Symbol.asyncDispose]() {
      await host[Symbol.asyncDispose]();
      await telemetry[Symbol.asyncDispose]();
    },
  };
}
