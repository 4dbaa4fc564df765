import type { PluginManifest } from '../../proto/generated/messages.ts';
import type { Contracts } from '../contracts/contracts.ts';
import { AutoWeaveError } from '../errors/errors.ts';

/**
 * The message types that come with plugins. They stay known when their plugin is unloaded: its jobs wait for it, and
 * would fail for good if a worker could not tell what they are. Another plugin that is loaded may take them over.
 */
export interface PluginTypes extends Disposable {
  /** @throws AW_SCHEMA_CONFLICT when one of its types is somebody else's */
  check(manifest: Pick<PluginManifest, 'name' | 'jobs' | 'events'>): void;
  /** In the place of those that the plugin had before. @throws AW_SCHEMA_CONFLICT, and nothing is changed */
  learn(manifest: Pick<PluginManifest, 'name' | 'jobs' | 'events'>): void;
}

export function createPluginTypes(contracts: Contracts, isLoaded: (name: string) => boolean): PluginTypes {
  /** By type, the name of the plugin. */
  const owners = new Map<string, string>();

  const check: PluginTypes['check'] = ({ name, jobs = {}, events = {} }) => {
    for (const type of [...Object.keys(jobs), ...Object.keys(events)]) {
      const owner = owners.get(type);
      if (owner === undefined && contracts.has(type)) throw taken(name, type, 'this runtime');
      if (owner !== undefined && owner !== name && isLoaded(owner)) throw taken(name, type, `plugin "${owner}"`);
    }
  };

  const forget = (type: string): void => {
    owners.delete(type);
    contracts.remove(type);
  };

  return {
    check,
    learn(manifest) {
      check(manifest);
      const { name, jobs = {}, events = {} } = manifest;
      const types = { ...jobs, ...events };
      for (const [type, owner] of owners) if (owner === name && !Object.hasOwn(types, type)) forget(type);
      for (const [type, schema] of Object.entries(types)) {
        contracts.put(type, schema as Readonly<Record<string, unknown>>);
        owners.set(type, name);
      }
    },
    // The process may go on, and load them again.
    [Symbol.dispose]() {
      for (const type of [...owners.keys()]) forget(type);
    },
  };
}

function taken(name: string, type: string, owner: string): AutoWeaveError {
  return new AutoWeaveError(
    'AW_SCHEMA_CONFLICT',
    `Cannot load plugin "${name}": its message type "${type}" is one of ${owner}`,
    { hint: 'choose another name for the type in plugin.json' },
  );
}
