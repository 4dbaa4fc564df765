import type { JobData } from '../../proto/generated/messages.ts';
import { TerminalError } from '../errors/errors.ts';
import type { Processor } from '../queue/queue-api.ts';
import type { LivePlugin } from './host-api.ts';
import { pluginId } from './manifest.ts';

/** Jobs that load, reload and unload. */
export const PLUGINS_QUEUE = 'plugins';

export interface PluginOrders {
  load(
    manifestPath: string,
    options: { readonly options: Readonly<Record<string, unknown>>; readonly traceparent: string | undefined },
  ): Promise<LivePlugin>;
  reload(id: string, traceparent: string | undefined): Promise<LivePlugin>;
  unload(id: string, traceparent: string | undefined): Promise<boolean>;
}

/** What the worker of {@link PLUGINS_QUEUE} does; its results are those of the reference design. */
export function createPluginJobs({ load, reload, unload }: PluginOrders): Processor {
  return async (job, { traceparent }) => {
    switch (job.type) {
      case 'plugin.load': {
        const { manifestPath, options = {} } = job.data as JobData['plugin.load'];
        return shown(await load(manifestPath, { options, traceparent }));
      }
      case 'plugin.reload':
        return shown(await reload((job.data as JobData['plugin.reload']).pluginId, traceparent));
      case 'plugin.unload': {
        const { pluginId: id } = job.data as JobData['plugin.unload'];
        return { pluginId: id, wasLoaded: await unload(id, traceparent) };
      }
      default:
        throw new TerminalError('AW_TYPE_UNHANDLED', `Queue "${PLUGINS_QUEUE}" has no processor for "${job.type}"`);
    }
  };
}

function shown({ files: { manifest } }: LivePlugin) {
  const { name, version } = manifest;
  return { pluginId: pluginId(manifest), name, version };
}
