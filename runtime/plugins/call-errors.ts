import { AutoWeaveError } from '../errors/errors.ts';
import type { PluginRecord } from './plugin-record.ts';

/** What calls of plugins fail with, beside what their instances say. */

/** Calls that one plugin may have at work and in wait. */
export const MAX_PENDING = 1_000;

export function asError(plugin: string, error: unknown): AutoWeaveError {
  if (error instanceof AutoWeaveError) return error;
  return new AutoWeaveError('AW_PLUGIN_UNAVAILABLE', `Cannot run plugin "${plugin}": ${(error as Error).message}`, {
    cause: error,
  });
}

export function unknownFunction(plugin: string, functionName: string): AutoWeaveError {
  return new AutoWeaveError('AW_PLUGIN_FUNCTION_UNKNOWN', `Plugin "${plugin}" exports no function "${functionName}"`, {
    hint: `see what it exports with: npx autoweave plugin show ${plugin}`,
  });
}

export function unloaded(plugin: string): AutoWeaveError {
  return new AutoWeaveError('AW_PLUGIN_UNKNOWN', `No plugin "${plugin}" is loaded here`, {
    hint: 'see which are with: npx autoweave plugin ls',
  });
}

export function endedInLoad(plugin: string): AutoWeaveError {
  return new AutoWeaveError('AW_PLUGIN_TRAPPED', `Plugin "${plugin}" ended in its onLoad`);
}

export function busy(plugin: string): AutoWeaveError {
  return new AutoWeaveError('AW_PLUGIN_BUSY', `Plugin "${plugin}" has ${MAX_PENDING} calls at work and in wait`, {
    hint: 'try again later, or let it have more instances (`permissions.memory.max_workers`)',
  });
}

export function aborted(plugin: string, functionName: string): AutoWeaveError {
  return new AutoWeaveError('AW_PLUGIN_ABORTED', `The call of "${functionName}" of plugin "${plugin}" was given up`);
}

export function notLoaded(name: string, { error, manifestPath }: PluginRecord): AutoWeaveError {
  const why = error === null ? '' : ` (${error.code}: ${error.message})`;
  return new AutoWeaveError('AW_PLUGIN_UNKNOWN', `Plugin "${name}" is not loaded${why}`, {
    hint: `load it with: npx autoweave plugin load ${manifestPath}`,
  });
}
