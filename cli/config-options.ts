import type { CommandContext, CommandOption } from './command.ts';
import { type LoadedConfig, loadConfig } from './config.ts';
import { CONFIG_ENTRIES } from './config-entries.ts';

/** The flags that set a value of the configuration; they say the same as the variables, and win over them. */
export const CONFIG_OPTIONS: readonly CommandOption[] = [
  { name: 'port', value: 'PORT', description: describe(CONFIG_ENTRIES.port) },
  { name: 'data', value: 'DIRECTORY', description: describe(CONFIG_ENTRIES.data) },
  { name: 'actor', value: 'FILE', description: describe(CONFIG_ENTRIES.actors), isRepeatable: true },
  { name: 'worker', value: 'FILE', description: describe(CONFIG_ENTRIES.workers), isRepeatable: true },
  { name: 'plugins', value: 'DIRECTORY', description: describe(CONFIG_ENTRIES.plugins), isRepeatable: true },
  { name: 'plugin-signatures', value: 'POLICY', description: describe(CONFIG_ENTRIES.pluginSignatures) },
  { name: 'no-usb', description: `Leave real USB devices alone (${CONFIG_ENTRIES.usb.env}=off)` },
  { name: 'log-level', value: 'LEVEL', description: describe(CONFIG_ENTRIES.logLevel) },
];

/** @throws AW_CONFIG_INVALID */
export function loadCommandConfig({ options, env, root }: CommandContext): LoadedConfig {
  const [port, data, pluginSignatures, logLevel] = ['port', 'data', 'plugin-signatures', 'log-level'].map((name) =>
    options.text(name),
  );
  const actors = options.texts('actor');
  const workers = options.texts('worker');
  const plugins = options.texts('plugins');
  return loadConfig({
    env,
    root,
    flags: {
      ...(port === undefined ? {} : { port }),
      ...(data === undefined ? {} : { data }),
      ...(logLevel === undefined ? {} : { logLevel }),
      ...(actors.length === 0 ? {} : { actors }),
      ...(workers.length === 0 ? {} : { workers }),
      ...(plugins.length === 0 ? {} : { plugins }),
      ...(pluginSignatures === undefined ? {} : { pluginSignatures }),
      ...(options.flag('no-usb') ? { usb: 'off' } : {}),
    },
  });
}

function describe({ description, env }: { readonly description: string; readonly env: string }): string {
  return `${description} (${env})`;
}
